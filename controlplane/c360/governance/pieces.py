"""A sync in short pieces, beside people and workers who write: no permissions, and nothing that keeps writers waiting.

Each piece is a transaction that plans anew from what is there, so a sync that was cut off is gone on with by whoever is
next. After each piece the schema is whole: columns come before the functions that name them, and are filled after.

    lock     columns and triggers, in milliseconds, given up and tried again when somebody is in the way
    shape    functions, views, rights; then the sync counts as done
    finish   golden records are queued in batches; indexes, one by one and beside writers

What would lose something or rewrite a table waits for a person, and everything with it: functions are compiled for all
metadata or for none. So does what a newer release does once in tables full of data.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import pglast
import psycopg

from c360.domain.errors import TryAgain
from c360.governance.plan import Phase, Plan
from c360.governance.tenants import (
    Connection,
    as_owner,
    begin_sync,
    call,
    load_state,
    plan_tenant,
    settle_sync,
    sync_tenant,
)

T = TypeVar("T")

# Writers queue behind who waits for a table: so long at most, for each table.
_TABLE_PATIENCE = "50ms"
# The resolver holds its lock for a batch; nobody who writes waits behind us for that one.
_RESOLVER_PATIENCE = "5s"
# Then other tenants have their turn.
_LONGEST_SECONDS = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
# Longer than a batch of the resolver takes.
_INDEX_PATIENCE = "10s"
_HOLDERS = "See who holds them: SELECT * FROM pg_stat_activity WHERE xact_start < now() - interval '1 minute'."
_REBUILD_BATCH = 2000
_INDEX = re.compile(r"\A((?:\s|--[^\n]*\n)*)(CREATE|DROP) INDEX ")


def shape_tenant(conn: Connection, slug: str) -> None:
    """Columns, functions and views of a tenant in line with its metadata, or what is in the way noted."""
    done: set[str] = set()
    while not _patiently(lambda: _piece(conn, slug, done)):
        pass


def finish_tenant(conn: Connection, slug: str) -> None:
    """What follows: golden records and indexes. `conn` is in autocommit and acts as the owner.

    An index made beside writers waits for every transaction of the database that is older, also of other tenants; the
    sync of this tenant and the indexes of others do not wait with it. TryAgain then.
    """
    while call(conn, "SELECT c360._queue_rebuild(%s, %s)", slug, _REBUILD_BATCH):
        pass
    call(conn, "SELECT set_config('lock_timeout', %s, false)", _INDEX_PATIENCE)
    try:
        for step in plan_tenant(conn, slug).of(Phase.FINISH):
            for statement in beside_writers(step.sql):
                conn.execute(statement.encode())
    except psycopg.errors.LockNotAvailable as error:
        raise TryAgain(
            "an index waits for transactions that began before it",
            code="55P03",
            hint="Tables and functions are in line; only an index is missing until older transactions end. " + _HOLDERS,
        ) from error
    call(conn, "SELECT c360._finish_sync(%s)", slug)


def beside_writers(text: str) -> list[str]:
    """The statements of a step, one by one, with indexes made and dropped CONCURRENTLY."""
    return [_INDEX.sub(r"\1\2 INDEX CONCURRENTLY ", statement) for statement in pglast.split(text)]


def _piece(conn: Connection, slug: str, done: set[str]) -> bool:
    """The next piece; True when it was the last."""
    with as_owner(conn):
        begin_sync(conn, slug)
        requests = call(conn, "SELECT c360._open_sync_requests(%s)", slug)
        if not load_state(conn, slug).schema_exists:
            sync_tenant(conn, slug)
            call(conn, "SELECT c360.maintain_event_partitions(%s)", slug)
            return True
        plan = plan_tenant(conn, slug, done=done)
        if plan.waiting:
            settle_sync(conn, slug, requests, waits=plan.waiting)
            return True
        if plan.of(Phase.LOCK):
            _lock_piece(conn, slug, plan)
            done |= plan.changed
            return False
        _set(conn, "lock_timeout", _TABLE_PATIENCE)
        for step in plan.of(Phase.SHAPE):
            conn.execute(step.sql.encode())
        is_finishing = True if plan.of(Phase.FINISH) else None
        settle_sync(conn, slug, requests, kept=plan.kept_document, is_finishing=is_finishing)
    return True


def _lock_piece(conn: Connection, slug: str, plan: Plan) -> None:
    """Columns and triggers. The resolver goes first: it holds the tables for as long as a batch takes."""
    _set(conn, "lock_timeout", _RESOLVER_PATIENCE)
    conn.execute("SELECT c360._hold_lock(%s, 'resolver')", (slug,))
    if plan.of(Phase.REBUILD):
        conn.execute("SELECT c360._begin_rebuild(%s)", (slug,))
    _set(conn, "lock_timeout", _TABLE_PATIENCE)
    for step in plan.of(Phase.LOCK):
        conn.execute(step.sql.encode())


def _patiently(attempt: Callable[[], T]) -> T:
    """Again while somebody is in the way, after longer and longer pauses; TryAgain in the end."""
    pause, until = _FIRST_PAUSE, time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < until:
        with suppress(psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            return attempt()
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (jitter, not a secret)
        pause = min(pause * 2, _LONGEST_PAUSE)
    raise TryAgain(
        "tables of the tenant were never free for a moment",
        code="55P03",
        hint=_HOLDERS,
    )


def _set(conn: Connection, name: str, value: str) -> None:
    call(conn, "SELECT set_config(%s, %s, true)", name, value)
