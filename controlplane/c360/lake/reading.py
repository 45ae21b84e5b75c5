"""SQL over a tenant's lake and what PostgreSQL has besides, each row once.

A query is one SELECT. It runs in a DuckDB of its own that can reach nothing: rows are handed to it as tables, files as
Arrow datasets of exactly the tenant's files, and access to files, network, extensions and settings is off. What the
ledger and PostgreSQL have is read under one snapshot, and a day comes from the files or from PostgreSQL:

* what only the lake has comes from its files, and whatever PostgreSQL has of such a day came late and is added;
* a day of which both have as many rows comes from the files where its month is proved, any other from PostgreSQL;
* while somebody who was erased is in the files, only what the lake alone has comes from there, without them;
* purchases and links change after they are written, so they come from PostgreSQL.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from c360.domain.errors import C360Error, UsageError
from c360.lake import libraries
from c360.lake.erasing import Persons, waiting
from c360.lake.ledger import LakeFile, Ledger, Table, snapshot
from c360.lake.parquet import NUMBER, arrow_schema, rows_of
from c360.lake.storage import Storage
from c360.lake.verifier import fetch

_FROM_POSTGRES = frozenset({"purchases", "profile_links"})
_READABLE = frozenset({"SELECT", "EXPLAIN"})


class QueryStopped(C360Error):
    """U4467: a query of the lake took too long or too much, or cannot be right."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, code="U4467", hint=hint)


@dataclass(frozen=True)
class Limits:
    """What a query may take."""

    seconds: float = 300
    memory: str = "2GB"
    threads: int = 2


@dataclass
class Answer:
    """Names of the columns and the rows."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    is_cut: bool = False
    sources: dict[str, dict[str, int]] = field(default_factory=dict)


def query(
    ledger: Ledger,
    storage: Storage | None,
    address: str,
    sql: str,
    *,
    limits: Limits | None = None,
    most: int = 100_000,
) -> Answer:
    """Runs one SELECT over the tables of the lake of a tenant; at most so many rows are answered."""
    limits = limits or Limits()
    duckdb = libraries.duckdb()
    with tempfile.TemporaryDirectory(prefix="c360-sql-") as folder, duckdb.connect() as engine:
        wanted = _tables_in(duckdb, engine, sql, ledger.tables())
        sources = {}
        with snapshot(address) as reader:
            for name in wanted:
                sources[name] = _offer(engine, ledger, storage, reader, ledger.tables()[name], Path(folder))
        for setting, value in (
            ("TimeZone", "UTC"),
            ("memory_limit", limits.memory),
            ("threads", limits.threads),
            ("temp_directory", str(Path(folder) / "spill")),
            ("python_enable_replacements", False),
            ("allow_community_extensions", False),
            ("autoinstall_known_extensions", False),
            ("autoload_known_extensions", False),
            ("enable_external_access", False),
            ("lock_configuration", True),
        ):
            try:
                engine.execute(f"SET {setting} = {_literal(value)}")
            except duckdb.Error as error:
                raise UsageError(
                    f"{value!r} cannot be the {setting.replace('_', ' ')} of a query", hint="Write it as 500MB or 4GB."
                ) from error
        return _run(duckdb, engine, sql, limits, most, sources)


def _tables_in(duckdb: Any, engine: Any, sql: str, known: dict[str, Table]) -> list[str]:
    """The tables of the lake that a query names. Raises where it is more or something else than one SELECT."""
    try:
        statements = engine.extract_statements(sql)
    except duckdb.Error as error:
        raise _unreadable(error) from error
    if len(statements) != 1 or statements[0].type.name not in _READABLE:
        raise UsageError("the lake is asked by one SELECT", hint="Nothing is written, attached, copied or set there.")
    # Names in comments or texts cost a table that nobody reads, and nothing else.
    return [name for name in known if name in sql.lower()]


def _offer(
    engine: Any, ledger: Ledger, storage: Storage | None, reader: psycopg.Connection[Any], table: Table, folder: Path
) -> dict[str, int]:
    """Makes a view of the table: files and what PostgreSQL has besides. Answers how many rows each has."""
    persons = waiting(ledger, reader)
    files, hot = _boundary(ledger, reader, table, persons)
    pieces = [
        piece.drop_columns([NUMBER])
        for partition, days in hot
        for piece in _rows(ledger, reader, table, partition, days)
    ]
    pa = libraries.arrow()
    schema = arrow_schema(table)
    live = pa.concat_tables(pieces) if pieces else schema.empty_table()
    engine.register(f"{table.name}_live", live)
    parts = [f'SELECT * FROM "{table.name}_live"']  # noqa: S608 - names are ours
    if files:
        if storage is None:
            storage = ledger.storage()
        engine.register(f"{table.name}_files", _dataset(storage, files, schema, folder / table.name))
        parts.append(f'SELECT * FROM "{table.name}_files"{_without_erased(persons, table)}')  # noqa: S608 - names are ours
    engine.execute(f'CREATE VIEW "{table.name}" AS {" UNION ALL ".join(parts)}')
    return {"files": sum(file.row_count or 0 for file in files), "postgresql": live.num_rows}


def _boundary(
    ledger: Ledger, reader: psycopg.Connection[Any], table: Table, persons: Persons | None
) -> tuple[list[LakeFile], list[tuple[str, list[date] | None]]]:
    """Which files are read, and which days of which months are read from PostgreSQL instead."""
    months = [row["partition"] for row in ledger.records("lake_months", table.name, connection=reader)]
    if table.name in _FROM_POSTGRES:
        return [], [(month, None) for month in months]
    stored: dict[tuple[str, date], list[LakeFile]] = {}
    for file in ledger.files(table.name, connection=reader):
        if file.state in ("verified", "dropped"):
            stored.setdefault((file.partition, file.day), []).append(file)
    files = [file for listed in stored.values() for file in listed if file.state == "dropped"]
    if files and persons is not None and table.name in ("messages", "profile_history"):
        raise QueryStopped(
            f"{table.name} in the lake may name persons who were erased",
            hint=f"Take them out first: c360 lake erase {ledger.tenant}",
        )
    # What an erasure changed in place has as many rows as before: only a month that is proved is read from files.
    proved = {
        row["partition"]
        for row in ledger.records("lake_partitions", connection=reader)
        if row["table_name"] == table.name and row["state"] == "verified" and persons is None
    }
    hot: list[tuple[str, list[date] | None]] = []
    for month in months:
        days = []
        for row in ledger.records("lake_days", table.name, month, False, connection=reader):
            kept = [file for file in stored.get((month, row["dt"]), []) if file.state == "verified"]
            if month in proved and kept and sum(file.row_count or 0 for file in kept) == row["row_count"]:
                files += kept
            else:
                days.append(row["dt"])
        if days:
            hot.append((month, days))
    return files, hot


def _rows(
    ledger: Ledger, reader: psycopg.Connection[Any], table: Table, partition: str, days: list[date] | None
) -> Iterator[Any]:
    copy = ledger.records("lake_copy", table.name, partition, days, connection=reader)[0]["lake_copy"]
    yield from rows_of(reader, copy, table)


def _dataset(storage: Storage, files: list[LakeFile], schema: Any, folder: Path) -> Any:
    """The files as one table. They are brought here first, and are what the ledger says or are not read."""
    folder.mkdir()
    paths = []
    for number, file in enumerate(files):
        path = folder / f"{number}.parquet"
        fetch(storage, file, path)
        paths.append(str(path))
    return libraries.arrow("pyarrow.dataset").dataset(paths, schema=schema, format="parquet")


def _without_erased(persons: Persons | None, table: Table) -> str:
    """Leaves out who was erased and is not out of the files yet."""
    if persons is None or table.name in ("messages", "profile_history"):
        return ""  # _boundary() refuses these
    listed = ", ".join(str(one) for one in sorted(persons.observations))
    return f' WHERE "{table.person.name}" NOT IN ({listed})' if listed else ""


def _run(duckdb: Any, engine: Any, sql: str, limits: Limits, most: int, sources: dict[str, dict[str, int]]) -> Answer:
    clock = threading.Timer(limits.seconds, engine.interrupt)
    clock.start()
    try:
        result = engine.execute(sql)
        columns = [column[0] for column in result.description]
        rows = result.fetchmany(most + 1)
    except duckdb.InterruptException as error:
        raise QueryStopped(
            f"the query was stopped after {limits.seconds:g} seconds", hint="Ask for fewer days, or give it --seconds."
        ) from error
    except duckdb.Error as error:
        raise _unreadable(error) from error
    finally:
        clock.cancel()
    return Answer(columns, rows[:most], len(rows) > most, sources)


def _unreadable(error: Exception) -> QueryStopped:
    return QueryStopped(
        str(error).splitlines()[0],
        hint="The SQL is that of DuckDB; tables are events, purchases, profile_history, messages and profile_links.",
    )


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
