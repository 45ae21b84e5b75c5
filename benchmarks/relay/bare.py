"""What the client library can do at best: python -m benchmarks.relay.bare URL REQUESTS CONCURRENCY BYTES

Posts the same body over and over, without a database, signatures or retries, and prints requests a second.
"""

from __future__ import annotations

import asyncio
import sys
import time

import aiohttp
import uvloop


async def main(url: str, requests: int, concurrency: int, size: int) -> None:
    body = b"x" * size
    left = requests

    async def send(session: aiohttp.ClientSession) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            headers = {"webhook-id": str(left)}
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                await response.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:
        began = time.monotonic()
        await asyncio.gather(*(send(session) for _ in range(concurrency)))
        print(requests / (time.monotonic() - began))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], *map(int, sys.argv[2:5])))
