"""Streams of Firehose that deliver to the gateway: their requests, their answers, what is sent again."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from typing import Any

import httpx
import psycopg
import pytest

from gateway.conftest import running_gateway
from support.events import event_count, identify, page, track

REQUEST = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f"
IDS = "SELECT message_id FROM tenant_acme.cdp_behavioral_events ORDER BY event_id"
REJECTED = "SELECT code FROM tenant_acme.cdp_rejected_events ORDER BY rejected_event_id"


def _text(event: Any) -> bytes:
    return event if isinstance(event, bytes) else json.dumps(event).encode()


def _body(*records: Any, request: str = REQUEST) -> bytes:
    data = [{"data": base64.b64encode(_text(record)).decode()} for record in records]
    return json.dumps({"requestId": request, "timestamp": 1796032800000, "records": data}).encode()


def _headers(key: str | None, request: str = REQUEST, **more: str) -> dict[str, str]:
    return {
        "X-Amz-Firehose-Protocol-Version": "1.0",
        "X-Amz-Firehose-Request-Id": request,
        "Content-Type": "application/json",
        **({} if key is None else {"X-Amz-Firehose-Access-Key": key}),
        **more,
    }


def _deliver(http, key: str | None, *records: Any, request: str = REQUEST):
    return http.post("/v1/firehose", content=_body(*records, request=request), headers=_headers(key, request))


def test_a_delivery_is_recorded_and_answered_as_firehose_wants_it(http, make_key, connect):
    reply = _deliver(http, make_key(), track("Bought", "m1"), page("m2"), identify("u1", "m3", email="a@example.com"))

    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    assert set(reply.json()) == {"requestId", "timestamp"}
    assert reply.json()["requestId"] == REQUEST
    assert reply.json()["timestamp"] > 1_700_000_000_000
    assert connect().column(IDS) == ["m1", "m2", "m3"]


def test_a_record_is_one_event_or_lines_or_a_list_or_a_batch(http, make_key, connect):
    records = [
        json.dumps(page("m1"), indent=2).encode(),
        b"\n".join([_text(page("m2")), b"", _text(page("m3")) + b"\r", b""]),
        [page("m4"), page("m5")],
        {"batch": [page("m6")], "context": {"locale": "vi-VN"}},
    ]

    assert _deliver(http, make_key(), *records).status_code == 200

    assert connect().column(IDS) == ["m1", "m2", "m3", "m4", "m5", "m6"]


def test_a_delivery_that_is_repeated_makes_no_doubles_also_of_events_without_ids(http, make_key, connect):
    key = make_key()
    records = [page("m1"), page(), {**page(), "messageId": None}, b"\n".join([_text(page()), _text(page())])]

    for _ in range(3):
        assert _deliver(http, key, *records).status_code == 200
    assert _deliver(http, key, page(), request="another").status_code == 200

    assert connect().column(IDS) == [
        "m1",
        f"firehose-{REQUEST}-1-0",
        f"firehose-{REQUEST}-2-0",
        f"firehose-{REQUEST}-3-0",
        f"firehose-{REQUEST}-3-1",
        "firehose-another-0-0",
    ]


def test_an_id_of_any_length_names_its_events(http, make_key, connect):
    key, long = make_key(), "r" * 500

    for _ in range(2):
        assert _deliver(http, key, page(), page(), request=long).status_code == 200

    assert event_count(connect()) == 2


def test_what_is_no_event_is_kept_and_holds_nothing_up(http, make_key, connect):
    poison = [
        b"no json",
        b'{"type": "page", "anonymousId": "a\\u0000"}',
        b"\xff\xfe",
        b"",
        b"7",
        {"type": "page"},
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"[" * 100_000,
        b"[" * 100_000 + b"\n" + _text(page("m3")) + b"\n" + b"[" * 100_000,
        b"x\n" * 20_000,
        {"type": "page", "anonymousId": "a1", "properties": {"x": "y" * 40_000}},
    ]

    reply = _deliver(http, make_key(), page("m1"), *poison, page("m2"))

    assert reply.status_code == 200
    assert connect().column(IDS) == ["m1", "m3", "m2"]
    assert len(connect().rows("SELECT * FROM tenant_acme.rejected_events()")) == 12
    assert sorted(connect().column(REJECTED)) == sorted(
        ["U1102", "U1102", "U1102", "U1102", "U1101", "U1108", "U1102", "U1102", "U1102", "U1102", "U1102", "U1103"]
    )


def test_a_large_delivery_is_taken_in_order_in_pieces(http, make_key, connect):
    records = [b"\n".join(_text(page(f"{piece:03}-{line:03}")) for line in range(100)) for piece in range(120)]
    big = page("big", properties={"text": "x" * 30_000})
    body = gzip.compress(_body(*records, *(_text({**big, "messageId": f"z{n:02}"}) for n in range(30))))

    reply = http.post("/v1/firehose", content=body, headers=_headers(make_key(), **{"Content-Encoding": "gzip"}))

    assert reply.status_code == 200
    found = connect().column(IDS)
    assert len(found) == 12_030
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "U1001"),
        (b"[]", 400, "U1002"),
        (b"{}", 400, "U1002"),
        (b'{"requestId": "r"}', 400, "U1002"),
        (b'{"requestId": "r", "records": [{"data": "%%"}]}', 400, "U1002"),
        (b'{"requestId": "r", "records": [{}]}', 400, "U1002"),
        (b'{"requestId": "r", "records": [7]}', 400, "U1002"),
        (b'{"requestId": "r", "records": {"data": ""}}', 400, "U1002"),
        (b'{"requestId": "r", "records": []}', 200, None),
    ],
)
def test_what_is_none_of_firehose_is_refused_in_its_words(http, make_key, body, status, code):
    reply = http.post("/v1/firehose", content=body, headers=_headers(make_key()))

    assert reply.status_code == status
    assert reply.json().get("errorMessage", "").partition(":")[0] == (code or "")
    assert reply.json()["requestId"] == REQUEST


def test_a_key_that_may_not_send_is_refused(http, make_key, connect):
    keys = {None: (401, "U1401"), "c360_wk_wrong": (401, "U1401"), make_key("agent", "agent"): (403, "U1414")}

    for key, expected in keys.items():
        reply = _deliver(http, key, page("m1"))
        assert (reply.status_code, reply.json()["errorMessage"].partition(":")[0]) == expected
        assert reply.json()["requestId"] == REQUEST

    assert event_count(connect()) == 0


def test_a_suspended_tenant_makes_firehose_come_again(http, make_key, connect):
    key, session = make_key(), connect()
    session.execute("UPDATE c360.tenants SET status = 'suspended', suspended_at = now()")
    session.commit()

    reply = _deliver(http, key, page("m1"))

    assert (reply.status_code, reply.json()["errorMessage"].partition(":")[0]) == (403, "U4423")


def test_a_delivery_larger_than_set_is_told_so(database, make_key, connect):
    key = make_key()
    body = _body(*[b" " * 1000] * 1000)
    with (
        running_gateway(database.dsn_as("c360_gateway"), gateway_firehose_mb=1) as small,
        httpx.Client(base_url=small.url) as client,
    ):
        packed = _headers(key, **{"Content-Encoding": "gzip"})
        plain = client.post("/v1/firehose", content=body, headers=_headers(key))
        unpacked = client.post("/v1/firehose", content=gzip.compress(body), headers=packed)

    assert [reply.status_code for reply in (plain, unpacked)] == [413, 413]
    assert event_count(connect()) == 0


def test_records_over_four_megabytes_in_one_call_are_refused(make_key, connect):
    hashed = hashlib.sha256(make_key().encode()).digest()

    for ids, records, code in (
        (["a"], ["x" * 5_000_000], "U1003"),
        (["a", "b"], ["{}"], "U1012"),
        (["a"], [None], "U1012"),
        ([None], ["{}"], "U1012"),
    ):
        with pytest.raises(psycopg.Error) as refused:
            connect(user="c360_gateway").call("c360_v1.receive_records", hashed, ids, records)
        assert refused.value.sqlstate == code
