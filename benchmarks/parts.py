"""Gateway, worker and relay in one process, for benchmarks: python -m benchmarks.parts <address of the database>.

Prints nothing on stdout, which belongs to the benchmark's figures; warnings go to stderr.
"""

from __future__ import annotations

import asyncio
import signal
import sys

import uvloop

from c360.adapters.database import Database
from c360.gateway import serve_gateway
from c360.logs import configure
from c360.relay.service import run_relay
from c360.settings import load_settings
from c360.worker.service import run_worker


async def main(dsn: str) -> None:
    settings = load_settings(dsn=dsn)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with asyncio.TaskGroup() as running:
        for part in (serve_gateway, run_worker, run_relay):
            running.create_task(_run(part, dsn, settings, stop))


async def _run(part, dsn, settings, stop):
    async with await Database.connect(dsn, application_name="c360 benchmark") as db:
        await part(db, settings, stop)


if __name__ == "__main__":
    configure("WARNING")
    uvloop.run(main(sys.argv[1]))
