"""Visits every active tenant from time to time and calls one function for each: partitions, retention, scores, visits.

A tenant whose call fails is logged and visited again next time; the others are visited all the same. The functions
themselves see to it that two workers on one tenant do no harm. Work that comes in small steps goes round: each tenant
with more of it has one step a turn, so that nobody waits for the one with the most.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

from c360.domain.errors import C360Error

logger = logging.getLogger(__name__)


class Calls(Protocol):
    """What a round needs of the database."""

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any: ...


@dataclass(frozen=True)
class Round:
    """A function that takes a tenant, and how often it is called for each.

    `until_done`: it works in steps and is called again while its answer says `has_more`.
    """

    function: str
    every: float
    until_done: bool = False


async def keep_visiting(db: Calls, visit: Round, stop: asyncio.Event) -> None:
    """At once, and then again and again until `stop` is set."""
    while not stop.is_set():
        await visit_all(db, visit, stop)
        await pause(visit.every, stop)


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """So long, or until `stop` is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def visit_all(db: Calls, visit: Round, stop: asyncio.Event) -> int:
    """Call the function for every active tenant, again where more is to be done; answers how many calls succeeded."""
    done = 0
    waiting = deque(entry["tenant"] for entry in await listed_tenants(db) if entry["status"] == "active")
    while waiting and not stop.is_set():
        tenant = waiting.popleft()
        try:
            answer = await db.call(visit.function, tenant=tenant)
        except C360Error as error:
            logger.warning(
                "tenant not kept",
                extra={"function": visit.function, "tenant": tenant, "code": error.code, "error": error.message},
            )
            continue
        done += 1
        if visit.until_done and answer["has_more"]:
            waiting.append(tenant)
    return done


async def listed_tenants(db: Calls) -> list[dict[str, Any]]:
    """All tenants that have tables, with their status; none while the database cannot tell."""
    try:
        listed: list[dict[str, Any]] = await db.call("c360.list_tenants")
    except C360Error as error:
        logger.warning("worker cannot list the tenants", extra={"code": error.code, "error": error.message})
        return []
    return [tenant for tenant in listed if tenant.get("is_synced", True)]
