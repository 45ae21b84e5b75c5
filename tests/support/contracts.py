"""Subscriptions of tenant acme, told by events that go the way all events go."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from support.events import ingest, track
from support.observations import resolve
from support.session import Session

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def at(ago: int) -> str:
    """A moment so many days before today."""
    return (TODAY - timedelta(days=ago)).isoformat()


def tell(kind: str, ago: int, number: int | str | None = None, user: str = "u1", **properties: Any) -> dict[str, Any]:
    """An event of a subscription, so many days before today."""
    if number is not None:
        properties["subscription_id"] = number
    name = f"{user}-{number}-{kind}-{ago}"
    return track(f"Subscription {kind}", name, userId=user, timestamp=at(ago), properties=properties)


def send(db: Session, *events: dict[str, Any]) -> None:
    """Ingest them and work off what follows."""
    for start in range(0, len(events), 2000):
        ingest(db, *events[start : start + 2000])
    resolve(db)
    while db.call("c360.refresh_profiles", "acme", 5000)["has_more"]:
        pass


def tell_of_contracts(db: Session, renewals: Iterable[int], begun: int, **properties: Any) -> None:
    """Contracts of ten people that began so many days ago and were renewed so often, every 30 days; in any order."""
    events = []
    for number, times in enumerate(renewals):
        user = f"u{number % 10}"
        events.append(tell("Started", begun, number, user, **properties))
        events += [tell("Renewed", begun - 30 * k, number, user) for k in range(1, times + 1)]
    random.Random(2).shuffle(events)
    send(db, *events)
