"""A transaction as the owner that leaves nothing unless it is kept: what a dry run or a preview did is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from c360.governance.tenants import Connection, as_owner


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
