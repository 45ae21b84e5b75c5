"""Counts the open rejected events of every tenant from time to time, for the gauges of this process."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

from c360.domain.errors import C360Error
from c360.worker.metrics import show_rejected
from c360.worker.rounds import Calls, listed_tenants, pause

logger = logging.getLogger(__name__)


class Reads(Calls, Protocol):
    """What counting needs of the database."""

    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]: ...


async def keep_counting(db: Reads, every: float, stop: asyncio.Event) -> None:
    """At once, and then again and again until `stop` is set. A tenant that cannot be counted is left out."""
    while not stop.is_set():
        show_rejected(await _backlogs(db))
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
