"""What the tests of jobs share: refusals, and a job that is due."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from support.session import Session

ONCE_A_YEAR = "0 0 1 1 *"


@pytest.fixture
def refused() -> Callable[[str], contextlib.AbstractContextManager[None]]:
    """with refused("U4440"): the statement inside must fail with that SQLSTATE."""

    @contextlib.contextmanager
    def check(sqlstate: str) -> Iterator[None]:
        with pytest.raises(psycopg.Error) as caught:
            yield
        assert caught.value.sqlstate == sqlstate

    return check


@pytest.fixture
def make_due() -> Callable[..., None]:
    """make_due(db, "refresh_scores"): of all jobs this one is due, since an hour, and no other comes due meanwhile."""

    def make(db: Session, job: str, *, kind: str | None = None, due: Any = None, arguments: Any = None) -> None:
        for default in ("apply_retention", "maintain_event_partitions", "refresh_scores"):
            db.call("c360.set_job", "acme", default, p_is_enabled=False)
        db.call(
            "c360.set_job", "acme", job, ONCE_A_YEAR, p_kind=kind or job, p_arguments=arguments or {}, p_is_enabled=True
        )
        due = due or db.value("SELECT now() - interval '1 hour'")
        assert db.call("c360.plan_job", "acme", job, ONCE_A_YEAR, "UTC", due, None)

    return make
