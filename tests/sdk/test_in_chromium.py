"""Visitors in a real browser, a real gateway, a real database."""

from __future__ import annotations

import pytest

from support.events import event_count

pytestmark = pytest.mark.slow

EVENTS = "tenant_acme.cdp_behavioral_events"
NOTHING = {"local": [], "session": [], "cookies": "", "databases": [], "caches": []}


def events(connect) -> list[str]:
    """What was recorded, in order: the name, or the type of what has none."""
    return list(connect().column(f"SELECT coalesce(payload ->> 'event', type) FROM {EVENTS} ORDER BY event_id"))


def distinct(connect, *path: str) -> list[str]:
    return list(connect().column(f"SELECT DISTINCT payload #>> '{{{','.join(path)}}}' FROM {EVENTS}"))


def test_a_visit_with_a_purchase_arrives_whole(play, connect):
    seen = play("purchase")

    assert seen["problems"] == []
    assert events(connect) == ["page", "page", "Product Added", "page", "identify", "Order Completed"]
    assert distinct(connect, "anonymousId") == [seen["ids"]["anonymousId"]]
    assert seen["ids"]["userId"] == "u1"
    assert len(distinct(connect, "context", "sessionId")) == 1
    sources = f"SELECT payload #>> '{{context,campaign,source}}' FROM {EVENTS} ORDER BY event_id"
    assert connect().column(sources) == [None, "zalo", "zalo", "zalo", "zalo", "zalo"]


def test_offline_reload_online_everything_arrives_once_and_in_order(play, connect):
    seen = play("offline")

    assert (seen["problems"], seen["duplicates"]) == ([], 0)
    assert seen["waiting"] >= 31
    recorded = events(connect)
    assert recorded[0] == "page"
    assert recorded[1:31] == [f"offline {number}" for number in range(1, 31)]
    assert sorted(recorded[31:]) == ["after the reload", "page"]


def test_a_tab_closed_or_left_right_after_a_click_loses_nothing(play, connect):
    play("closed")

    assert sorted(events(connect)) == ["Clicked and closed", "Clicked and closed", "Clicked and left"]


def test_without_consent_nothing_leaves_and_nothing_is_stored(play, connect):
    seen = play("denied")

    assert (seen["denied"], seen["deniedCookies"], seen["askedWhenDenied"]) == (NOTHING, [], [])
    assert seen["granted"]["local"] != []
    assert seen["granted"]["cookies"] != ""
    assert (seen["withdrawn"], seen["withdrawnCookies"], seen["askedWhenWithdrawn"]) == (NOTHING, [], [])
    assert (seen["unknown"], seen["askedWhenUnknown"]) == (NOTHING, [])
    assert seen["problems"] == []
    assert events(connect) == ["page", "page"]


def test_two_tabs_send_nothing_twice(play, connect):
    seen = play("tabs")

    recorded = events(connect)
    assert sorted(recorded) == sorted(["page", "page", *(f"{tab}:{count}" for tab in (0, 1) for count in range(50))])
    for tab in (0, 1):
        assert [name for name in recorded if name.startswith(f"{tab}:")] == [f"{tab}:{count}" for count in range(50)]
    assert (seen["sent"], seen["duplicates"]) == (len(recorded), 0)
    assert seen["ids"][0] == seen["ids"][1]


def test_a_strict_content_security_policy_is_enough(play, connect):
    seen = play("csp")

    assert seen["violations"] == []
    assert events(connect) == ["Element Clicked"]


def test_the_core_script_and_a_worker_deliver_too(play, connect):
    seen = play("small")

    assert (seen["flushed"], seen["problems"]) == ("delivered", [])
    assert events(connect) == ["By the core", "In a worker"]


def test_a_page_that_throws_in_its_own_handlers_is_left_alone_and_loses_nothing(play, connect):
    seen = play("throwing")

    recorded = events(connect)
    assert sorted(recorded) == ["Callback", "Element Clicked", "The fault of the page came through", "page", "page"]
    assert "in a click handler" in seen["problems"]
    assert not {"in a listener", "in ready", "in a callback"} & set(seen["problems"])


def test_a_full_storage_loses_nothing_while_the_page_is_open(play, connect):
    seen = play("full")

    assert seen["isFull"] is True
    assert events(connect) == ["page", *(f"full {number}" for number in range(1, 26))]
    assert len(distinct(connect, "anonymousId")) == 1


def test_a_clock_three_years_off_is_put_right(play, connect):
    play("clock")

    session = connect()
    assert event_count(session) == 4
    assert session.value(f"SELECT bool_and(abs(extract(epoch FROM received_at - occurred_at)) < 60) FROM {EVENTS}")


def test_the_example_tells_its_story(play, connect):
    seen = play("shop")

    assert seen["problems"] == []
    assert "not decided" in seen["before"]
    assert seen["after"] == "You are shop-lan@example.com."
    assert seen["next"].endswith("c360 profile show shop email=Lan@example.com")
    assert events(connect) == ["page", "Product Added", "identify", "Order Completed"]
