"""Months of events out of PostgreSQL when the lake has them, and back again.

What may go, and whether it came back whole, is decided in the database, in the transaction that does it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from c360.domain.errors import C360Error, from_psycopg
from c360.lake import libraries, verifier
from c360.lake.erasing import Eraser
from c360.lake.exporter import settle
from c360.lake.ledger import Ledger
from c360.lake.parquet import arrow_schema
from c360.lake.storage import Storage

_ROWS = 65_536


def droppable(ledger: Ledger, until: str | None = None) -> list[str]:
    """Months of events that the lake has verified, oldest first."""
    return [
        row["partition"]
        for row in ledger.records("lake_partitions")
        if row["table_name"] == "events" and row["state"] == "verified" and (until is None or row["partition"] <= until)
    ]


def drop(ledger: Ledger, storage: Storage, partition: str, *, keep: int, dry_run: bool = False) -> dict[str, Any]:
    """Drops a month, a step at a time; answers {row_count} or {is_postponed}.

    Every object is read back first: what the ledger says of them may be of long ago. Raises U4464 where one differs.
    """
    _check_stored(ledger, storage, partition)
    cursor: dict[str, Any] | None = None
    while True:
        answer: dict[str, Any] = ledger.write(
            "drop_lake_partition", partition, keep, dry_run, 1000, None if cursor is None else Jsonb(cursor)
        )
        if not answer.get("has_more"):
            break
        cursor = answer["cursor"]
    if not dry_run and not answer.get("is_postponed"):
        settle(ledger, storage, "events", partition)
    return answer


def _check_stored(ledger: Ledger, storage: Storage, partition: str) -> None:
    problems = verifier.verify(ledger, storage, "events", partition)["problems"]
    if problems:
        told = "; ".join(f"{problem['subject']} {problem['problem']}" for problem in problems[: verifier.MOST_NAMED])
        raise C360Error(
            f"month {partition} is not in the lake as it is in PostgreSQL",
            code="U4464",
            detail=told,
            hint=f"Nothing was dropped. What changed comes in by c360 lake export {ledger.tenant}.",
        )


def restore(
    ledger: Ledger, storage: Storage, partition: str, told: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Brings a dropped month back; answers {row_count}. Nothing is done for one that is there.

    Who was erased is taken out of the lake first, and does not come back.
    """
    Eraser(ledger, storage).erase()
    begun: dict[str, Any] = ledger.write("begin_lake_restore", partition)
    if not begun["files"]:
        return {"row_count": 0, "files": 0}
    known = {file.key: file for file in ledger.files("events", partition)}
    for key in begun["files"]:
        with tempfile.TemporaryDirectory(prefix="c360-lake-") as folder:
            path = Path(folder) / "object.parquet"
            verifier.fetch(storage, known[key], path)
            _copy_in(ledger, begun["copy"], path, told)
    rows = _finish(ledger, partition)
    settle(ledger, storage, "events", partition)
    return {"row_count": rows, "files": len(begun["files"])}


def _copy_in(ledger: Ledger, copy: str, path: Path, told: Callable[[int], None] | None) -> None:
    csv, parquet = libraries.arrow("pyarrow.csv"), libraries.arrow("pyarrow.parquet")
    pa = libraries.arrow()
    # Without a value is an empty field, an empty text is a pair of quotes: as COPY reads them.
    options = csv.WriteOptions(include_header=False, quoting_style="all_valid")
    schema = arrow_schema(ledger.tables()["events"])
    try:
        with ledger.connection.cursor() as cursor, cursor.copy(copy.encode()) as target:
            for batch in parquet.ParquetFile(path).iter_batches(batch_size=_ROWS):
                rows = pa.Table.from_batches([batch]).cast(schema)
                sink = pa.BufferOutputStream()
                csv.write_csv(_as_texts(rows), sink, options)
                target.write(memoryview(sink.getvalue()))
                if told is not None:
                    told(rows.num_rows)
    except psycopg.Error as error:
        raise from_psycopg(error) from error


def _as_texts(rows: Any) -> Any:
    """Times as PostgreSQL reads them exactly."""
    pa = libraries.arrow()
    fields = [
        pa.field(field.name, pa.string()) if pa.types.is_timestamp(field.type) else field for field in rows.schema
    ]
    return rows.cast(pa.schema(fields))


def _finish(ledger: Ledger, partition: str) -> int:
    """Attaches what was copied; tries again for a while when a lock is not to be had at once."""
    for attempt in range(_ATTEMPTS):
        try:
            return int(ledger.write("finish_lake_restore", partition))
        except C360Error as error:
            if error.code != "55P03" or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


_ATTEMPTS = 30
