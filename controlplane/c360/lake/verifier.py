"""The second reader: DuckDB over the objects as they are stored, read back for it and never from memory.

What is found is compared in the database (verify_lake_partition), with the ledger and with PostgreSQL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from c360.lake import libraries
from c360.lake.ledger import LakeFile, Ledger, Table
from c360.lake.parquet import hash_of
from c360.lake.storage import ObjectDamaged, ObjectMissing, Storage, StorageError

MOST_NAMED = 20


@dataclass(frozen=True)
class Difference:
    """Rows of a day that PostgreSQL and the files do not have alike, by their keys."""

    day: date
    late: list[str]
    changed: list[str]
    gone: list[str]

    def told(self) -> str:
        """For people: at most so many of each."""
        kinds = (
            ("came late", self.late),
            ("were changed", self.changed),
            ("are not in PostgreSQL any more", self.gone),
        )
        return "; ".join(f"{len(keys)} {what} ({_some(keys)})" for what, keys in kinds if keys)


def row_number(columns: Sequence[tuple[str, str]]) -> str:
    """The number of a row in DuckDB's SQL, as lake_days() sums it: columns as (name, type of Parquet)."""
    texts = [f"coalesce({_as_text(name, kind)}, chr(30))" for name, kind in columns]
    return f"CAST('0x' || substr(md5({' || chr(31) || '.join(texts)}), 1, 15) AS BIGINT)"


def fetch(storage: Storage, file: LakeFile, path: Path) -> None:
    """Brings an object here. Raises ObjectMissing, and ObjectDamaged where it is not what the ledger says."""
    storage.read(file.key, path)
    if hash_of(path).hex() != file.sha256:
        raise ObjectDamaged(storage.url, file.key)


def find(
    storage: Storage, files: Sequence[LakeFile], told: Callable[[int], None] | None = None
) -> list[dict[str, Any]]:
    """What a second reader finds in stored objects: rows, bytes and sums of each, or what is wrong with it."""
    found = []
    with tempfile.TemporaryDirectory(prefix="c360-verify-") as folder, libraries.reader() as reader:
        for file in files:
            found.append(_look_at(storage, file, Path(folder), reader))
            if told is not None:
                told(file.row_count or 0)
    return found


def _look_at(storage: Storage, file: LakeFile, folder: Path, reader: Any) -> dict[str, Any]:
    copy = folder / "object.parquet"
    try:
        storage.read(file.key, copy)
    except ObjectMissing:
        return {"key": file.key, "problem": "is not there"}
    except StorageError as error:
        return {"key": file.key, "problem": f"cannot be read: {error.message}"}
    try:
        seen: dict[str, Any] = {
            "key": file.key,
            "byte_count": copy.stat().st_size,
            "sha256": hash_of(copy).hex(),
        }
        if seen["sha256"] != file.sha256:
            # Bytes say more than rows: a reader need not look at what was not written here.
            return seen
        try:
            count, checksum = sums(reader, copy)
        except libraries.duckdb().Error as error:
            return {**seen, "problem": f"is no Parquet file: {str(error).splitlines()[0]}"}
        return {**seen, "row_count": count, "checksum": str(checksum)}
    finally:
        copy.unlink(missing_ok=True)


def number_of(path: Path) -> str:
    """The number of a row of that file, in DuckDB's SQL."""
    return row_number(_columns(path))


def sums(reader: Any, path: Path) -> tuple[int, int]:
    """Rows of a file and their checksum."""
    number = row_number(_columns(path))
    query = f"SELECT count(*), sum({number}) FROM read_parquet($1)"  # noqa: S608
    ((count, checksum),) = reader.execute(query, [str(path)]).fetchall()
    return int(count), int(checksum or 0)


def hashes(reader: Any, path: Path, table: Table) -> list[tuple[str, int]]:
    """Key and number of each row of a file."""
    key = " || ':' || ".join(f"CAST({_quoted(column.name)} AS VARCHAR)" for column in table.keys)
    query = f"SELECT {key}, {row_number(_columns(path))} FROM read_parquet($1)"  # noqa: S608
    rows: list[tuple[str, int]] = reader.execute(query, [str(path)]).fetchall()
    return rows


def differences(
    ledger: Ledger,
    storage: Storage,
    table: Table,
    partition: str,
    day: date,
    connection: psycopg.Connection[Any] | None = None,
) -> Difference:
    """Which rows of a day differ; PostgreSQL is asked through `connection`, which may have a snapshot."""
    stored: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="c360-verify-") as folder, libraries.reader() as reader:
        for file in ledger.files(table.name, partition):
            if file.day != day or file.is_leaving or file.state not in ("written", "verified"):
                continue
            copy = Path(folder) / "object.parquet"
            storage.read(file.key, copy)
            stored.update(hashes(reader, copy, table))
    rows = ledger.records("lake_hashes", table.name, partition, day, connection=connection)
    present = {row["key"]: row["number"] for row in rows}
    return Difference(
        day,
        late=sorted(present.keys() - stored.keys(), key=_in_order),
        changed=sorted((key for key in present.keys() & stored.keys() if present[key] != stored[key]), key=_in_order),
        gone=sorted(stored.keys() - present.keys(), key=_in_order),
    )


def verify(
    ledger: Ledger,
    storage: Storage,
    table: str,
    partition: str,
    *,
    days: list[dict[str, Any]] | None = None,
    told: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Verifies one partition; answers what verify_lake_partition() does."""
    files = [
        file
        for file in ledger.files(table, partition)
        if file.state in ("written", "verified", "dropped") and not file.is_leaving
    ]
    found = find(storage, files, told)
    outcome: dict[str, Any] = ledger.write(
        "verify_lake_partition", table, partition, Jsonb(found), None if days is None else Jsonb(days)
    )
    return outcome


def _columns(path: Path) -> list[tuple[str, str]]:
    schema = libraries.arrow("pyarrow.parquet").read_schema(path)
    return [(field.name, str(field.type)) for field in schema]


def _as_text(name: str, kind: str) -> str:
    column = _quoted(name)
    if kind.startswith("timestamp"):
        return f"CAST(epoch_us({column}) AS VARCHAR)"
    return column if kind == "string" else f"CAST({column} AS VARCHAR)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _in_order(key: str) -> tuple[int, str]:
    return (len(key), key)


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:MOST_NAMED]) + (" ..." if len(keys) > MOST_NAMED else "")
