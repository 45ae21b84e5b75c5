"""The ledger of a tenant's lake, for the processes that work on it: functions of the database, nothing decided here.

Whoever writes to a lake holds it (`Ledger.held`): one process at a time, and what one that was given up still says is
refused by the number of its hold.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from c360.adapters import tokens
from c360.domain.errors import from_psycopg
from c360.lake.storage import Storage, open_storage


@dataclass(frozen=True)
class Column:
    """A column of a table of the lake."""

    name: str
    lake_type: str
    sql_type: str
    is_person: bool
    is_time: bool
    is_key: bool


@dataclass(frozen=True)
class Table:
    """A table of the lake; `schema_hash` tells its columns from those it had before."""

    name: str
    columns: tuple[Column, ...]

    @property
    def schema_hash(self) -> str:
        listed = "\n".join(f"{column.name} {column.lake_type}" for column in self.columns)
        return hashlib.sha256(listed.encode()).hexdigest()

    @property
    def person(self) -> Column:
        return next(column for column in self.columns if column.is_person)

    @property
    def time(self) -> Column | None:
        return next((column for column in self.columns if column.is_time), None)

    @property
    def keys(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_key)


@dataclass(frozen=True)
class LakeFile:
    """A file as the ledger has it."""

    table: str
    partition: str
    day: date
    seq: int
    key: str
    state: str
    is_leaving: bool
    row_count: int | None
    byte_count: int | None
    sha256: str | None
    min_person: str | None
    max_person: str | None


class Ledger:
    """One tenant's ledger. Every call is a transaction of its own: the connection is in autocommit mode."""

    def __init__(self, connection: psycopg.Connection[Any], tenant: str) -> None:
        self.connection = connection
        self.tenant = tenant
        self.epoch: int | None = None
        self._tables: dict[str, Table] | None = None

    def call(self, function: str, *arguments: Any) -> Any:
        """The answer of a function of c360 that takes the tenant first."""
        given = [Jsonb(one) if isinstance(one, dict) else one for one in arguments]
        places = ", ".join(["%s"] * (len(given) + 1))
        with _said(), self.connection.cursor() as cursor:
            row = cursor.execute(f"SELECT c360.{function}({places})".encode(), [self.tenant, *given]).fetchone()
        return None if row is None else row[0]

    def write(self, function: str, *arguments: Any) -> Any:
        """As call(), for what only the holder of the lake may say."""
        return self.call(function, self.epoch, *arguments)

    def records(
        self, function: str, *arguments: Any, connection: psycopg.Connection[Any] | None = None
    ) -> list[dict[str, Any]]:
        """Every row of a function, by the names of its columns."""
        places = ", ".join(["%s"] * (len(arguments) + 1))
        with _said(), (connection or self.connection).cursor(row_factory=dict_row) as cursor:
            return cursor.execute(
                f"SELECT * FROM c360.{function}({places})".encode(),  # noqa: S608 - names are ours
                [self.tenant, *arguments],
            ).fetchall()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Holds the lake as long as the context lasts, or the connection, whichever ends first. Raises U4462."""
        self.epoch = self.call("hold_lake", f"{socket.gethostname()}:{os.getpid()}")
        try:
            yield
        finally:
            self.epoch = None
            if not self.connection.closed and not self.connection.broken:
                self.call("release_lake")

    def storage(self) -> Storage:
        """Where the lake is. Raises U4460 where nobody said so."""
        target: Mapping[str, Any] = self.call("lake_target")
        return open_storage(target["url"], {name: str(value) for name, value in target["options"].items()})

    def tables(self) -> dict[str, Table]:
        """The tables of the lake by name, asked once."""
        if self._tables is None:
            columns: dict[str, list[Column]] = {}
            for row in self.records("lake_schema"):
                kinds = (row["is_person"], row["is_time"], row["is_key"])
                columns.setdefault(row["table_name"], []).append(
                    Column(row["column_name"], row["lake_type"], row["sql_type"], *kinds)
                )
            self._tables = {name: Table(name, tuple(listed)) for name, listed in columns.items()}
        return self._tables

    def files(
        self,
        table: str | None = None,
        partition: str | None = None,
        connection: psycopg.Connection[Any] | None = None,
    ) -> list[LakeFile]:
        """Files of the ledger in order of their keys."""
        return [
            LakeFile(
                row["table_name"],
                row["partition"],
                row["dt"],
                row["seq"],
                row["key"],
                row["state"],
                row["is_leaving"],
                row["row_count"],
                row["byte_count"],
                row["sha256"],
                row["min_person"],
                row["max_person"],
            )
            for row in self.records("lake_files", table, partition, connection=connection)
        ]


def session(address: str) -> psycopg.Connection[Any]:
    """A session for a ledger: every call is a transaction of its own."""
    return psycopg.connect(tokens.ready(address), autocommit=True, application_name="c360 lake")


@contextlib.contextmanager
def snapshot(address: str) -> Iterator[psycopg.Connection[Any]]:
    """A session that sees the same rows from beginning to end."""
    with psycopg.connect(tokens.ready(address), application_name="c360 lake") as connection:
        connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        yield connection


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """What the database refuses, as an error of ours."""
    try:
        yield
    except psycopg.Error as error:
        raise from_psycopg(error) from error


def as_text(document: Any) -> bytes:
    """A document as a manifest holds it: the same content is the same bytes."""
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
