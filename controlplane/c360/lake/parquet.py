"""Rows of PostgreSQL into Parquet: the same rows give the same bytes.

A row comes as CSV from COPY, its columns as they stand in the lake and last its number for the checksum. Row groups
have a fixed number of rows and every chunk is made whole before it is written: it does not matter in which pieces the
rows came.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from c360.lake import libraries
from c360.lake.ledger import Table

ROWS_OF_GROUP = 131_072
BYTES_OF_FILE = 128 * 1024 * 1024
NUMBER = "c360_number"
KEY = "c360_key"
SNAPSHOT_DAY = date(1970, 1, 1)
_DAY = 86_400_000_000
_BLOCK = 8 * 1024 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def arrow_type(lake_type: str) -> Any:
    """The type of a column in a file."""
    pa = libraries.arrow()
    if decimal := re.fullmatch(r"decimal128\((\d+),(\d+)\)", lake_type):
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    return {
        "int64": pa.int64(),
        "int32": pa.int32(),
        "bool": pa.bool_(),
        "date32": pa.date32(),
        "string": pa.string(),
        "timestamp(us, UTC)": pa.timestamp("us", tz="UTC"),
    }[lake_type]


def arrow_schema(table: Table) -> Any:
    """The columns of a file of that table."""
    pa = libraries.arrow()
    return pa.schema([pa.field(column.name, arrow_type(column.lake_type)) for column in table.columns])


def rows_of(connection: psycopg.Connection[Any], copy: str, table: Table) -> Generator[Any, None, None]:
    """The rows that a COPY gives, in pieces, with NUMBER beside the columns. To be closed if it is not read whole."""
    pa, csv = libraries.arrow(), libraries.arrow("pyarrow.csv")
    names = [*(column.name for column in table.columns), NUMBER]
    types = {column.name: _read_as(column.lake_type) for column in table.columns} | {NUMBER: pa.int64()}
    convert = csv.ConvertOptions(
        column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    wanted = pa.schema([*arrow_schema(table), pa.field(NUMBER, pa.int64())])
    with connection.cursor() as cursor, cursor.copy(copy.encode()) as rows:
        for block in _blocks(rows.read):
            yield csv.read_csv(
                pa.BufferReader(block),
                read_options=csv.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=False),
                parse_options=csv.ParseOptions(newlines_in_values=True),
                convert_options=convert,
            ).cast(wanted)


def _blocks(receive: Callable[[], Any]) -> Iterator[bytes]:
    """What COPY sends, in pieces of whole rows: PostgreSQL sends row by row."""
    held: list[Any] = []
    size = 0
    while part := receive():
        held.append(part)
        size += len(part)
        if size >= _BLOCK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def by_day(pieces: Iterator[Any], table: Table) -> Iterator[tuple[date, Iterator[Any]]]:
    """Rows that come in order of their days, day by day. Each day is read to its end before the next."""
    if table.time is None:
        yield SNAPSHOT_DAY, pieces
        return
    cutter = _Cutter(pieces, table.time.name)
    while (day := cutter.next_day()) is not None:
        yield day, cutter.rows_of_day()


class FileWriter:
    """Writes rows into Parquet files, each of about BYTES_OF_FILE at most, or `is_whole` into one.

    `path_of` names the next file; `finished` is told what is in it and may take it away.
    """

    def __init__(
        self,
        table: Table,
        path_of: Callable[[], Path],
        finished: Callable[[Written], None],
        *,
        is_whole: bool = False,
    ) -> None:
        self._is_whole = is_whole
        self._table = table
        self._path_of = path_of
        self._finished = finished
        self._schema = arrow_schema(table).with_metadata({"c360.table": table.name, "c360.schema": table.schema_hash})
        self._waiting: list[Any] = []
        self._waiting_rows = 0
        self._file: Any = None
        self._summary: _Summary | None = None

    def write(self, rows: Any) -> None:
        """Rows in the order of the file, with NUMBER."""
        if rows.num_rows == 0:
            return
        self._waiting.append(rows)
        self._waiting_rows += rows.num_rows
        while self._waiting_rows >= ROWS_OF_GROUP:
            self._write_group(ROWS_OF_GROUP)

    def close(self) -> None:
        """The rest of the rows."""
        if self._waiting_rows:
            self._write_group(self._waiting_rows)
        self._end_file()

    def _write_group(self, count: int) -> None:
        pa, parquet = libraries.arrow(), libraries.arrow("pyarrow.parquet")
        rows = pa.concat_tables(self._waiting)
        group, rest = rows.slice(0, count).combine_chunks(), rows.slice(count)
        self._waiting, self._waiting_rows = ([rest] if rest.num_rows else []), rest.num_rows
        if self._summary is None:
            self._summary = _Summary(self._path_of(), self._table)
            self._file = parquet.ParquetWriter(
                self._summary.path,
                self._schema,
                version="2.6",
                compression="zstd",
                compression_level=3,
                write_page_index=True,
                write_page_checksum=True,
                store_schema=False,
            )
        self._summary.add(group)
        self._file.write_table(group.drop_columns([NUMBER]), row_group_size=count)
        if not self._is_whole and self._summary.path.stat().st_size >= BYTES_OF_FILE:
            self._end_file()

    def _end_file(self) -> None:
        if self._summary is None:
            return
        self._file.close()
        summary, self._summary, self._file = self._summary, None, None
        self._finished(summary.written())


@dataclass(frozen=True)
class Written:
    """A file on this machine, and what is in it."""

    path: Path
    row_count: int
    byte_count: int
    sha256: bytes
    checksum: int
    lo: datetime | None
    hi: datetime | None
    min_person: str
    max_person: str

    def as_dict(self) -> dict[str, Any]:
        """For the ledger."""
        return {
            "row_count": self.row_count,
            "byte_count": self.byte_count,
            "sha256": self.sha256.hex(),
            "checksum": str(self.checksum),
            "lo": None if self.lo is None else self.lo.isoformat(),
            "hi": None if self.hi is None else self.hi.isoformat(),
            "min_person": self.min_person,
            "max_person": self.max_person,
        }


def hash_of(path: Path) -> bytes:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def with_key(rows: Any, table: Table) -> Any:
    """The rows with the text that tells each from all others of its month, as lake_hashes() writes it."""
    pa, compute = libraries.arrow(), libraries.arrow("pyarrow.compute")
    parts = [rows.column(column.name).cast(pa.string()) for column in table.keys]
    return rows.append_column(KEY, parts[0] if len(parts) == 1 else compute.binary_join_element_wise(*parts, ":"))


def with_columns(rows: Any, table: Table) -> Any:
    """Rows of another reader with the columns and types of the table, and NUMBER; what they lack is without values."""
    pa = libraries.arrow()
    for field in arrow_schema(table):
        if field.name not in rows.column_names:
            rows = rows.append_column(field.name, pa.nulls(rows.num_rows, field.type))
    wanted = pa.schema([*arrow_schema(table), pa.field(NUMBER, pa.int64())])
    return rows.select(wanted.names).cast(wanted)


def _read_as(lake_type: str) -> Any:
    """How a column is read from CSV: times are microseconds there, decimals exact texts."""
    pa = libraries.arrow()
    if lake_type.startswith("timestamp"):
        return pa.int64()
    return pa.string() if lake_type.startswith("decimal") else arrow_type(lake_type)


class _Summary:
    """What is in a file that is being written."""

    def __init__(self, path: Path, table: Table) -> None:
        self.path = path
        self._table = table
        self._rows = 0
        self._checksum = 0
        self._times: list[int] = []
        self._persons: list[Any] = []

    def add(self, group: Any) -> None:
        pa, compute = libraries.arrow(), libraries.arrow("pyarrow.compute")
        self._rows += group.num_rows
        # Sixty bits each: the sum of a group may need more than an int64 has.
        decimals = group.column(NUMBER).cast(pa.decimal128(38, 0))
        self._checksum += int(compute.sum(decimals).as_py())
        if self._table.time is not None:
            times = compute.min_max(group.column(self._table.time.name).cast(pa.int64()))
            self._times += [times["min"].as_py(), times["max"].as_py()]
        persons = compute.min_max(group.column(self._table.person.name))
        self._persons += [persons["min"].as_py(), persons["max"].as_py()]

    def written(self) -> Written:
        return Written(
            self.path,
            self._rows,
            self.path.stat().st_size,
            hash_of(self.path),
            self._checksum,
            _moment(min(self._times)) if self._times else None,
            _moment(max(self._times)) if self._times else None,
            str(min(self._persons, key=_as_bytes)),
            str(max(self._persons, key=_as_bytes)),
        )


def _as_bytes(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


class _Cutter:
    """Cuts pieces at midnight, UTC."""

    def __init__(self, pieces: Iterator[Any], time_column: str) -> None:
        self._pieces = pieces
        self._column = time_column
        self._rest: Any = None
        self._day: int | None = None

    def next_day(self) -> date | None:
        if not self._fill():
            return None
        self._day = self._first_day()
        return SNAPSHOT_DAY + timedelta(days=self._day)

    def rows_of_day(self) -> Iterator[Any]:
        compute = libraries.arrow("pyarrow.compute")
        while self._fill() and self._first_day() == self._day:
            days = self._days(self._rest)
            count = compute.sum(compute.equal(days, self._day)).as_py()
            piece, self._rest = self._rest.slice(0, count), self._rest.slice(count)
            yield piece

    def _fill(self) -> bool:
        while self._rest is None or self._rest.num_rows == 0:
            self._rest = next(self._pieces, None)
            if self._rest is None:
                return False
        return True

    def _first_day(self) -> int:
        return int(self._days(self._rest.slice(0, 1))[0].as_py())

    def _days(self, rows: Any) -> Any:
        pa, compute = libraries.arrow(), libraries.arrow("pyarrow.compute")
        times = rows.column(self._column).cast(pa.int64())
        # Division rounds to zero; before 1970 a day begins below.
        below = compute.multiply(compute.less(times, 0).cast(pa.int64()), _DAY - 1)
        return compute.divide(compute.subtract(times, below), _DAY)
