"""One attack as a process of its own: python -m benchmarks.abuse.attacks NAME PORT SECONDS KEY.

Connections come from many addresses, as those of a botnet do, and are opened again as soon as they are closed. Ends
with one line of JSON: how many connections were opened, how often each status was answered, how often nothing ("cut").
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import uvloop

_ADDRESSES = 100
_HEAD = b"POST /v1/page HTTP/1.1\r\nHost: c360\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
_BLOCK = 64 * 1024
_numbers = itertools.count()

_Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


@dataclass(frozen=True)
class Attack:
    """So many connections, and what each of them says until it is answered."""

    connections: int
    talk: Callable[[bytes], _Talk]


def _slowly(first: bytes, drop: bytes = b"a") -> _Talk:
    """A beginning, and a drop every second."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(first)
        answer = asyncio.ensure_future(_answer(reader))
        while not (await asyncio.wait({answer}, timeout=1.0))[0]:
            writer.write(drop)
        return await answer

    return talk


def _endlessly(first: bytes, block: bytes) -> _Talk:
    """A beginning, and more of the same for as long as it is taken."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(first)
        answer = asyncio.ensure_future(_answer(reader))
        while not answer.done():
            writer.write(block)
            taken = asyncio.ensure_future(writer.drain())
            taken.add_done_callback(lambda task: task.cancelled() or task.exception())
            await asyncio.wait({answer, taken}, return_when=asyncio.FIRST_COMPLETED)
            taken.cancel()
        return await answer

    return talk


def _whole(make: Callable[[], bytes]) -> _Talk:
    """A request that is complete, again and again on the same connection."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(make())
        return await _answer(reader)

    return talk


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """The head of an answer; empty when there is none."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
    except (OSError, EOFError):
        return b""
    return head


def _event(key: bytes) -> Callable[[], bytes]:
    began = f"{os.getpid()}-{time.time():.0f}"

    def make() -> bytes:
        number = next(_numbers)
        body = b'{"messageId":"%s-%d","anonymousId":"a%d","properties":{"path":"/shop","title":"Shop"}}' % (
            began.encode(),
            number,
            number % 5000,
        )
        return _HEAD + _keyed(key) + b"Content-Length: %d\r\n\r\n" % len(body) + body

    return make


def _keyed(key: bytes) -> bytes:
    return b"Authorization: Bearer " + key + b"\r\n"


def _bomb(key: bytes) -> bytes:
    packed = gzip.compress(b" " * 100_000_000)
    return _HEAD + _keyed(key) + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed


def _repeated(request: bytes) -> _Talk:
    return _whole(lambda: request)


ATTACKS = {
    "slow_heads": Attack(1000, lambda _: _slowly(_HEAD + b"X-Slow: ")),
    "slow_bodies": Attack(1000, lambda _: _slowly(_HEAD + b"Content-Length: 1000\r\n\r\n{")),
    "slow_bodies_with_key": Attack(1000, lambda key: _slowly(_HEAD + _keyed(key) + b"Content-Length: 1000\r\n\r\n{")),
    "endless_header": Attack(100, lambda _: _endlessly(_HEAD + b"X-Endless: ", b"a" * _BLOCK)),
    "endless_headers": Attack(100, lambda _: _endlessly(_HEAD, b"X-Line: a\r\n" * (_BLOCK // 11))),
    "endless_trailers": Attack(
        100, lambda _: _endlessly(_HEAD + _CHUNKED + b"1\r\n{\r\n0\r\n", b"X-Line: a\r\n" * (_BLOCK // 11))
    ),
    "endless_body": Attack(
        50, lambda key: _endlessly(_HEAD + _keyed(key) + _CHUNKED, b"%x\r\n" % _BLOCK + b" " * _BLOCK + b"\r\n")
    ),
    "large_cookies": Attack(100, lambda _: _repeated(_HEAD + b"Cookie: " + b"a" * _BLOCK + b"\r\n\r\n")),
    "flood": Attack(500, lambda key: _whole(_event(key))),
    "requests_ahead": Attack(
        100, lambda _: _endlessly(b"", (_HEAD + b"Content-Length: 8000\r\n\r\n" + b" " * 8000) * 8)
    ),
    "locked_table": Attack(200, lambda key: _whole(_event(key))),
    "gzip_bombs": Attack(50, lambda key: _repeated(_bomb(key))),
    # No attack: what a busy tenant sends.
    "load": Attack(16, lambda key: _whole(_event(key))),
}


async def attack(name: str, port: int, seconds: float, key: str) -> Counter[str]:
    """What came of it."""
    counted: Counter[str] = Counter()
    chosen = ATTACKS[name]
    talk = chosen.talk(key.encode())
    working = [
        asyncio.create_task(_work(talk, port, f"127.0.0.{2 + number % _ADDRESSES}", counted))
        for number in range(chosen.connections)
    ]
    await asyncio.sleep(seconds)
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)
    return counted


async def _work(talk: _Talk, port: int, address: str, counted: Counter[str]) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
        except OSError:
            counted["not_connected"] += 1
            await asyncio.sleep(0.1)
            continue
        counted["opened"] += 1
        try:
            while not writer.is_closing():
                answer = await talk(reader, writer)
                if not answer:
                    counted["cut"] += 1
                    break
                counted[answer[9:12].decode()] += 1
                if b"connection: close" in answer:
                    break
        except OSError:
            counted["cut"] += 1
        finally:
            writer.transport.abort()


if __name__ == "__main__":
    _name, _port, _seconds, _key = sys.argv[1:]
    print(json.dumps(uvloop.run(attack(_name, int(_port), float(_seconds), _key))))
