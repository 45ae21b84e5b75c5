"""What clients of others ask the gateway for beside the Segment HTTP API. tests/clients runs the clients themselves."""

from __future__ import annotations

import gzip
import json

import pytest

from support.events import event_count, page

ORIGIN = "https://shop.example"
SETTINGS = ["/v1/projects/{key}/settings", "/sourceConfig?writeKey={key}", "/sourceConfig/?p=npm&writeKey={key}"]
SHORT = {
    "i": {"userId": "u1", "traits": {"email": "a@example.com"}},
    "t": {"userId": "u1", "event": "Bought"},
    "p": {"anonymousId": "a1"},
    "s": {"anonymousId": "a1"},
    "g": {"userId": "u1", "groupId": "g1"},
    "a": {"userId": "u1", "previousId": "a1"},
    "b": {"batch": [page("m1")]},
}


def test_the_short_names_of_segments_paths_are_those_of_the_long_ones(http, make_key, connect):
    key = make_key()

    for letter, body in SHORT.items():
        reply = http.post(f"/v1/{letter}", content=json.dumps({**body, "writeKey": key}))
        assert (reply.status_code, reply.json()["accepted"]) == (200, 1), letter

    recorded = connect().column("SELECT type FROM tenant_acme.cdp_behavioral_events ORDER BY event_id")
    assert recorded == ["identify", "track", "page", "screen", "group", "alias", "page"]


def test_a_key_in_the_address_is_good_for_events_and_for_nothing_else(http, make_key, connect):
    key, secret = make_key(), make_key("crm", "secret")

    taken = http.post(f"/beacon/v1/batch?writeKey={key}", content=json.dumps({"batch": [page("m1")]}))
    unknown = http.post("/beacon/v1/batch?writeKey=nobody", content=json.dumps({"batch": [page("m2")]}))
    asked = http.get(f"/rpc/profile?p_identifier_type=user_id&p_value=u1&writeKey={secret}")

    assert (taken.status_code, taken.json()["accepted"]) == (200, 1)
    assert [(reply.status_code, reply.json()["code"]) for reply in (unknown, asked)] == [(401, "U1401")] * 2
    assert event_count(connect()) == 1


@pytest.mark.parametrize("path", SETTINGS)
def test_settings_are_for_those_who_have_a_key_and_come_from_its_origin(http, make_key, path):
    key = make_key(origins=[ORIGIN])

    told = http.get(path.format(key=key), headers={"Origin": ORIGIN})
    foreign = http.get(path.format(key=key), headers={"Origin": "https://evil.example"})
    unknown = http.get(path.format(key="nobody"), headers={"Origin": ORIGIN})

    assert (told.status_code, told.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "U1403")
    assert (unknown.status_code, unknown.json()["code"]) == (401, "U1401")
    assert "Access-Control-Allow-Origin" not in {**foreign.headers, **unknown.headers}
    assert "acme" not in told.text


def test_settings_of_rudderstack_need_a_key(http, make_key):
    make_key()

    assert http.get("/sourceConfig").status_code == 401
    assert http.get("/sourceConfig", auth=("nobody", "")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"Host": "c360.shop.example"}, ("http", "c360.shop.example/v1")),
        ({"Host": "[::1]:8360"}, ("http", "[::1]:8360/v1")),
        (
            {"Host": "10.0.0.7", "X-Forwarded-Host": "events.shop.example", "X-Forwarded-Proto": "https"},
            ("https", "events.shop.example/v1"),
        ),
        (
            {"Host": "a", "X-Forwarded-Host": "b, a", "X-Forwarded-Proto": "https, http"},
            ("https", "b/v1"),
        ),
        ({"Host": "a", "X-Forwarded-Proto": "javascript"}, ("http", "a/v1")),
    ],
)
def test_settings_name_the_address_the_page_asked(http, make_key, headers, address):
    reply = http.get(f"/v1/projects/{make_key()}/settings", headers=headers)

    told = reply.json()["integrations"]["Segment.io"]
    assert (told["protocol"], told["apiHost"]) == address
    assert reply.headers["Cache-Control"] == "no-store"


def test_what_clients_count_about_themselves_is_taken_and_forgotten(http, connect):
    series = {"series": [{"type": "Counter", "metric": "analytics_js.invoke", "value": 1, "tags": {"a": "b"}}]}

    for _ in range(3):
        reply = http.post("/v1/m", content=json.dumps(series), headers={"Origin": ORIGIN, "Content-Type": "text/plain"})
        assert (reply.status_code, reply.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)

    assert event_count(connect()) == 0
    assert connect().value("SELECT count(*) FROM tenant_acme.cdp_rejected_events") == 0


@pytest.mark.parametrize("path", ["/v1/t", "/v1/m", "/beacon/v1/batch", "/sourceConfig/", "/v1/projects/k/settings"])
def test_a_preflight_allows_the_headers_that_clients_add(http, path):
    asked = "anonymousid,authorization,content-type,rsa-retry-attempt,sentat,x-retry-count"

    reply = http.options(
        path,
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": asked,
        },
    )

    assert (reply.status_code, reply.headers["Access-Control-Allow-Headers"]) == (204, asked)
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_a_page_may_read_when_to_come_back(http, make_key):
    reply = http.post("/v1/t", json=SHORT["t"], headers={"Origin": ORIGIN}, auth=(make_key(), ""))

    assert {"Retry-After", "Date"} <= set(reply.headers["Access-Control-Expose-Headers"].split(", "))


@pytest.mark.parametrize(
    ("agent", "kind", "packed"),
    [
        ("analytics-kotlin/1.19.2", "text/plain", True),
        ("analytics-ios/1.7.3", "application/json; charset=utf-8", False),
        ("analytics-flutter/1.1.0", "application/json; charset=utf-8", False),
    ],
)
def test_mobile_clients_are_told_where_to_send_and_their_batches_arrive(http, make_key, connect, agent, kind, packed):
    key = make_key()
    shown = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "events.shop.example", "User-Agent": agent}
    event = {
        "type": "screen",
        "name": "Home",
        "anonymousId": "phone-1",
        "userId": "",
        "messageId": "m1",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "properties": {},
        "integrations": {},
        "context": {"device": {"id": "d1", "type": "android"}, "instanceId": "i1", "timezone": "Asia/Ho_Chi_Minh"},
        "_metadata": {"bundled": [], "unbundled": [], "bundledIds": []},
    }
    body = json.dumps({"batch": [event], "sentAt": "2026-01-01T00:00:01.000Z", "writeKey": key}).encode()

    told = http.get(f"/v1/projects/{key}/settings", headers=shown).json()["integrations"]["Segment.io"]
    reply = http.post(
        "/v1/b",
        content=gzip.compress(body) if packed else body,
        headers={**shown, "Content-Type": kind, **({"Content-Encoding": "gzip"} if packed else {})},
    )

    assert (told["apiHost"], told["protocol"], told["apiKey"]) == ("events.shop.example/v1", "https", key)
    assert (reply.status_code, reply.json()["accepted"]) == (200, 1)
    assert connect().value("SELECT identifiers FROM tenant_acme.cdp_raw_profiles") == {
        "anonymous_id": "phone-1",
        "device_id": "d1",
    }
