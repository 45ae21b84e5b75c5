"""Hand request bodies to the database. One call per request; a collector that groups commits can take its place.

Promise to the caller: when `take` returns, the events are on disk; when it raises, none of them is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Delivery:
    """One request body with what is needed to judge it."""

    key_hash: bytes | None
    endpoint: str
    body: str
    origin: str | None


class Caller(Protocol):
    """The one door to the database, with so many connections."""

    size: int

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any: ...


class Intake(Protocol):
    """Takes bodies in."""

    async def take(self, delivery: Delivery) -> dict[str, Any]: ...


class DirectIntake:
    """One transaction per request."""

    def __init__(self, db: Caller) -> None:
        self._db = db

    async def take(self, delivery: Delivery) -> dict[str, Any]:
        outcome: dict[str, Any] = await self._db.call(
            "c360_v1.receive",
            key_hash=delivery.key_hash,
            type=delivery.endpoint,
            body=delivery.body,
            origin=delivery.origin,
        )
        return outcome
