"""Whoever cancels a task of a daemon waits for its end: no cancellation may get lost in a call of the database."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time

from c360.adapters.database import Database
from c360.domain.errors import RelayRefused

TRIES = 60


async def test_a_task_that_is_cancelled_while_its_connection_is_refused_ends(database):
    """As of a relay whose address leads to a copy: all its tasks are refused at once, and the first of them ends it."""
    async with await Database.connect(database.dsn, application_name="test", min_size=0) as db:
        db.greet_with("c360.renew_relay", lambda _: None, lambda: {"relay": "unknown", "mark": 1})
        refused = asyncio.Event()

        async def upkeep():
            while True:
                try:
                    await db.call("c360.next_delivery_due")
                except RelayRefused:
                    refused.set()

        chance = random.Random(1)
        left = []
        for _ in range(TRIES):
            refused.clear()
            began = time.monotonic()
            task = asyncio.create_task(upkeep())
            await refused.wait()
            await asyncio.sleep(chance.uniform(0, time.monotonic() - began))  # somewhere in the next refusal
            task.cancel()
            _, pending = await asyncio.wait([task], timeout=10)
            left += pending
            if pending:
                break

        for task in left:
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=0.5)
            with contextlib.suppress(asyncio.CancelledError):
                await task
    assert left == []
