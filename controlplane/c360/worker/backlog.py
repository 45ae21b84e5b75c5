"""Counts from time to time what this process shows in gauges: open rejected events, and who holds old snapshots."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from c360.domain.errors import C360Error
from c360.worker.metrics import show_rejected, show_snapshots
from c360.worker.rounds import Calls, listed_tenants, pause

logger = logging.getLogger(__name__)


class Reads(Calls, Protocol):
    """What counting needs of the database."""

    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]: ...


async def keep_counting(db: Reads, every: float, stop: asyncio.Event) -> None:
    """At once, and then again and again until `stop` is set. A tenant that cannot be counted is left out."""
    while not stop.is_set():
        show_rejected(await _backlogs(db))
        try:
            show_snapshots(await db.rows("c360.snapshot_holders"))
        except C360Error as error:
            logger.warning("snapshots not looked at", extra={"code": error.code, "error": error.message})
        await pause(every, stop)


async def _backlogs(db: Reads) -> list[tuple[str, list[Any]]]:
    backlogs = []
    for entry in await listed_tenants(db):
        tenant = entry["tenant"]
        try:
            backlogs.append((tenant, await db.rows("c360.rejected_backlog", tenant=tenant)))
        except C360Error as error:
            logger.warning(
                "rejected events not counted", extra={"tenant": tenant, "code": error.code, "error": error.message}
            )
    return backlogs
