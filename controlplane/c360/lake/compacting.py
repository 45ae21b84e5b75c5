"""One file for days that late rows gave several: the same rows, the same checksum, as a second reader finds them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from c360.lake import libraries, verifier
from c360.lake.exporter import settle, store_beside
from c360.lake.ledger import LakeFile, Ledger, Table
from c360.lake.parquet import BYTES_OF_FILE, FileWriter, Written, with_columns
from c360.lake.storage import Storage


@dataclass(frozen=True)
class Day:
    """A day that has several files of one kind."""

    table: str
    partition: str
    day: date
    state: str
    files: tuple[LakeFile, ...]


def days(ledger: Ledger) -> list[Day]:
    """Days whose files, all verified or all in the lake alone, would fit into one."""
    gathered: dict[tuple[str, str, date, str], list[LakeFile]] = {}
    for file in ledger.files():
        if file.state in ("verified", "dropped") and not file.is_leaving:
            gathered.setdefault((file.table, file.partition, file.day, file.state), []).append(file)
    return [
        Day(*where, tuple(files))
        for where, files in sorted(gathered.items())
        if len(files) > 1 and sum(file.byte_count or 0 for file in files) < BYTES_OF_FILE
    ]


def compact(ledger: Ledger, storage: Storage) -> list[str]:
    """Makes one file of each such day; answers their keys."""
    made = []
    for day in days(ledger):
        made.append(_join(ledger, storage, day))
        settle(ledger, storage, day.table, day.partition)
    return made


def _join(ledger: Ledger, storage: Storage, day: Day) -> str:
    table = ledger.tables()[day.table]
    with tempfile.TemporaryDirectory(prefix="c360-lake-") as folder:
        paths = []
        for number, old in enumerate(day.files):
            path = Path(folder) / f"{number}.parquet"
            verifier.fetch(storage, old, path)
            paths.append(path)
        written: list[Written] = []
        writer = FileWriter(table, lambda: Path(folder) / "new.parquet", written.append, is_whole=True)
        writer.write(_sorted(paths, table))
        writer.close()
        (file,) = written
        key, found = store_beside(ledger, storage, day.files[0], table, file)
    ledger.write("join_lake_files", [old.key for old in day.files], key, Jsonb(found))
    return key


def _sorted(paths: list[Path], table: Table) -> Any:
    order = [table.person.name, *([table.time.name] if table.time else []), *(column.name for column in table.keys)]
    listed = ", ".join(f'"{name}"' for name in dict.fromkeys(order))
    with libraries.reader() as reader:
        # Files of other columns than today's are compacted by an export, which writes them anew.
        query = f"SELECT *, {verifier.number_of(paths[0])} AS c360_number FROM read_parquet($1) ORDER BY {listed}"  # noqa: S608
        return with_columns(reader.sql(query, params=[[str(path) for path in paths]]).to_arrow_table(), table)
