"""What a client without a key can cost: deadlines, bytes of headers, places, and never the others."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from gateway.conftest import LOCK_WAITS, Gateway, running_gateway
from support.events import event_count, page

HEAD = b"POST /v1/page HTTP/1.1\r\nHost: c360\r\n"
SOON = {"gateway_head_seconds": 0.3, "gateway_body_seconds": 0.3}


@pytest.fixture
def strict(database) -> Iterator[Gateway]:
    """A gateway with deadlines that a test can wait for."""
    with running_gateway(database.dsn_as("c360_gateway"), **SOON) as running:
        yield running


def connected(gateway: Gateway) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(gateway.url.rsplit(":", 1)[1])), timeout=30)


def answered(connection: socket.socket) -> tuple[int | None, str | None]:
    """Status and code of the answer before the gateway hangs up; None without one."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(65536):
            received += chunk
    if not received:
        return None, None
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["code"]


def keyed(key: str) -> bytes:
    return HEAD + f"Authorization: Bearer {key}\r\n".encode()


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", (None, None)),
        (b"\r\n", (408, "U1450")),
        (b"POST /v1/pa", (408, "U1450")),
        (HEAD + b"X-Slow: ", (408, "U1450")),
        (HEAD + b"Content-Length: 1000\r\n\r\n{", (408, "U1450")),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", (408, "U1450")),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX-Trailer: ", (408, "U1450")),
        (b"rubbish\r\n\r\n", (400, "U1454")),
    ],
)
def test_a_request_that_does_not_come_in_time_is_closed(strict, sent, answer):
    with connected(strict) as connection:
        connection.sendall(sent)

        assert answered(connection) == answer


def test_a_slow_body_with_a_good_key_is_closed_too_and_holds_no_place(database, make_key, connect):
    key = make_key()
    with (
        running_gateway(database.dsn_as("c360_gateway"), gateway_max_in_flight=2, gateway_body_seconds=20) as small,
        contextlib.ExitStack() as slow,
    ):
        for _ in range(50):
            slow.enter_context(connected(small)).sendall(keyed(key) + b"Content-Length: 1000\r\n\r\n{")

        reply = httpx.post(f"{small.url}/v1/page", json=page("m1"), auth=(key, ""))
        beacon = httpx.post(f"{small.url}/v1/batch", content=json.dumps({"writeKey": key, "batch": [page("m2")]}))

    assert (reply.status_code, beacon.status_code) == (200, 200)
    assert event_count(connect()) == 2


def test_a_request_in_time_after_a_request_in_time_is_answered(strict, make_key):
    request = keyed(make_key()) + b"Content-Length: 19\r\n\r\n" + b'{"anonymousId":"a"}'
    with connected(strict) as connection:
        until = time.monotonic() + 3 * SOON["gateway_body_seconds"]
        while time.monotonic() < until:
            connection.sendall(request[:-1])
            connection.sendall(request[-1:])
            received = b""
            while not received.endswith(b"[]}"):
                chunk = connection.recv(65536)
                assert chunk
                received += chunk
            assert received.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_whole_request_may_wait_for_its_answer_longer_than_it_may_take_to_arrive(
    strict, make_key, connect, wait_until, pieces
):
    key, blocker, watcher = make_key(), connect(), connect(autocommit=True)
    request = keyed(key) + b"Content-Length: 19\r\n\r\n" + b'{"anonymousId":"a"}'
    blocker.execute("LOCK TABLE tenant_acme.cdp_event_ids")
    with connected(strict) as connection:
        connection.sendall(request[: -(pieces - 1) or None])
        connection.sendall(request[-(pieces - 1) :] if pieces > 1 else b"")
        wait_until(
            lambda: watcher.value(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND datname = current_database() AND clock_timestamp() - query_start > interval '1 second'"
            )
        )
        blocker.rollback()

        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"X-Endless: " + b"a" * 200_000,
        HEAD + b"X-Line: a\r\n" * 20_000,
        b"GET /" + b"a" * 200_000,
        HEAD + b"Cookie: " + b"a" * 64 * 1024 + b"\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n" + b"X-Line: a\r\n" * 20_000,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX-Endless: " + b"a" * 200_000,
    ],
    ids=["line", "lines", "path", "cookies", "trailers", "trailer"],
)
def test_endless_headers_are_cut_off(gateway, sent):
    with connected(gateway) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)

        # Who is still sending may find the connection reset before the answer.
        assert answered(connection) in {(431, "U1451"), (401, "U1401"), (None, None)}
    assert httpx.get(f"{gateway.url}/livez").status_code == 200


def test_rubbish_is_answered_and_leaves_no_line_in_the_log(gateway, caplog):
    for _ in range(3):
        with connected(gateway) as connection:
            connection.sendall(b"rubbish\r\n\r\n")
            assert answered(connection) == (400, "U1454")

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("name", ["Upgrade", "upgrade", "UPGRADE"])
def test_a_client_that_asks_for_another_protocol_is_answered_in_this_one(gateway, make_key, connect, name):
    body = json.dumps(page("m1"))
    wishes = {"Connection": f"{name}, HTTP2-Settings", name: "h2c", "HTTP2-Settings": "AAEAAEAAAAIAAAAB"}

    with httpx.Client(base_url=gateway.url, auth=(make_key(), "")) as client:
        replies = [client.post("/v1/page", content=body, headers=wishes) for _ in range(2)]

    assert [(reply.status_code, reply.json()["accepted"]) for reply in replies] == [(200, 1), (200, 0)]
    assert event_count(connect()) == 1


def test_a_head_of_some_kilobytes_is_nothing_special(gateway, make_key):
    reply = httpx.post(
        f"{gateway.url}/v1/page", json=page("m1"), auth=(make_key(), ""), headers={"Cookie": "a" * 30_000}
    )

    assert reply.status_code == 200


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"gateway_max_connections": 2}, 503, "U1452"),
        ({"gateway_max_connections_per_address": 2}, 429, "U1453"),
    ],
)
def test_connections_have_a_limit_and_a_closed_one_makes_room(database, wait_until, options, status, code):
    with running_gateway(database.dsn_as("c360_gateway"), **options) as small:
        wait_until(lambda: httpx.get(f"{small.url}/livez").status_code == 200)
        with connected(small), connected(small):
            wait_until(lambda: answer_of(small) == status)
            with connected(small) as one_more:
                assert answered(one_more) == (status, code)
        wait_until(lambda: answer_of(small) == 200)


def answer_of(gateway: Gateway) -> int | None:
    try:
        return httpx.get(f"{gateway.url}/livez").status_code
    except httpx.TransportError:
        return None


def test_requests_far_ahead_of_their_answers_are_not_kept(gateway):
    with connected(gateway) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: c360\r\n\r\n" * 2_000)
        received = b""
        with contextlib.suppress(ConnectionError):
            while chunk := connection.recv(65536):
                received += chunk

    assert received.count(b"HTTP/1.1 200") < 200


def test_bodies_that_fill_the_memory_are_told_to_come_back(database, make_key, connect, in_background, wait_until):
    key, blocker, watcher = make_key(), connect(), connect(autocommit=True)
    with running_gateway(database.dsn_as("c360_gateway"), gateway_max_body_mb=1) as small:
        blocker.execute("LOCK TABLE tenant_acme.cdp_event_ids")
        body = json.dumps({"batch": [page("m1", text="x" * 1000)] * 400})
        waiting = in_background(httpx.post, f"{small.url}/v1/batch", content=body, auth=(key, ""), timeout=30)
        wait_until(lambda: watcher.value(LOCK_WAITS) >= 1)

        reply = httpx.post(f"{small.url}/v1/batch", content=body, auth=(key, ""))
        small_one = in_background(httpx.post, f"{small.url}/v1/page", json=page("m2"), auth=(key, ""), timeout=30)
        blocker.rollback()

        assert (reply.status_code, reply.json()["code"], reply.headers["Retry-After"]) == (503, "U1455", "1")
        assert (waiting.result().status_code, small_one.result().status_code) == (200, 200)


def test_readyz_answers_while_every_connection_waits(database, connect, make_key, in_background, wait_until):
    key, blocker, watcher = make_key(), connect(), connect(autocommit=True)
    with running_gateway(database.dsn_as("c360_gateway")) as running:
        blocker.execute("LOCK TABLE c360.migrations")
        assert httpx.get(f"{running.url}/readyz", timeout=30).status_code == 503
        assert httpx.post(f"{running.url}/v1/page", json=page("m1"), auth=(key, "")).status_code == 200
        blocker.rollback()
        wait_until(lambda: httpx.get(f"{running.url}/readyz", timeout=30).status_code == 200)
    assert event_count(watcher) == 1


def test_requests_sent_ahead_are_all_answered_in_their_order(gateway, make_key, connect):
    key = make_key()
    bodies = [json.dumps(page(f"m{n}", properties={"text": "x" * 20_000})).encode() for n in range(100)]
    requests = b"".join(keyed(key) + b"Content-Length: %d\r\n\r\n" % len(body) + body for body in bodies)
    received = b""
    with connected(gateway) as connection, ThreadPoolExecutor(1) as sender:
        sending = sender.submit(connection.sendall, requests)
        while received.count(b"HTTP/1.1 ") < 100 or not received.endswith(b"}"):
            received += connection.recv(65536)
        sending.result()

    assert received.count(b"HTTP/1.1 200 ") == 100
    assert connect().column("SELECT message_id FROM tenant_acme.cdp_behavioral_events ORDER BY event_id") == [
        f"m{n}" for n in range(100)
    ]


def test_a_large_body_whose_turn_comes_late_is_taken_whole(database, make_key):
    key = make_key()
    large = json.dumps({"batch": [page(f"m{n}", text="x" * 1000) for n in range(400)]})
    with (
        running_gateway(database.dsn_as("c360_gateway"), gateway_requests_per_second=2) as slow,
        ThreadPoolExecutor(4) as senders,
    ):
        sending = [
            senders.submit(httpx.post, f"{slow.url}/v1/batch", content=large, auth=(key, ""), timeout=30)
            for _ in range(4)
        ]
        replies = [future.result() for future in sending]

    outcomes = [reply.json() for reply in replies]
    assert {reply.status_code for reply in replies} == {200}
    assert (sum(one["accepted"] for one in outcomes), sum(one["duplicates"] for one in outcomes)) == (400, 1200)
