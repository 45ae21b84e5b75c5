"""What the tests of retention share: a day to look from, refusals, and short words for setting and running."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from support.session import Session

AT = "2024-06-15T12:00:00Z"


@pytest.fixture
def refused() -> Callable[[str], contextlib.AbstractContextManager[None]]:
    """with refused("U4430"): the statement inside must fail with that SQLSTATE."""

    @contextlib.contextmanager
    def check(sqlstate: str) -> Iterator[None]:
        with pytest.raises(psycopg.Error) as caught:
            yield
        assert caught.value.sqlstate == sqlstate

    return check


@pytest.fixture
def keep() -> Callable[..., Any]:
    """keep(db, "events", 365): sets the retention of a kind in days."""

    def set_days(db: Session, kind: str, days: int, *, tenant: str = "acme") -> Any:
        return db.call("c360.set_retention", tenant, kind, f"{days} days")

    return set_days


@pytest.fixture
def run() -> Callable[..., dict[str, Any]]:
    """run(db, "events"): steps until nothing is left; answers what they removed, how many they were, the last one."""

    def steps(
        db: Session, kind: str, *, tenant: str = "acme", at: str = AT, limit: int = 5000, commit: bool = False
    ) -> dict[str, Any]:
        total: dict[str, Any] = {"removed": 0, "partitions": [], "steps": 0}
        while True:
            answer = db.call("c360.apply_retention", tenant, kind, at, p_limit=limit)
            if commit:
                db.commit()
            done = answer["kinds"][kind]
            total["removed"] += done["removed"]
            total["partitions"] += done.get("partitions", [])
            total["steps"] += 1
            total["last"] = done
            if not answer["has_more"]:
                return total

    return steps


@pytest.fixture
def look() -> Callable[..., dict[str, Any]]:
    """look(db, "events"): what a dry run says about the kind."""

    def dry(db: Session, kind: str, *, tenant: str = "acme", at: str = AT) -> dict[str, Any]:
        answer = db.call("c360.apply_retention", tenant, kind, at, p_dry_run=True)
        assert answer["dry_run"] is True
        found: dict[str, Any] = answer["kinds"][kind]
        return found

    return dry
