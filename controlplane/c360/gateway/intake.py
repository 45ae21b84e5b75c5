"""Hand request bodies to the database, gathered: what arrived while the previous call of a tenant ran is one call.

Promise to the caller: when `take` returns, the events are on disk; when it raises, none of them is, or the connection
broke and nobody knows: a repeat is harmless.

There is no timer: a request that finds its tenant idle is sent at once, and the busier a tenant is, the more requests
share a call and its commit. No call mixes tenants, so what one of them holds up delays nobody else. A body that could
spoil a call for its neighbours is sent by itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from c360.domain.errors import C360Error, DatabaseUnreachable, TryAgain

_MOST_REQUESTS = 500
_MOST_CHARACTERS = 2_000_000
# With so much waiting, a second call of the same tenant is worth a second connection.
_WORTH_A_SECOND = 100_000
# A body with fewer brackets cannot be nested so deeply that reading it fails.
_SAFE_BRACKETS = 5_000
# What these say concerns the server or the tenant, and would be said of each request again.
_OF_ALL_CLASSES = ("28", "3D", "53", "55", "57", "58", "U4")


@dataclass(frozen=True)
class Delivery:
    """One request body with what is needed to judge it."""

    key_hash: bytes
    endpoint: str
    body: str
    origin: str | None
    tenant: str


_Outcome = dict[str, Any] | C360Error


class Caller(Protocol):
    """The one door to the database, with so many connections."""

    size: int

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any: ...

    async def rows(self, function: str, *arguments: Any, **named: Any) -> Sequence[Any]: ...


class Intake(Protocol):
    """Takes bodies in."""

    async def take(self, delivery: Delivery) -> dict[str, Any]: ...


@dataclass(frozen=True)
class _Waiting:
    delivery: Delivery
    told: asyncio.Future[dict[str, Any]]
    is_alone: bool


@dataclass
class _Lane:
    """The requests of one tenant."""

    waiting: deque[_Waiting] = field(default_factory=deque)
    characters: int = 0
    calls: int = 0

    def add(self, one: _Waiting) -> None:
        self.waiting.append(one)
        self.characters += len(one.delivery.body)

    def next(self) -> list[_Waiting]:
        """As many as fit into one call, in the order they came."""
        taken: list[_Waiting] = []
        characters = 0
        while self.waiting and len(taken) < _MOST_REQUESTS:
            one = self.waiting[0]
            characters += len(one.delivery.body)
            if taken and (one.is_alone or taken[0].is_alone or characters > _MOST_CHARACTERS):
                break
            taken.append(self.waiting.popleft())
            self.characters -= len(one.delivery.body)
        return taken

    def wants_a_call(self) -> bool:
        if not self.waiting or self.calls > 1:
            return False
        return self.calls == 0 or self.characters >= _WORTH_A_SECOND


class GatheringIntake:
    """One call at a time for each tenant, two where much is waiting."""

    def __init__(self, db: Caller, count_call: Callable[[], None] = lambda: None) -> None:
        self._db = db
        self._count_call = count_call
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, delivery: Delivery) -> dict[str, Any]:
        lane = self._lanes.get(delivery.tenant)
        if lane is None:
            self._lanes[delivery.tenant] = lane = _Lane()
        is_alone = delivery.body.count("[") + delivery.body.count("{") > _SAFE_BRACKETS
        one = _Waiting(delivery, asyncio.get_running_loop().create_future(), is_alone)
        lane.add(one)
        self._work(delivery.tenant, lane)
        return await one.told

    def _work(self, tenant: str, lane: _Lane) -> None:
        if lane.wants_a_call():
            lane.calls += 1
            task = asyncio.create_task(self._call(tenant, lane, lane.next()), name="c360 intake")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif lane.calls == 0 and not lane.waiting:
            self._lanes.pop(tenant, None)

    async def _call(self, tenant: str, lane: _Lane, taken: list[_Waiting]) -> None:
        try:
            outcomes = [None] if taken[0].is_alone else await self._together(taken)
            for one, outcome in zip(taken, outcomes, strict=True):
                _tell(one, await self._alone(one.delivery) if outcome is None else outcome)
        finally:
            # Only what was cancelled or met a fault of ours is still without an answer.
            for one in taken:
                _tell(one, C360Error("the call was broken off", code="U1500"))
            lane.calls -= 1
            self._work(tenant, lane)

    async def _together(self, taken: list[_Waiting]) -> Sequence[_Outcome | None]:
        """What became of each; None for those that have to be sent by themselves."""
        self._count_call()
        try:
            rows = await self._db.rows(
                "c360_v1.receive_many",
                key_hashes=[one.delivery.key_hash for one in taken],
                types=[one.delivery.endpoint for one in taken],
                bodies=[one.delivery.body for one in taken],
                origins=[one.delivery.origin for one in taken],
            )
        except C360Error as error:
            is_of_all = isinstance(error, (DatabaseUnreachable, TryAgain)) or error.code.startswith(_OF_ALL_CLASSES)
            return [error if is_of_all else None] * len(taken)
        return [outcome for (outcome,) in rows]

    async def _alone(self, delivery: Delivery) -> _Outcome:
        self._count_call()
        try:
            outcome: dict[str, Any] = await self._db.call(
                "c360_v1.receive",
                key_hash=delivery.key_hash,
                type=delivery.endpoint,
                body=delivery.body,
                origin=delivery.origin,
            )
        except C360Error as error:
            return error
        return outcome


def _tell(one: _Waiting, outcome: _Outcome) -> None:
    if one.told.done():
        return
    if isinstance(outcome, C360Error):
        # Of its own for each request: one that many raise gathers the traces of all.
        outcome = type(outcome)(outcome.message, code=outcome.code, detail=outcome.detail, hint=outcome.hint)
        one.told.set_exception(outcome)
    else:
        one.told.set_result(outcome)
