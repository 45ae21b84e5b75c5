"""A transaction as the owner that leaves nothing unless it is kept: what a dry run or a preview did is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from c360.domain.errors import ScoringRefused
from c360.governance.tenants import Connection, as_owner, call

# Classes of what PostgreSQL finds wrong with an expression or a value in it.
_WRONG = ("22", "42")


class _Rehearsed(Exception):
    """Ends a transaction without a trace."""


@contextmanager
def kept(conn: Connection, is_kept: bool) -> Iterator[Callable[[object], None]]:
    """Hands out a function that is called last, with the outcome."""

    def end(_outcome: object) -> None:
        if not is_kept:
            raise _Rehearsed  # leaving the block is what undoes it

    try:
        with as_owner(conn):
            yield end
    except _Rehearsed:
        return


def tried(
    conn: Connection, seconds: int, refused: Callable[[str], ScoringRefused], query: str, *parameters: object
) -> Any:
    """What a query that runs an expression answers within so many seconds; `refused` says what is wrong with it."""
    call(conn, "SELECT set_config('statement_timeout', %s, true)", f"{seconds}s")
    try:
        return call(conn, query, *parameters)
    except psycopg.Error as error:
        if error.sqlstate is None or error.sqlstate[:2] not in _WRONG:
            raise
        raise refused(error.diag.message_primary or str(error)) from error
