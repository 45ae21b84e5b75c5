"""Clients of others, unchanged, against `c360 up`: everything they send arrives once and complete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from clients.conftest import System, needs_chromium, needs_node

VIEWED = 25
SERVERS = {
    "segment_node.mjs": "/v1",
    "segment_python.py": "/v1",
    "rudderstack_node.mjs": "/v1",
    "rudderstack_python.py": "/v1",
    "postgrest.mjs": "/rpc",
    "postgrest_python.py": "/rpc",
}
# Page: paths it must have used, and whether the client knows screens.
PAGES = {
    "segment": ({"/v1/i", "/v1/t", "/v1/p", "/v1/g", "/v1/a", "/v1/s"}, True),
    "segment_batching": ({"/v1/b"}, True),
    "segment_snippet": ({"/v1/i", "/v1/t", "/v1/p", "/v1/g", "/v1/a", "/v1/s"}, True),
    "rudderstack": ({"/v1/identify", "/v1/track", "/v1/page", "/v1/group", "/v1/alias"}, False),
    "rudderstack_batching": ({"/v1/batch"}, False),
    "rudderstack_beacon": ({"/beacon/v1/batch"}, False),
}


def make_story(system: System, name: str) -> dict[str, Any]:
    source = name.replace("_", "-")
    return {
        "url": system.url,
        "key": system.key(source),
        "source": source,
        "cookie": f"cookie-{source}",
        "lead": f"lead-{source}",
        "user": f"user-{source}",
        "traits": {"email": f"lan.{source}@shop.example", "name": f"Nguyễn Thị Lan {source}", "plan": "gold"},
        "viewed": VIEWED,
        "order": {
            "order_id": f"A-{source}",
            "total": 25.5,
            "currency": "USD",
            "products": [{"product_id": "p1", "name": "Giày 👟", "price": 25.5, "quantity": 1}],
        },
        "page": {"name": "Giày", "properties": {"path": "/giày", "tags": ["a", "b"]}},
        "group": {"id": "g1", "traits": {"name": "Shop & Söhne"}},
    }


def is_all_there(system: System, story: dict[str, Any], screens: bool) -> bool:
    return len(system.events(story["source"])) >= story["viewed"] + 5 + screens


def assert_told_once_and_completely(system: System, story: dict[str, Any], screens: bool) -> list[dict[str, Any]]:
    events = system.events(story["source"])
    assert system.rejected(story["source"]) == 0
    assert Counter(event["event_name"] for event in events) == {
        "Product Viewed": VIEWED,
        "Order Completed": 1,
        **dict.fromkeys(("identify", "page", "group", "alias"), 1),
        **({"screen": 1} if screens else {}),
    }
    assert not [event for event in events if event["clock_status"] == "implausible"]
    assert not [event for event in events if "writeKey" in event["payload"]]
    by_name = {event["event_name"]: event["payload"] for event in events}
    viewed = [event["payload"]["properties"]["n"] for event in events if event["event_name"] == "Product Viewed"]
    assert sorted(viewed) == list(range(VIEWED))
    assert {event["payload"]["anonymousId"] for event in events if event["event_name"] == "Product Viewed"} == {
        story["cookie"]
    }
    said = by_name["identify"].get("traits") or by_name["identify"]["context"]["traits"]
    assert (said, by_name["identify"]["userId"]) == (story["traits"], story["user"])
    assert story["order"].items() <= by_name["Order Completed"]["properties"].items()
    assert story["page"]["properties"].items() <= by_name["page"]["properties"].items()
    assert by_name["page"]["name"] == story["page"]["name"]
    assert (by_name["group"]["groupId"], by_name["group"]["traits"]) == (story["group"]["id"], story["group"]["traits"])
    assert (by_name["alias"]["previousId"], by_name["alias"]["userId"]) == (story["lead"], story["user"])

    profile = system.profile("email", story["traits"]["email"])
    identifiers = {(one["type"], one["value"]) for one in profile["identifiers"]}
    assert {
        ("user_id", story["user"]),
        ("anonymous_id", story["cookie"]),
        ("anonymous_id", story["lead"]),
        ("email", story["traits"]["email"]),
    } <= identifiers
    assert (profile["full_name"], profile["total_orders"], profile["total_revenue"]) == (
        story["traits"]["name"],
        1,
        25.5,
    )
    return events


@pytest.mark.slow
@pytest.mark.parametrize("script", SERVERS)
def test_a_client_on_a_server_tells_everything_once(
    system: System, run_client: Callable[..., Any], script: str
) -> None:
    if script.endswith(".mjs"):
        needs_node()
    story = make_story(system, script.partition(".")[0])

    printed = run_client(script, story)

    assert_told_once_and_completely(system, story, screens=True)
    if printed is not None:
        assert (printed["accepted"], printed["duplicates"]) == (VIEWED, VIEWED)
        assert printed["error"]["code"] == "U1413"


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_client_in_a_browser_tells_everything_once(
    system: System, open_page: Callable[..., dict[str, Any]], name: str
) -> None:
    needs_chromium()
    paths, screens = PAGES[name]
    story = make_story(system, name)

    seen = open_page(name, story, until=lambda: is_all_there(system, story, screens))

    events = assert_told_once_and_completely(system, story, screens)
    assert seen["complaints"] == []
    asked = {request.split()[1].partition("?")[0] for request in seen["requests"]}
    assert {address for address in asked if not address.startswith((system.url, seen["origin"]))} == set()
    assert {f"{system.url}{path}" for path in paths} <= asked
    page = next(event["payload"]["context"] for event in events if event["type"] == "page")
    assert page["page"]["url"].startswith(seen["origin"])
    assert (page["campaign"]["name"], page["campaign"]["source"]) == ("autumn", "letter")
    assert "Chrome" in page["userAgent"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "client", ["segment_node.mjs", "segment_python.py", "rudderstack_node.mjs", "rudderstack_python.py"]
)
def test_a_server_that_never_hears_the_answer_tells_it_again_and_it_counts_once(
    system: System, lossy_proxy: tuple[str, list[int]], run_client: Callable[..., Any], client: str
) -> None:
    if client.endswith(".mjs"):
        needs_node()
    address, told = lossy_proxy
    story = {**make_story(system, f"{client.partition('.')[0]}_lossy"), "url": address}

    run_client(client, story)

    assert (told.count(503), set(told)) == (2, {200, 503})
    assert_told_once_and_completely(system, story, screens=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["segment", "rudderstack"])
def test_a_page_that_never_hears_the_answer_tells_it_again_and_it_counts_once(
    system: System, lossy_proxy: tuple[str, list[int]], open_page: Callable[..., dict[str, Any]], name: str
) -> None:
    needs_chromium()
    address, told = lossy_proxy
    screens = PAGES[name][1]
    story = {**make_story(system, f"{name}_lossy"), "url": address, "stays": True}
    expected = VIEWED + 5 + screens

    open_page(name, story, until=lambda: told.count(200) >= expected)

    assert (told.count(503), told.count(200)) == (2, expected)
    assert_told_once_and_completely(system, story, screens)


@pytest.mark.slow
@pytest.mark.parametrize("script", ["postgrest_profile.mjs", "postgrest_profile.py"])
def test_a_client_of_postgrest_reads_a_golden_record(
    system: System, run_client: Callable[..., Any], script: str
) -> None:
    if script.endswith(".mjs"):
        needs_node()
    name = script.replace(".", "_")
    story = make_story(system, name)
    body = {"userId": story["user"], "traits": story["traits"]}
    assert httpx.post(f"{system.url}/rpc/identify", json=body, auth=(story["key"], "")).status_code == 200
    profile = system.profile("user_id", story["user"])
    story["key"] = system.key(f"{story['source']}-secret", "--kind", "secret")

    answers = run_client(script, story)

    posted, gotten, single, head, missing = answers
    assert {posted["data"]["profile_id"], gotten["data"]["profile_id"], single["data"]["profile_id"]} == {
        profile["profile_id"]
    }
    assert not head["data"]
    assert (missing["data"], missing["error"]["code"]) == (None, "U2404")
