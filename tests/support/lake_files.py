"""A lake for tests of readers: files in the layout of c360, written from rows of Python, and their checksum."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from c360.lake.definitions import Column, Table

_MOMENT = "timestamp(us, UTC)"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {
    "int64": pyarrow.int64(),
    "int32": pyarrow.int32(),
    "bool": pyarrow.bool_(),
    "date32": pyarrow.date32(),
    "string": pyarrow.string(),
    _MOMENT: pyarrow.timestamp("us", tz="UTC"),
}

EVENTS = Table(
    "events",
    (
        Column("event_id", "int64", is_key=True),
        Column("received_at", _MOMENT, is_time=True),
        Column("occurred_at", _MOMENT),
        Column("clock_status", "string"),
        Column("raw_profile_id", "int64", is_person=True),
        Column("source", "string"),
        Column("message_id", "string"),
        Column("type", "string"),
        Column("event_name", "string"),
        Column("payload", "string"),
    ),
)
PURCHASES = Table(
    "purchases",
    (
        Column("purchase_id", "int64", is_key=True),
        Column("raw_profile_id", "int64", is_person=True),
        Column("event_id", "int64"),
        Column("source", "string"),
        Column("message_id", "string"),
        Column("kind", "string"),
        Column("order_id", "string"),
        Column("occurred_at", _MOMENT, is_time=True),
        Column("amount_minor", "int64"),
        Column("currency", "string"),
        Column("report_count", "int32"),
        Column("is_unreadable", "bool"),
        Column("items", "string"),
    ),
)
LINKS = Table(
    "profile_links",
    (
        Column("raw_profile_id", "int64", is_person=True, is_key=True),
        Column("master_profile_id", "string"),
        Column("linked_at", _MOMENT),
    ),
)


def micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def checksum(table: Table, rows: Iterable[Sequence[Any]]) -> int:
    """The checksum of rows, worked out here and not by an engine."""
    return sum(
        int(hashlib.md5("\x1f".join(map(_text, row)).encode(), usedforsecurity=False).hexdigest()[:15], 16)
        for row in rows
    )


def write(root: Path, tenant: str, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """The rows as files of the lake at `root`, one a day."""
    days: Mapping[str, list[Sequence[Any]]] = defaultdict(list)
    place = next((number for number, column in enumerate(table.columns) if column.is_time), None)
    for row in rows:
        days["1970-01-01" if place is None else row[place].astimezone(UTC).date().isoformat()].append(row)
    for day, ones in days.items():
        folder = root / "v1" / table.name / f"tenant={tenant}" / f"dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        schema = pyarrow.schema([(column.name, _TYPES[column.type]) for column in table.columns])
        columns = [[row[number] for row in ones] for number in range(len(table.columns))]
        arrays = [pyarrow.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
        month = f"y{day[:4]}m{day[5:7]}"
        pyarrow.parquet.write_table(
            pyarrow.table(arrays, schema=schema),
            folder / f"{month}-0001-abcdef01.parquet",
            compression="zstd",
            write_page_index=True,
        )


def _text(value: Any) -> str:
    if value is None:
        return "\x1e"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return str(micros(value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
