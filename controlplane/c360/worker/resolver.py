"""Resolves queued observations: for each tenant that has work one batch at a time, for several tenants at once.

No tenant waits for the batch of another one, and the one that waited longest is next. One tenant's error never stops
the others: it waits a little longer each time, with a smaller batch. A backlog is worked off in larger and larger
batches as long as they are quick, because what many observations of one batch say about a golden record is written
once. A row that cannot be resolved is parked by the database, which says so in its answer.
Holds no rule about identities.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from c360.domain.errors import C360Error, GovernanceRefused
from c360.worker import metrics

logger = logging.getLogger(__name__)

BELL = "resolver"
_AT_ONCE = 4
_SHORT_POLLS = 3
_SHORT_POLL = 0.05
_FIRST_DELAY = 0.5
_LONGEST_DELAY = 30.0
# Batches of a backlog double up to the most rows, while one takes no longer than this many seconds.
_MOST_ROWS = 50_000
_QUICK = 2.5
_SLOW = 10.0


class Calls(Protocol):
    """What the resolver needs of the database."""

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any: ...

    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]: ...


class Bells(Protocol):
    """What the resolver needs of a listener."""

    async def wait(self, name: str, timeout: float, *, stop: asyncio.Event | None = None) -> bool: ...  # noqa: ASYNC109


@dataclass
class _Trouble:
    """A tenant whose last batch failed."""

    batch: int
    delay: float
    until: float


class Resolver:
    """The resolver loop of one worker."""

    def __init__(
        self, db: Calls, bells: Bells, *, batch: int, poll_seconds: float = 1.0, clock: Callable[[], float] = monotonic
    ) -> None:
        self._db = db
        self._bells = bells
        self._batch = batch
        self._poll = poll_seconds
        self._clock = clock
        self._trouble: dict[str, _Trouble] = {}
        self._grown: dict[str, int] = {}
        self._in_flight: dict[str, asyncio.Task[bool]] = {}
        self._started: dict[str, int] = {}
        self._is_asleep = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; the batches in flight are finished."""
        quiet = 0
        try:
            while not stop.is_set():
                try:
                    if await self.round(stop):
                        quiet = 0
                    else:
                        quiet = await self._rest(quiet, stop)
                except C360Error as error:
                    logger.warning(
                        "resolver waits for the database", extra={"code": error.code, "error": error.message}
                    )
                    await self._bells.wait(BELL, self._poll, stop=stop)
        finally:
            await asyncio.gather(*self._in_flight.values(), return_exceptions=True)
            if self._is_asleep:
                await self._say_asleep(False)

    async def round(self, stop: asyncio.Event) -> bool:
        """A batch for every tenant that has work and none in flight; True when one that was done claimed anything."""
        tenants = [row["tenant"] for row in await self._db.rows("c360.tenants_with_work")]
        now = self._clock()
        ready = [
            tenant
            for tenant in sorted(tenants, key=lambda tenant: self._started.get(tenant, 0))
            if tenant not in self._in_flight and (tenant not in self._trouble or self._trouble[tenant].until <= now)
        ]
        for tenant in ready[: 0 if stop.is_set() else _AT_ONCE - len(self._in_flight)]:
            self._started[tenant] = max(self._started.values(), default=0) + 1
            self._in_flight[tenant] = asyncio.create_task(self._resolve(tenant), name=f"c360 resolver of {tenant}")
        if self._in_flight:
            await asyncio.wait(self._in_flight.values(), timeout=_SHORT_POLL, return_when=asyncio.FIRST_COMPLETED)
        done = [tenant for tenant, task in self._in_flight.items() if task.done()]
        claimed = [self._in_flight.pop(tenant).result() for tenant in done]
        return any(claimed)

    async def _resolve(self, tenant: str) -> bool:
        trouble = self._trouble.get(tenant)
        batch = trouble.batch if trouble else self._grown.get(tenant, self._batch)
        started = self._clock()
        try:
            counts = await self._db.call("c360.resolve_identities", tenant=tenant, batch_size=batch)
        except GovernanceRefused:
            return False  # suspended or dropped since it was listed
        except C360Error as error:
            self._step_back(tenant, batch, error)
            return False
        self._trouble.pop(tenant, None)
        seconds = self._clock() - started
        self._adapt(tenant, batch, counts["claimed"], seconds)
        metrics.observe(tenant, counts, seconds)
        if counts.get("failed"):
            metrics.PARKED.labels(tenant).inc(counts["failed"])
            logger.error("work parked that cannot be resolved", extra={"tenant": tenant, "rows": counts["failed"]})
        return bool(counts["claimed"])

    def _adapt(self, tenant: str, batch: int, claimed: int, seconds: float) -> None:
        """Larger while a backlog goes quickly, smaller while it does not, as configured without a backlog."""
        if claimed < batch:
            self._grown.pop(tenant, None)
        elif seconds <= _QUICK:
            self._grown[tenant] = min(batch * 2, max(_MOST_ROWS, self._batch))
        elif seconds > _SLOW:
            self._grown[tenant] = max(batch // 2, self._batch)

    def _step_back(self, tenant: str, batch: int, error: C360Error) -> None:
        """A quarter of the batch, twice the pause."""
        known = self._trouble.get(tenant)
        delay = min(known.delay * 2, _LONGEST_DELAY) if known else _FIRST_DELAY
        self._grown.pop(tenant, None)
        self._trouble[tenant] = _Trouble(max(batch // 4, 1), delay, self._clock() + delay)
        logger.error(
            "batch not resolved",
            extra={"tenant": tenant, "batch": batch, "code": error.code, "error": error.message, "retry_in": delay},
        )
        metrics.FAILED.labels(tenant).inc()

    async def _rest(self, quiet: int, stop: asyncio.Event) -> int:
        """Poll shortly a few times; then ask to be woken, look once more, and sleep."""
        if quiet < _SHORT_POLLS:
            await self._wait(_SHORT_POLL, stop)
        elif quiet == _SHORT_POLLS:
            await self._say_asleep(True)
        else:
            await self._wait(self._poll, stop)
            # Another worker may have cancelled the bell when it woke up.
            await self._say_asleep(True)
        return quiet + 1

    async def _wait(self, seconds: float, stop: asyncio.Event) -> None:
        """Until the bell rings, a batch is done, the time is up or `stop` is set."""
        bell = asyncio.ensure_future(self._bells.wait(BELL, seconds, stop=stop))
        await asyncio.wait({bell, *self._in_flight.values()}, return_when=asyncio.FIRST_COMPLETED)
        bell.cancel()
        await asyncio.gather(bell, return_exceptions=True)

    async def _say_asleep(self, is_asleep: bool) -> None:
        await self._db.call("c360.await_bell", bell=BELL, awaited=is_asleep)
        self._is_asleep = is_asleep
