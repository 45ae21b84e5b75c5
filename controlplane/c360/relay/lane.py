"""Serves one leased lane: reads its deliveries, sends them, settles the answers.

Keeps the order of a key: one request at a time for each key of an ordered subscription, and after a failure nothing
more of that key until the database has parked it. Other keys go on. Every write is fenced by the token of the lease: a
relay that was away too long is refused and drops what it has in hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from c360.adapters.http import Answer
from c360.domain.errors import C360Error, DatabaseUnreachable, TryAgain
from c360.relay import metrics
from c360.relay.sender import Clock, Sender

logger = logging.getLogger(__name__)

_READ_AHEAD = 100
_SETTLE_EVERY = 0.05
_LOOK_AGAIN_AFTER = 1.0
_RENEW_EVERY = 10.0
_TURN_SECONDS = 10.0
_RELEASE_RETRIES = (0.1, 0.5, 1.0)
_SETTLE_RETRIES = (0.1, 0.5, 1.0, 2.0, 4.0)


class Door(Protocol):
    """What a lane needs of the database."""

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any: ...
    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]: ...


class TenantDoor:
    """The door for all lanes of one tenant: at most `most` calls at once.

    What a transaction of the tenant holds makes its calls wait; the connections of the others stay free.
    """

    def __init__(self, door: Door, most: int) -> None:
        self._door = door
        self._turns = asyncio.Semaphore(most)

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any:
        async with self._turns:
            return await self._door.call(function, *arguments, **named)

    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]:
        async with self._turns:
            return await self._door.rows(function, *arguments, **named)


@dataclass(frozen=True)
class Lease:
    """A lane this relay may serve, as c360.claim_lanes() gave it."""

    subscription_id: UUID
    lane: int
    token: int
    url: str
    is_ordered: bool
    timeout_seconds: float
    concurrency: int
    secret_version: int


@dataclass(frozen=True)
class Delivery:
    delivery_id: int
    chain: int
    message_id: str
    body: str


class LeaseLost(Exception):
    """Another relay serves this lane now."""


class LaneWorker:
    """One turn at one lane. `news()` grows whenever this relay has made deliveries for anybody."""

    def __init__(self, db: Door, sender: Sender, lease: Lease, *, stop: asyncio.Event, news: Callable[[], int]) -> None:
        self._db = db
        self._sender = sender
        self._lease = lease
        self._stop = stop
        self._news = news
        self._place = {"subscription_id": lease.subscription_id, "lane": lease.lane, "token": lease.token}
        self._concurrency = lease.concurrency
        self._go_on = True
        self._keeps_lease = False
        self._clock = Clock.at(0)
        self._keys: list[bytes] = []
        self._waiting: dict[int, deque[Delivery]] = {}
        self._busy: set[int] = set()
        self._in_flight: dict[asyncio.Task[None], int] = {}
        self._results: list[dict[str, Any]] = []
        self._began = self._read_at = self._settled_at = time.monotonic()
        self._seen_news = -1

    async def run(self) -> None:
        """Serve until nothing is left, the turn is over, the endpoint needs a rest, or the relay stops."""
        metrics.LANES.inc()
        try:
            await self._serve()
        except LeaseLost:
            metrics.LEASES_LOST.inc()
            logger.warning("lease lost", extra=self._fields())
        except C360Error as error:
            # A refusal would come again at once: then the lease is kept until it ends.
            logger.warning("lane given up", extra={**self._fields(), "code": error.code, "error": error.message})
            self._keeps_lease = not isinstance(error, DatabaseUnreachable | TryAgain)
        finally:
            metrics.LANES.dec()
            left = list(self._in_flight)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            if not self._keeps_lease:
                with contextlib.suppress(C360Error):
                    await self._release()

    async def _serve(self) -> None:
        self._keys = await self._sender.keys(self._lease.subscription_id, self._lease.secret_version)
        while True:
            if self._may_read():
                await self._read()
            self._start()
            if not self._in_flight and not self._results:
                return
            if self._in_flight:
                await asyncio.wait(self._in_flight, timeout=_SETTLE_EVERY, return_when=asyncio.FIRST_COMPLETED)
            if self._must_settle():
                await self._settle()

    def _may_read(self) -> bool:
        if self._stop.is_set() or not self._go_on or time.monotonic() - self._began > _TURN_SECONDS:
            return False
        if sum(map(len, self._waiting.values())) >= _READ_AHEAD // 2:
            return False
        return (
            self._seen_news != self._news()
            or time.monotonic() - self._read_at > _LOOK_AGAIN_AFTER
            or not (self._in_flight or self._results)
        )

    async def _read(self) -> None:
        self._seen_news = self._news()
        self._read_at = time.monotonic()
        in_hand = [delivery.delivery_id for chain in self._waiting.values() for delivery in chain]
        in_hand += self._in_flight.values()
        in_hand += [result["delivery_id"] for result in self._results]
        rows = await self._db.rows("c360.read_lane", **self._place, in_hand=in_hand, limit=_READ_AHEAD)
        if len(rows) == _READ_AHEAD:
            self._seen_news = -1  # there may be more
        for row in rows:
            self._clock = Clock.at(row["read_at"].timestamp())
            self._take(row)

    def _take(self, row: Any) -> None:
        if row["body"] is None:
            self._results.append({"delivery_id": row["delivery_id"], "error": "lost", "ms": 0})
            return
        chain = row["key_hash"] if self._lease.is_ordered else row["delivery_id"]
        if chain in self._busy and chain not in self._waiting and not self._is_sending(chain):
            return  # failed and not settled yet: read it again afterwards
        delivery = Delivery(row["delivery_id"], chain, str(row["message_id"]), row["body"])
        self._waiting.setdefault(chain, deque()).append(delivery)

    def _is_sending(self, chain: int) -> bool:
        return any(task.get_name() == str(chain) for task in self._in_flight)

    def _start(self) -> None:
        if self._stop.is_set() or not self._go_on:
            self._waiting.clear()
            return
        for chain in list(self._waiting):
            if len(self._in_flight) >= self._concurrency:
                return
            if chain in self._busy:
                continue
            delivery = self._waiting[chain].popleft()
            if not self._waiting[chain]:
                del self._waiting[chain]
            self._busy.add(chain)
            task = asyncio.create_task(self._send(delivery), name=str(chain))
            self._in_flight[task] = delivery.delivery_id

    async def _send(self, delivery: Delivery) -> None:
        task = asyncio.current_task()
        metrics.IN_FLIGHT.inc()
        try:
            answer = await self._sender.send(
                self._lease.url,
                self._keys,
                delivery.message_id,
                delivery.body,
                clock=self._clock,
                timeout=self._lease.timeout_seconds,
            )
        finally:
            metrics.IN_FLIGHT.dec()
            if task is not None:
                self._in_flight.pop(task, None)
        self._note(delivery, answer)

    def _note(self, delivery: Delivery, answer: Answer) -> None:
        metrics.DELIVERIES.labels(answer.error or "delivered").inc()
        metrics.SEND_SECONDS.observe(answer.ms / 1000)
        result: dict[str, Any] = {
            "delivery_id": delivery.delivery_id,
            "status": answer.status,
            "error": answer.error,
            "ms": answer.ms,
        }
        if answer.error is None:
            self._busy.discard(delivery.chain)
        else:
            result["retry_after"] = answer.retry_after
            result["answer"] = answer.text
            self._waiting.pop(delivery.chain, None)
            logger.info("delivery failed", extra={**self._fields(), "error": answer.error, "status": answer.status})
        self._results.append({**result, "chain": delivery.chain})

    def _must_settle(self) -> bool:
        since = time.monotonic() - self._settled_at
        has_results = bool(self._results) and (since >= _SETTLE_EVERY or not self._in_flight)
        return has_results or since >= _RENEW_EVERY

    async def _settle(self) -> None:
        self._settled_at = time.monotonic()
        results = list(self._results)
        payload = [{name: value for name, value in result.items() if name != "chain"} for result in results]
        reply = await self._settled(payload)
        if not reply["is_held"]:
            raise LeaseLost
        del self._results[: len(results)]
        for result in results:
            if result["error"] is not None and "chain" in result:
                self._busy.discard(result["chain"])
                self._seen_news = -1
        self._go_on = reply["go_on"]
        self._concurrency = reply["concurrency"]

    async def _settled(self, payload: list[dict[str, Any]]) -> Any:
        """Answers are worth keeping: try again while the lease lasts. A repeat changes nothing."""
        for delay in _SETTLE_RETRIES:
            try:
                return (await self._db.rows("c360.settle_deliveries", **self._place, results=payload))[0]
            except (DatabaseUnreachable, TryAgain):
                await asyncio.sleep(delay)
        return (await self._db.rows("c360.settle_deliveries", **self._place, results=payload))[0]

    async def _release(self) -> None:
        for delay in _RELEASE_RETRIES:
            try:
                await self._db.call("c360.release_lane", **self._place)
            except (DatabaseUnreachable, TryAgain):
                await asyncio.sleep(delay)
            else:
                return
        await self._db.call("c360.release_lane", **self._place)

    def _fields(self) -> dict[str, Any]:
        return {"subscription_id": str(self._lease.subscription_id), "lane": self._lease.lane}
