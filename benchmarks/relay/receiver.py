"""A receiver in a process of its own that costs as little as it can: python -m benchmarks.relay.receiver

Prints its port and takes any POST. GET /seen/<path> answers {"count", "requests", "first", "last", "latest"} of a path:
messages by their id, requests with those that came again, first and last in seconds of the monotonic clock of the
machine, and the latest thousands as [id, time]. The path /slow takes a second for an answer, /dead answers 503.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import defaultdict
from itertools import islice
from typing import Any

import httptools
import uvloop

_OK = b"HTTP/1.1 204 No Content\r\n\r\n"
_DOWN = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
SLOW_SECONDS = 1.0
LATEST = 3_000


class Seen:
    def __init__(self) -> None:
        self.count = 0
        self.times: dict[bytes, float] = {}


SEEN: defaultdict[str, Seen] = defaultdict(Seen)


class Connection(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._id = b""

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._url = url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"webhook-id":
            self._id = value

    def on_message_complete(self) -> None:
        path = self._url.decode()
        if path.startswith("/seen/"):
            self._tell(SEEN[path.removeprefix("/seen")])
            return
        seen = SEEN[path]
        seen.count += 1
        seen.times.setdefault(self._id, time.monotonic())
        if path.startswith("/dead"):
            self._transport.write(_DOWN)
        elif path.startswith("/slow"):
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._answer_late)
        else:
            self._transport.write(_OK)

    def _answer_late(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_OK)

    def _tell(self, seen: Seen) -> None:
        times = seen.times
        body = json.dumps(
            {
                "count": len(times),
                "requests": seen.count,
                "first": next(iter(times.values()), None),
                "last": next(reversed(times.values()), None),
                "latest": [(name.decode(), at) for name, at in islice(reversed(times.items()), LATEST)],
            }
        ).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def main() -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()


if __name__ == "__main__":
    uvloop.run(main())
