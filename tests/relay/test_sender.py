"""What the client of webhooks makes of the answers endpoints can think of."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
import uvloop

from c360.adapters.http import Answer, HttpClient
from c360.relay.addresses import Destinations
from support.endpoints import Endpoint, reset
from support.ports import free_port

TLS = ssl.create_default_context()
ANYWHERE = Destinations(everything=True)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def post(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """post(url, ..., times=1, timeout=30): sends with the loop of Python and with the one of the daemon."""

    def send(
        url: str, body: bytes = b"{}", *, times: int = 1, timeout: float = 30, headers: Any = None, **more: Any
    ) -> Any:
        async def run() -> list[Answer]:
            async with HttpClient(ANYWHERE, tls=TLS) as http:
                return [await http.post(url, body, headers or {}, timeout, **more) for _ in range(times)]

        with asyncio.Runner(loop_factory=request.param) as runner:
            answers = runner.run(run())
        return answers[0] if times == 1 else answers

    return send


def pouring(start: bytes, more: bytes) -> Callable[[socket.socket], None]:
    """An endpoint that begins so and goes on so for ever."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        while True:
            connection.sendall(more)

    return serve


def dripping(start: bytes, more: bytes) -> Callable[[socket.socket], None]:
    """An endpoint that goes on with one byte at a time."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        while True:
            for position in range(len(more)):
                connection.sendall(more[position : position + 1])
                time.sleep(0.05)

    return serve


ENDLESS = {
    "interim answers": pouring(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000),
    "continue": pouring(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "headers": pouring(HEAD, b"x: y\r\n" * 5000),
    "one header": pouring(HEAD + b"x: ", b"y" * 50000),
    "the reason": pouring(b"HTTP/1.1 200 ", b"O" * 50000),
    "no line end": pouring(b"", b"\0" * 50000),
    "empty lines": pouring(b"", b"\r\n" * 50000),
    "dripping head": dripping(HEAD, b"x: y\r\n"),
    "dripping interim answers": dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}
ENDLESS_BODY = {
    "length": pouring(HEAD + b"Content-Length: 99999999999\r\n\r\n", b"z" * 50000),
    "no length": pouring(HEAD + b"\r\n", b"z" * 50000),
    "chunks": pouring(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n" * 5000),
    "one chunk": pouring(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", b"z" * 50000),
    "extension of a chunk": pouring(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;", b"e" * 50000),
    "trailers": pouring(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"x: y\r\n" * 5000),
    "gzip": pouring(
        HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"%x\r\n" % len(bomb := gzip.compress(bytes(1 << 22))) + bomb + b"\r\n",
    ),
    "dripping": dripping(HEAD + b"Content-Length: 9999\r\n\r\n", b"z"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_head_that_never_ends_is_a_failure(post, name):
    with Endpoint(ENDLESS[name]) as endpoint:
        answer = post(endpoint.url(), timeout=1)

    assert (answer.status, answer.error in ("timeout", "protocol")) == (None, True)
    assert answer.text
    assert answer.ms < 100_000


@pytest.mark.parametrize("name", ENDLESS_BODY)
def test_a_body_that_never_ends_is_left_and_the_answer_counts(post, name):
    with Endpoint(ENDLESS_BODY[name]) as endpoint:
        answer = post(endpoint.url(), timeout=2)

    assert (answer.status, answer.error) == (200, None)
    assert len(answer.text) <= 1000
    assert len(answer.body) <= 16_384


BROKEN_BODIES = {
    "ends early": HEAD + b"Content-Length: 99\r\n\r\nonly this",
    "no chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\nnot a chunk",
    "chunk too long": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    "ends in a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nabc",
    "not gzip": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    "not brotli": HEAD + b"Content-Encoding: br, zstd, nothing\r\nContent-Length: 3\r\n\r\nabc",
    "no UTF-8": HEAD + b"Content-Type: text/plain; charset=nonsense\r\nContent-Length: 3\r\n\r\n\xff\xfe\0",
    "no number": HEAD + b"Content-Length: many\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "unknown coding": HEAD + b"Transfer-Encoding: sealed\r\n\r\nabc",
    "no header": HEAD + b"this is no header\r\n\r\n",
    "old program": b"HTTP/1.0 200 OK\n\nok",
    "upgrade": HEAD + b"Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n",
    "more than one answer": OK + OK + b"HTTP/1.1 500 No\r\n\r\n",
    "no body": b"HTTP/1.1 204 No Content\r\n\r\n",
    "interim answers first": b"HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n" * 3 + OK,
}


@pytest.mark.parametrize("name", BROKEN_BODIES)
def test_an_answer_is_decided_by_its_head(post, name):
    def serve(connection: socket.socket) -> None:
        endpoint.take_request(connection)
        connection.sendall(BROKEN_BODIES[name])

    with Endpoint(serve) as endpoint:
        answer = post(endpoint.url())

    assert (answer.status in (200, 204), answer.error, answer.retry_after) == (True, None, None)
    assert "\0" not in answer.text


def test_an_answer_counts_whose_connection_is_reset_after_the_head(post):
    def serve(connection: socket.socket) -> None:
        endpoint.take_request(connection)
        connection.sendall(HEAD + b"Content-Length: 99\r\n\r\n")
        released.wait(60)
        reset(connection)

    released = threading.Event()
    threading.Timer(0.3, released.set).start()
    with Endpoint(serve) as endpoint:
        answer = post(endpoint.url())

    assert (answer.status, answer.error) == (200, None)


NO_ANSWERS = {
    "nothing": (b"", "connect"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol"),
    "HTTP/2": (b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64", "protocol"),
    "HTTP/0.9": (b"<html>", "protocol"),
    "half a head": (HEAD + b"Content-Le", "connect"),
    "no status": (b"HTTP/1.1 OK\r\n\r\n", "protocol"),
    "absurd status": (b"HTTP/1.1 2000 OK\r\n\r\n", "protocol"),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_no_answer_is_a_failure_of_its_class(post, name):
    sent, kind = NO_ANSWERS[name]

    def serve(connection: socket.socket) -> None:
        endpoint.take_request(connection)
        connection.sendall(sent)

    with Endpoint(serve) as endpoint:
        answer = post(endpoint.url())

    assert (answer.status, answer.error) == (None, kind)
    assert answer.text
    assert "SSH" not in answer.text


@pytest.mark.parametrize(
    ("status", "head"),
    [
        (101, b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello"),
        (302, b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        (307, b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
        (503, b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"),
        (999, b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n"),
    ],
)
def test_what_is_not_2xx_is_a_failure_and_redirects_are_not_followed(post, status, head):
    with Endpoint(head) as endpoint:
        answer = post(endpoint.url())

    assert (answer.status, answer.error, len(endpoint.requests)) == (status, "status", 1)


def test_the_time_a_receiver_asks_for_is_read(post):
    with Endpoint(b"HTTP/1.1 429 Slow\r\nretry-AFTER: 120\r\nContent-Length: 0\r\n\r\n") as endpoint:
        answer = post(endpoint.url())

    assert (answer.status, answer.retry_after) == (429, 120)


def test_an_answer_that_comes_before_the_request_was_read_counts(post):
    def serve(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig")
        connection.recv(1)

    with Endpoint(serve) as endpoint:
        answer = post(endpoint.url(), b"z" * 1_000_000)

    assert (answer.status, answer.text) == (413, "big")


def test_a_large_message_arrives_whole(post):
    bodies = []

    def serve(connection: socket.socket) -> None:
        data = b""
        while not data.endswith(b"END"):
            data += connection.recv(65536)
        bodies.append(data)
        connection.sendall(OK)

    with Endpoint(serve) as endpoint:
        answer = post(endpoint.url(), b"z" * 1_000_000 + b"END")

    assert (answer.status, bodies[0].count(b"z")) == (200, 1_000_000)


def test_a_connection_serves_one_request_after_another(post):
    with Endpoint(OK) as endpoint:
        answers = post(endpoint.url(), times=5)

    assert [answer.text for answer in answers] == ["ok"] * 5
    assert (endpoint.connections, len(endpoint.requests)) == (1, 5)


@pytest.mark.parametrize(
    "answer", [OK + b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", OK + b"rest", OK[:-2] + b"okay"]
)
def test_what_comes_after_an_answer_is_never_taken_for_the_next_one(post, answer):
    with Endpoint(answer) as endpoint:
        answers = post(endpoint.url(), times=3)

    assert [(answer.status, answer.text) for answer in answers] == [(200, "ok")] * 3
    assert endpoint.connections == 3


def test_a_connection_that_the_receiver_closed_meanwhile_costs_no_attempt(post):
    def serve(connection: socket.socket) -> None:
        endpoint.take_request(connection)
        connection.sendall(OK)
        if endpoint.connections == 1:
            endpoint.take_request(connection)  # the second one: closed without a word
        else:
            while endpoint.take_request(connection):
                connection.sendall(OK)

    with Endpoint(serve) as endpoint:
        answers = post(endpoint.url(), times=3)

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert endpoint.connections == 2


def test_headers_of_a_message_replace_ours_and_can_break_nothing(post):
    with Endpoint(OK) as endpoint:
        post(endpoint.url(path="/ü?q=ä b".replace(" ", "%20")), headers={"Content-Type": "text/plain", "x-name": "é"})
        split = post(endpoint.url(), headers={"x-a": "b\r\nx-c: d"})
        named = post(endpoint.url(), headers={"x a": "b"})
        beyond = post(endpoint.url(), headers={"x-a": "\N{SNOWMAN}"})

    (head,) = endpoint.requests
    assert head.startswith(b"POST /%C3%BC?q=%C3%A4%20b HTTP/1.1\r\nHost: 127.0.0.1:")
    assert head.lower().count(b"content-type:") == 1
    assert b"x-name: \xe9" in head
    assert [answer.error for answer in (split, named, beyond)] == ["protocol"] * 3


def test_nobody_there_is_said_so(post):
    answer = post(f"http://127.0.0.1:{free_port()}/")

    assert (answer.status, answer.error) == (None, "connect")
    assert "refused" in answer.text


def test_the_time_limit_covers_everything_and_says_what_it_waited_for(post):
    with Endpoint(lambda connection: connection.recv(1) and time.sleep(5)) as endpoint:
        answer = post(endpoint.url(), timeout=0.2)

    assert answer.error == "timeout"
    assert "0.2 s" in answer.text


_FLOODED = """
import asyncio, resource, sys, time, uvloop
from c360.adapters.http import HttpClient
from c360.relay.addresses import Destinations

async def main(bad, good):
    async with HttpClient(Destinations(everything=True)) as http:
        await http.post(good, b"{}", {}, 30)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        floods = [asyncio.create_task(http.post(url, b"{}", {}, 3)) for url in bad for _ in range(2)]
        served = 0
        while not all(flood.done() for flood in floods):
            served += (await http.post(good, b"{}", {}, 30)).status == 200
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(served, grown // 1024, sorted({str(flood.result().error) for flood in floods}))

uvloop.run(main(sys.argv[2:], sys.argv[1]))
"""


def test_fifty_endless_answers_at_once_cost_little_memory_and_stop_nobody():
    """A process of its own, as memory that was used once counts for ever."""
    with ExitStack() as stack:
        good = stack.enter_context(Endpoint(OK))
        bad = [stack.enter_context(Endpoint(answering)) for answering in (*ENDLESS.values(), *ENDLESS_BODY.values())]
        urls = [endpoint.url() for endpoint in bad for _ in range(2)][:25]
        done = subprocess.run(
            [sys.executable, "-c", _FLOODED, good.url(), *urls], capture_output=True, text=True, timeout=240, check=True
        )

    served, grown, kinds = done.stdout.split(maxsplit=2)
    assert int(served) > 100, "the others waited"
    assert int(grown) < 16, f"{grown} MB more than before"
    assert kinds.strip() == "['None', 'protocol', 'timeout']"


def test_nothing_is_sent_in_clear_by_a_client_that_was_not_told_so():
    async def run(url: str) -> Answer:
        async with HttpClient(Destinations(), tls=TLS) as http:
            return await http.post(url, b"{}", {}, 30)

    with Endpoint(OK) as endpoint:
        answer = asyncio.run(run(endpoint.url()))

    assert (answer.status, answer.error, endpoint.connections) == (None, "cleartext", 0)
    assert "U5413" in answer.text


def test_every_answer_belongs_to_its_request_also_where_others_run_out_of_time():
    """The endpoint answers with what it was sent, some of it late; a late answer is never taken for another one."""

    def serve(connection: socket.socket) -> None:
        data = b""
        while True:
            while b"\r\n\r\n" not in data or not data.endswith(b"."):
                if not (some := connection.recv(65536)):
                    return
                data += some
            said, data = data.partition(b"\r\n\r\n")[2], b""
            number = int(said[:-1])
            connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n" % (200 + 204 * (number % 2), len(said)))
            if number % 7 == 0:
                time.sleep(0.2)
            connection.sendall(b"\r\n" + said)

    async def run(url: str) -> list[tuple[int, Answer]]:
        async with HttpClient(ANYWHERE, tls=TLS) as http:
            numbers = iter(range(300))

            async def send() -> list[tuple[int, Answer]]:
                return [
                    (number, await http.post(url, b"%d." % number, {}, 0.1 if number % 3 == 0 else 60))
                    for number in numbers
                ]

            return [found for several in await asyncio.gather(*(send() for _ in range(16))) for found in several]

    with Endpoint(serve) as endpoint, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answers = runner.run(run(endpoint.url()))

    assert len(answers) == 300
    assert "timeout" in {answer.error for _, answer in answers}
    for number, answer in answers:
        assert answer.error == "timeout" or (answer.status, answer.text) == (200 + 204 * (number % 2), f"{number}.")
