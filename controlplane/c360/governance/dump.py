"""Dump one tenant to a file: metadata and rows, as they were at one moment. Changes nothing; a standby will do.

Holds no function, view or trigger: those are made from the templates where the tenant is restored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.abc import Buffer

import c360
from c360.governance.archive import writing
from c360.governance.dumped import Description, DumpedTable, DumpedTenant
from c360.governance.tenants import Connection, as_owner, call

# What COPY writes and reads must not depend on the settings of a database or a role.
_SETTINGS = {
    "client_encoding": "UTF8",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "search_path": "pg_catalog",
}

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Dumped:
    """What went into the file, and what stays behind because it cannot travel."""

    tenant: str
    tables: int
    rows: int
    api_keys: int
    webhooks: tuple[str, ...]
    waiting: int


def dump_tenant(conn: Connection, slug: str, path: Path, progress: Progress) -> Dumped:
    """Write a tenant to `path`. `progress` hears of each table and its rows."""
    with writing(path) as archive, _one_moment(conn), as_owner(conn):
        fix_settings(conn)
        text = call(conn, "SELECT c360._dump_tenant(%s)::text", slug)
        document = DumpedTenant.model_validate_json(text)
        schema = f"tenant_{slug}"
        for table in document.tables:
            name = sql.Identifier(schema, table.table_name)
            conn.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(name))
        rows = {}
        for table in document.tables:
            counted = _Counted(conn, schema, table)
            archive.add_table(table.table_name, counted)
            rows[table.table_name] = counted.rows
            progress(table.table_name, counted.rows)
        archive.finish(text, Description(release=c360.__version__, rows=rows))
    return Dumped(
        tenant=slug,
        tables=len(rows),
        rows=sum(rows.values()),
        api_keys=document.api_keys,
        webhooks=tuple(webhook.name for webhook in document.webhooks),
        waiting=sum(webhook.waiting for webhook in document.webhooks),
    )


def fix_settings(conn: Connection) -> None:
    """For the rest of the transaction."""
    for name, value in _SETTINGS.items():
        conn.execute("SELECT set_config(%s, %s, true)", (name, value))


def columns_of(table: DumpedTable) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, table.columns))


class _Counted:
    """The rows of a table in COPY format; knows how many there were when the last one is out."""

    def __init__(self, conn: Connection, schema: str, table: DumpedTable) -> None:
        self._conn = conn
        # A query, because COPY of a partitioned table itself is refused.
        self._statement = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
            columns_of(table), sql.Identifier(schema, table.table_name)
        )
        self.rows = 0

    def __iter__(self) -> Iterator[Buffer]:
        with self._conn.cursor() as cursor:
            with cursor.copy(self._statement) as copy:
                yield from copy
            self.rows = cursor.rowcount


@contextmanager
def _one_moment(conn: Connection) -> Iterator[None]:
    """Every statement inside sees the database as it is at the first one, and none can change it."""
    before = conn.isolation_level, conn.read_only
    conn.isolation_level, conn.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
    try:
        yield
    finally:
        conn.isolation_level, conn.read_only = before
