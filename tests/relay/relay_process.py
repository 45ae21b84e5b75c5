"""One relay as a process of its own, so that tests can kill it: python relay_process.py <address>."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from c360.adapters.database import Database
from c360.relay.service import run_relay
from c360.settings import load_settings


async def main(dsn: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with await Database.connect(dsn, application_name="c360 relay") as db:
        await run_relay(db, load_settings(dsn=dsn), stop)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(main(sys.argv[1]))
