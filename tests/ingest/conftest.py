"""Fixtures of the ingest tests."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import psycopg
import pytest


@pytest.fixture
def refused() -> Callable[[str], contextlib.AbstractContextManager[None]]:
    """with refused("U1002"): the statement inside must fail with that SQLSTATE."""

    @contextlib.contextmanager
    def check(sqlstate: str) -> Iterator[None]:
        with pytest.raises(psycopg.Error) as caught:
            yield
        assert caught.value.sqlstate == sqlstate

    return check
