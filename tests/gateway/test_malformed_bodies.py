"""Whatever a body holds: it is refused or kept as rejected, by name, and nobody beside it notices."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import socket
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from gateway.conftest import LOCK_WAITS, Gateway, running_gateway
from gateway.malformed import Case, malformed, odd
from support.events import page
from support.waiting import wait_until

KEY, SECRET = "c360_wk_malformed", "c360_sk_malformed"
AUTHORIZATION = {"Authorization": f"Bearer {KEY}"}
MALFORMED, ODD = malformed(), odd()
HEAD = b"POST /v1/page HTTP/1.1\r\nHost: c360\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n"
BODY = b'{"anonymousId":"a"}'
IN_FLIGHT = "c360_gateway_in_flight "
_numbers = itertools.count()


@pytest.fixture(scope="module")
def shared(module_database) -> Iterator[Gateway]:
    """One gateway for all bodies: what one of them breaks, the next one meets."""
    with psycopg.connect(module_database.dsn) as session:
        for kind, key in (("write", KEY), ("secret", SECRET)):
            hashed = hashlib.sha256(key.encode()).digest()
            session.execute("SELECT c360.create_api_key('acme', %s, %s, 'web', %s, %s)", (kind, kind, hashed, key[:12]))
    with running_gateway(module_database.dsn_as("c360_gateway")) as running:
        yield running


@pytest.fixture(scope="module")
def client(shared) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shared.url, headers=AUTHORIZATION, timeout=30) as made:
        yield made


def test_there_are_enough_of_them():
    assert len({(case.path, case.body, str(case.headers)) for case in MALFORMED}) >= 200


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
def test_a_malformed_body_is_refused_by_name_and_the_next_event_is_taken(client, case):
    reply = client.post(case.path, content=case.body, headers=case.headers)

    assert reply.status_code in range(400, 500) or is_rejected(reply), (reply.status_code, reply.text)
    assert_taken(client)


@pytest.mark.parametrize("case", ODD, ids=lambda case: case.name)
def test_an_odd_body_is_data_and_the_next_event_is_taken(client, case):
    reply = client.post(case.path, content=case.body, headers=case.headers)

    assert (reply.status_code, reply.json()["accepted"]) == (200, 1), reply.text
    assert_taken(client)


@pytest.mark.parametrize(
    "path", ["/rpc/profile", "/v1/hooks/telegram", "/v1/hooks/zalo", "/v1/firehose", "/beacon/v1/batch"]
)
def test_what_else_takes_bodies_fails_at_none_of_them(client, path):
    replies = {
        case.name: client.post(path, content=case.body, headers={**case.headers, "Authorization": f"Bearer {SECRET}"})
        for case in [*MALFORMED, *ODD]
    }

    assert {name: reply.text for name, reply in replies.items() if reply.status_code >= 500} == {}
    assert_taken(client)


@pytest.mark.parametrize("part", range(4))
async def test_many_of_them_at_once_cost_no_neighbour(shared, module_database, part):
    small = [case for case in MALFORMED if len(case.body) < 20_000][part::4]
    good = [page(f"beside-{part}-{number}") for number in range(20)]
    async with httpx.AsyncClient(
        base_url=shared.url, headers=AUTHORIZATION, timeout=60, limits=httpx.Limits(max_connections=None)
    ) as many:

        async def send(body: Case | dict[str, object]) -> httpx.Response:
            if isinstance(body, Case):
                return await many.post(body.path, content=body.body, headers=body.headers)
            return await many.post("/v1/page", json=body)

        with (
            psycopg.connect(module_database.dsn) as blocker,
            psycopg.connect(module_database.dsn, autocommit=True) as watcher,
        ):
            blocker.execute("LOCK TABLE tenant_acme.cdp_event_ids")
            first = asyncio.create_task(send(page(f"beside-{part}")))
            await asyncio.to_thread(wait_until, lambda: watcher.execute(LOCK_WAITS).fetchone()[0])
            mixed = [one for pair in itertools.zip_longest(small, good) for one in pair if one is not None]
            sending = [asyncio.create_task(send(one)) for one in mixed]
            await asyncio.to_thread(wait_until, lambda: in_flight(shared) > len(good))
            blocker.rollback()
            replies = await asyncio.gather(*sending)
        assert (await first).json()["accepted"] == 1

    for body, reply in zip(mixed, replies, strict=True):
        if isinstance(body, Case):
            assert reply.status_code in range(400, 500) or is_rejected(reply), (body.name, reply.text)
        else:
            assert (reply.status_code, reply.json()["accepted"]) == (200, 1), (body, reply.text)


RAW = {
    "a length too small": HEAD + b"Content-Length: 5\r\n\r\n" + BODY,
    "a length below zero": HEAD + b"Content-Length: -1\r\n\r\n" + BODY,
    "a length that is no number": HEAD + b"Content-Length: 1e3\r\n\r\n" + BODY,
    "a length beyond all bounds": HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n" + BODY,
    "two lengths": HEAD + b"Content-Length: 19\r\nContent-Length: 5\r\n\r\n" + BODY,
    "length and chunks": HEAD
    + b"Content-Length: 19\r\nTransfer-Encoding: chunked\r\n\r\n13\r\n"
    + BODY
    + b"\r\n0\r\n\r\n",
    "a chunk of no number": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY,
    "a chunk beyond all bounds": HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + BODY,
    "a chunk below zero": HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + BODY,
    "an unknown transfer": HEAD + b"Transfer-Encoding: gzip\r\n\r\n" + BODY,
    "a blank in a header's name": HEAD + b"X-A : b\r\nContent-Length: 19\r\n\r\n" + BODY,
    "no colon": HEAD + b"X-A\r\nContent-Length: 19\r\n\r\n" + BODY,
    "NUL in a header": HEAD + b"X-A: \0\r\nContent-Length: 19\r\n\r\n" + BODY,
    "a folded header": HEAD + b"X-A: b\r\n c: d\r\nContent-Length: 19\r\n\r\n" + BODY,
    "a lonely line feed": HEAD.replace(b"\r\n", b"\n") + b"Content-Length: 19\n\n" + BODY,
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"POST /v1/page\r\n\r\n",
    "a version there is not": b"POST /v1/page HTTP/9.9\r\nHost: c360\r\n\r\n",
    "a method there is not": b"BREW /v1/page HTTP/1.1\r\nHost: c360\r\n\r\n",
    "a path with letters of no encoding": b"POST /v1/\xff\xfe HTTP/1.1\r\nHost: c360\r\nContent-Length: 0\r\n\r\n",
    "a path with NUL": b"POST /v1/%00 HTTP/1.1\r\nHost: c360\r\nContent-Length: 0\r\n\r\n",
    "a path upwards": b"GET /../../etc/passwd HTTP/1.1\r\nHost: c360\r\n\r\n",
    "an upgrade": HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\n" + BODY,
    "an expectation": HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("sent", RAW.values(), ids=RAW.keys())
def test_what_is_hardly_http_fails_nowhere(shared, client, sent):
    for status in statuses(shared, sent):
        assert status in range(100, 500)
    assert_taken(client)


HEADERS = {
    "a line in the origin": ("Origin", "https://a.example%0d%0aSet-Cookie: a=b"),
    "a key with a line": ("Authorization", "Bearer a%0d%0aX-Injected: 1"),
    "a key of nothing": ("Authorization", "Basic Og=="),
    "a key of odd letters": ("apikey", "'; SELECT pg_sleep(10); --"),
    "a wish with a line": ("Prefer", "return=minimal%0d%0aX-Injected: 1"),
    "an encoding with SQL": ("Content-Encoding", "'; DROP TABLE x; --"),
    "a type with a line": ("Content-Type", "application/json%0d%0aX-Injected: 1"),
    "a host forwarded": ("X-Forwarded-Host", "evil.example%0d%0aX-Injected: 1"),
    "headers asked for": ("Access-Control-Request-Headers", "a%0d%0aX-Injected: 1"),
}


@pytest.mark.parametrize(("name", "value"), HEADERS.values(), ids=HEADERS.keys())
@pytest.mark.parametrize("break_", [b"%0d%0a", b"\n", b"\r", b"\0", "\u2028".encode(), b"\xe5\x98\x8a"])
def test_no_header_of_the_answer_comes_from_a_line_of_the_request(shared, client, name, value, break_):
    line = name.encode() + b": " + value.encode().replace(b"%0d%0a", break_) + b"\r\n"
    request = b"POST /v1/page HTTP/1.1\r\nHost: c360\r\n" + line + b"Content-Length: 19\r\n\r\n" + BODY

    answer = exchanged(shared, request)

    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nset-cookie:" not in head
    assert b"\r\nx-injected:" not in head
    assert not any(line.startswith(b"HTTP/1.1 5") for line in answer.split(b"\r\n"))
    assert_taken(client)


def is_rejected(reply: httpx.Response) -> bool:
    return reply.status_code == 200 and reply.json()["accepted"] == 0 and bool(reply.json()["rejected"])


def assert_taken(client: httpx.Client) -> None:
    reply = client.post("/v1/page", json=page(f"good-{next(_numbers)}"))
    assert (reply.status_code, reply.json()["accepted"]) == (200, 1), reply.text


def exchanged(gateway: Gateway, sent: bytes) -> bytes:
    """All that is answered to these bytes, after which the client says no more."""
    with socket.create_connection(("127.0.0.1", int(gateway.url.rsplit(":", 1)[1])), timeout=30) as connection:
        received = b""
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                received += chunk
    return received


def statuses(gateway: Gateway, sent: bytes) -> list[int]:
    return [int(line.split()[1]) for line in exchanged(gateway, sent).split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


def in_flight(gateway: Gateway) -> float:
    """How many requests hold a place."""
    (line,) = (line for line in httpx.get(f"{gateway.url}/metrics").text.split("\n") if line.startswith(IN_FLIGHT))
    return float(line.removeprefix(IN_FLIGHT))
