"""Events over real HTTP into a real database."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import wait

import httpx
import pytest

from support.events import event_count, page

ORIGIN = "https://shop.example"


def test_each_endpoint_records_an_event_of_its_type(http, make_key, connect):
    key = make_key()
    bodies = {
        "identify": {"userId": "u1", "traits": {"email": "a@example.com"}},
        "track": {"userId": "u1", "event": "Bought"},
        "page": {"anonymousId": "a1"},
        "screen": {"anonymousId": "a1"},
        "group": {"userId": "u1", "groupId": "g1"},
        "alias": {"userId": "u1", "previousId": "a1"},
    }

    for prefix in ("/v1", "/rpc"):
        for endpoint, body in bodies.items():
            reply = http.post(f"{prefix}/{endpoint}", json=body, auth=(key, ""))
            assert reply.status_code == 200
            assert reply.json() == {"success": True, "accepted": 1, "duplicates": 0, "rejected": []}

    recorded = connect().column("SELECT type FROM tenant_acme.cdp_behavioral_events ORDER BY event_id")
    assert recorded == list(bodies) * 2


@pytest.mark.parametrize("endpoint", ["batch", "import"])
def test_a_batch_answers_for_each_of_its_events(http, make_key, connect, endpoint):
    batch = {"batch": [page("m1"), page("m1"), {"type": "page", "messageId": "m2"}, page("m3")]}

    reply = http.post(f"/v1/{endpoint}", json=batch, auth=(make_key(), ""))

    assert reply.status_code == 200
    outcome = reply.json()
    assert (outcome["accepted"], outcome["duplicates"]) == (2, 1)
    assert [(item["index"], item["messageId"], item["code"]) for item in outcome["rejected"]] == [(2, "m2", "U1108")]
    assert event_count(connect()) == 2


def test_a_key_works_as_basic_user_as_bearer_and_inside_the_body(http, make_key, connect):
    key = make_key()

    replies = [
        http.post("/v1/page", json=page("m1"), auth=(key, "")),
        http.post("/v1/page", json=page("m2"), headers={"Authorization": f"Bearer {key}"}),
        http.post(
            "/v1/batch",
            content=json.dumps({"writeKey": key, "batch": [page("m3")]}),
            headers={"Content-Type": "text/plain"},
        ),
        http.post("/v1/batch", content=json.dumps({"writeKey": key, "batch": [page("m4"), page("\0")]})),
    ]

    assert [reply.status_code for reply in replies] == [200] * 4
    assert event_count(connect()) == 4


def test_without_a_proper_key_nothing_is_taken(http, make_key, connect):
    make_key()

    for authorization in (
        None,
        "Bearer c360_wk_wrong",
        "Bearer",
        "Basic !!!",
        b"Basic \xff\xfe",
        b"Bearer \xff",
        "Digest x",
    ):
        headers = {} if authorization is None else {"Authorization": authorization}
        reply = http.post("/v1/page", json=page("m1"), headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (401, "U1401")
        assert "WWW-Authenticate" in reply.headers

    assert event_count(connect()) == 0


def test_a_revoked_key_is_refused_at_once(http, make_key, connect):
    key = make_key()
    assert http.post("/v1/page", json=page("m1"), auth=(key, "")).status_code == 200

    session = connect()
    assert session.call("c360.revoke_api_key", "acme", "web") is True
    session.commit()

    assert http.post("/v1/page", json=page("m2"), auth=(key, "")).status_code == 401


def test_a_suspended_tenant_is_told_403(http, make_key, connect):
    key, session = make_key(), connect()
    session.execute("UPDATE c360.tenants SET status = 'suspended', suspended_at = now()")
    session.commit()

    reply = http.post("/v1/page", json=page("m1"), auth=(key, ""))

    assert (reply.status_code, reply.json()["code"]) == (403, "U4423")


def test_a_gzip_body_is_unpacked(http, make_key, connect):
    body = gzip.compress(json.dumps({"batch": [page("m1")]}).encode())

    reply = http.post("/v1/batch", content=body, headers={"Content-Encoding": "gzip"}, auth=(make_key(), ""))

    assert reply.json()["accepted"] == 1


def test_a_body_that_cannot_be_taken_is_refused_clearly(http, make_key):
    key, packed = make_key(), {"Content-Encoding": "gzip"}
    bodies: list[tuple[bytes, dict[str, str], int, str]] = [
        (b"{", {}, 400, "U1001"),
        (b"\xff\xfe", {}, 400, "U1001"),
        (b'{"a":"\0"}', {}, 400, "U1001"),
        (b"", {}, 400, "U1001"),
        (b"7", {}, 400, "U1002"),
        (b"[" * 100_000, {}, 400, "U1005"),
        (b"[" + b"1," * 2500 + b"1]", {}, 413, "U1004"),
        (b" " * (500 * 1024 + 1), {}, 413, "U1003"),
        (gzip.compress(b" " * 100_000_000), packed, 413, "U1003"),
        (b"no gzip", packed, 415, "U1010"),
        (gzip.compress(b"{}")[:-9], packed, 415, "U1010"),
        (b"{}", {"Content-Encoding": "br"}, 415, "U1010"),
    ]

    for content, headers, status, code in bodies:
        reply = http.post("/v1/batch", content=content, headers=headers, auth=(key, ""))
        assert (reply.status_code, reply.json()["code"]) == (status, code), content[:20]
        assert set(reply.json()) == {"code", "message", "details", "hint"}


BROKEN = {
    "NaN": (b'{"type":"page","anonymousId":"a","x":NaN}', '"x":NaN'),
    "Infinity": (b'{"type":"page","anonymousId":"a","x":[-Infinity]}', "[-Infinity]"),
    "a byte that is no UTF-8": (b'{"type":"page","anonymousId":"a\xff"}', r"a\xff"),
    "letters in Latin-1": ('{"type":"page","anonymousId":"Jos\u00e9"}'.encode("latin-1"), r"Jos\xe9"),
    "a bad byte outside of strings": (b'{"type":"page",\xfe"anonymousId":"a"}', r"\xfe"),
    "half a surrogate pair in bytes": (b'{"type":"page","anonymousId":"a\xed\xa0\x80"}', r"\xed\xa0\x80"),
    "a raw NUL": (b'{"type":"page","anonymousId":"a\0"}', r"a\x00"),
    "an escaped NUL": (rb'{"type":"page","anonymousId":"a\u0000"}', r"a\u0000"),
    "a comma too many": (b'{"type":"page","anonymousId":"a",}', '"a",}'),
    "a bracket in a broken string": (b'{"type":"page","anonymousId":"a]}\xff"}', r"a]}\xff"),
}


@pytest.mark.parametrize("frame", [b'{"context":{"locale":"vi"},"batch":[%s]}', b"[%s]", b"\xef\xbb\xbf [ %s ] "])
@pytest.mark.parametrize("kind", BROKEN)
def test_broken_bytes_cost_their_event_and_no_other(http, make_key, connect, kind, frame):
    broken, readable = BROKEN[kind]
    good = [json.dumps(page(name, text='"[{,\\ \u00e9')).encode() for name in ("m1", "m2")]

    reply = http.post("/v1/batch", content=frame % b", ".join([good[0], broken, good[1]]), auth=(make_key(), ""))

    outcome = reply.json()
    assert (reply.status_code, outcome["accepted"]) == (200, 2)
    assert [(item["index"], item["code"]) for item in outcome["rejected"]] == [(1, "U1102")]
    session = connect()
    assert event_count(session) == 2
    assert readable in session.value("SELECT payload FROM tenant_acme.cdp_rejected_events")


def test_a_broken_event_sent_alone_is_kept_as_rejected(http, make_key, connect):
    reply = http.post("/v1/page", content=b'{"anonymousId":"a","x":NaN}', auth=(make_key(), ""))

    assert (reply.status_code, [item["code"] for item in reply.json()["rejected"]]) == (200, ["U1102"])
    session = connect()
    assert session.value("SELECT payload FROM tenant_acme.cdp_rejected_events") == '{"anonymousId":"a","x":NaN}'
    assert len(session.call_rows("c360.rejected_events", "acme")) == 1


def test_a_body_with_broken_bytes_still_says_its_key(http, make_key, connect):
    key = make_key().encode()

    reply = http.post("/v1/batch", content=b'{"writeKey": "%s", "batch": [{"x": NaN}, {"x": "\xff"}]}' % key)

    assert (reply.status_code, len(reply.json()["rejected"])) == (200, 2)


def test_an_import_counts_the_clocks_it_did_not_believe(http, make_key):
    stamps = {"m1": "2020-01-01T00:00:00Z", "m2": "rubbish", "m3": "2999-01-01", "m4": 1577836800, "m5": None}
    batch = [page(name, timestamp=stamp) for name, stamp in stamps.items()]

    first = http.post("/v1/import", json={"batch": batch}, auth=(make_key(), "")).json()
    again = http.post("/v1/import", json={"batch": batch}, auth=(make_key("other"), "")).json()

    assert (first["accepted"], first["implausible_clocks"]) == (5, 2)
    assert again["implausible_clocks"] == 2


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(http, make_key):
    def endless():
        for _ in range(10_000):
            yield b" " * 1024

    try:
        reply = http.post("/v1/batch", content=endless(), auth=(make_key(), ""))
    except httpx.WriteError:
        return  # hung up on while still sending: just as good
    assert reply.status_code == 413


def test_the_answer_is_the_same_for_known_and_unknown_persons(http, make_key):
    key = make_key()
    identify = {"userId": "u1", "traits": {"email": "a@example.com"}}

    first = http.post("/v1/identify", json=identify, auth=(key, ""))
    second = http.post("/v1/identify", json=identify, auth=(key, ""))

    assert first.content == second.content


def test_return_minimal_answers_without_a_body_on_rpc(http, make_key):
    reply = http.post("/rpc/page", json=page("m1"), headers={"Prefer": "return=minimal"}, auth=(make_key(), ""))

    assert (reply.status_code, reply.content, reply.headers["Preference-Applied"]) == (204, b"", "return=minimal")


def test_a_preflight_is_answered_without_a_key(http):
    reply = http.options("/v1/batch", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"})

    assert reply.status_code == 204
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "authorization" in reply.headers["Access-Control-Allow-Headers"].lower()


def test_a_page_may_read_the_answer_only_when_its_key_allows_the_origin(http, make_key, connect):
    key = make_key(origins=[ORIGIN])

    allowed = http.post("/v1/page", json=page("m1"), headers={"Origin": ORIGIN}, auth=(key, ""))
    foreign = http.post("/v1/page", json=page("m2"), headers={"Origin": "https://evil.example"}, auth=(key, ""))
    wrong_key = http.post("/v1/page", json=page("m3"), headers={"Origin": ORIGIN}, auth=("wrong", ""))
    bad_body = http.post("/v1/page", content="{", headers={"Origin": ORIGIN}, auth=(key, ""))

    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "U1403")
    assert (bad_body.status_code, bad_body.headers["Access-Control-Allow-Origin"]) == (400, ORIGIN)
    for reply in (foreign, wrong_key):
        assert "Access-Control-Allow-Origin" not in reply.headers
    assert event_count(connect()) == 1


def test_five_concurrent_senders_of_one_message_make_one_event(gateway, make_key, connect, in_background):
    key = make_key()

    def send(number: int) -> dict:
        batch = {"batch": [page(f"other{number}"), page("m1")], "sentAt": f"2026-01-01T00:00:0{number}Z"}
        with httpx.Client(base_url=gateway.url) as client:
            return client.post("/v1/batch", json=batch, auth=(key, "")).json()

    sending = [in_background(send, number) for number in range(5)]
    wait(sending)

    outcomes = [future.result() for future in sending]
    assert (sum(o["accepted"] for o in outcomes), sum(o["duplicates"] for o in outcomes)) == (6, 4)
    assert connect().value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events WHERE message_id = 'm1'") == 1


def test_unknown_paths_and_methods_are_404_and_405(http):
    assert http.post("/v1/nothing").status_code == 404
    assert http.get("/v1/track").status_code == 405
