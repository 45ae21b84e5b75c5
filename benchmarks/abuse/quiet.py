"""Somebody who sends an event every 20 ms, as a process of its own: python -m benchmarks.abuse.quiet PORT SECONDS KEY.

A request is sent when its time has come, whether those before it are answered or not: what is measured begins then.
Ends with one line of JSON: how many were sent, how many not taken, p50, p99 and the longest in milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

import uvloop

EVERY_SECONDS = 0.02
PATIENCE_SECONDS = 20.0

_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Quiet:
    """The client, its idle connections, and what it has seen."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key
        self._idle: list[_Line] = []
        self.milliseconds: list[float] = []
        self.failed = 0

    async def run(self, seconds: float) -> None:
        """Send, and wait for the last answer."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as sending:
            for number in range(int(seconds / EVERY_SECONDS)):
                due = began + number * EVERY_SECONDS
                await asyncio.sleep(due - loop.time())
                sending.create_task(self._send(number, due))

    async def _send(self, number: int, due: float) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                is_taken = await self._is_taken(number)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            is_taken = False
        self.milliseconds.append((asyncio.get_running_loop().time() - due) * 1000)
        self.failed += not is_taken

    async def _is_taken(self, number: int) -> bool:
        reader, writer = await self._line()
        body = json.dumps({"messageId": f"{os.getpid()}-{time.time():.0f}-{number}", "anonymousId": "quiet"})
        writer.write(
            f"POST /v1/page HTTP/1.1\r\nHost: c360\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
        self._idle.append((reader, writer))
        return head.startswith(b"http/1.1 200 ")

    async def _line(self) -> _Line:
        """A connection the gateway has not closed for being idle, or a new one."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)


def figures(quiet: Quiet) -> dict[str, float]:
    ordered = sorted(quiet.milliseconds)
    return {
        "sent": len(ordered),
        "failed": quiet.failed,
        "p50_ms": round(ordered[len(ordered) // 2], 1),
        "p99_ms": round(ordered[len(ordered) * 99 // 100], 1),
        "longest_ms": round(ordered[-1], 1),
    }


if __name__ == "__main__":
    _quiet = Quiet(int(sys.argv[1]), sys.argv[3])
    uvloop.run(_quiet.run(float(sys.argv[2])))
    print(json.dumps(figures(_quiet)))
