"""One file for days that late rows gave several: the same rows, the same checksum, as a second reader finds them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from c360.lake import libraries, verifier
from c360.lake.exporter import settle
from c360.lake.ledger import LakeFile, Ledger, Table
from c360.lake.parquet import BYTES_OF_FILE, FileWriter, Written, hash_of, with_columns
from c360.lake.storage import ObjectDamaged, Storage


@dataclass(frozen=True)
class Day:
    """A day that has several files of one kind."""

    table: str
    partition: str
    day: date
    state: str
    keys: tuple[str, ...]

    @property
    def files(self) -> int:
        return len(self.keys)


def days(ledger: Ledger) -> list[Day]:
    """Days whose files, all verified or all in the lake alone, would fit into one."""
    gathered: dict[tuple[str, str, date, str], list[LakeFile]] = {}
    for file in ledger.files():
        if file.state in ("verified", "dropped") and not file.is_leaving:
            gathered.setdefault((file.table, file.partition, file.day, file.state), []).append(file)
    return [
        Day(*where, tuple(file.key for file in files))
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
    known = {file.key: file for file in ledger.files(day.table, day.partition)}
    seq = 1 + max(file.seq for file in known.values() if file.day == day.day)
    with tempfile.TemporaryDirectory(prefix="c360-lake-") as folder:
        paths = []
        for number, old in enumerate(day.keys):
            path = Path(folder) / f"{number}.parquet"
            storage.read(old, path)
            if hash_of(path).hex() != known[old].sha256:
                raise ObjectDamaged(storage.url, old)
            paths.append(path)
        written: list[Written] = []
        writer = FileWriter(table, lambda: Path(folder) / "new.parquet", written.append, is_whole=True)
        writer.write(_sorted(paths, table))
        writer.close()
        (file,) = written
        key: str = ledger.write("begin_lake_file", day.table, day.partition, day.day, seq, table.schema_hash, False)
        storage.put(key, file.path, sha256=file.sha256)
        ledger.write("finish_lake_file", key, file.as_dict())
    stored = next(one for one in ledger.files(day.table, day.partition) if one.key == key)
    (found,) = verifier.find(storage, [stored])
    ledger.write("join_lake_files", list(day.keys), key, Jsonb(found))
    return key


def _sorted(paths: list[Path], table: Table) -> Any:
    order = [table.person.name, *([table.time.name] if table.time else []), *(column.name for column in table.keys)]
    listed = ", ".join(f'"{name}"' for name in dict.fromkeys(order))
    with libraries.duckdb().connect() as reader:
        reader.execute("SET TimeZone = 'UTC'")
        # Files of other columns than today's are compacted by an export, which writes them anew.
        query = f"SELECT *, {verifier.number_of(paths[0])} AS c360_number FROM read_parquet($1) ORDER BY {listed}"  # noqa: S608
        return with_columns(reader.sql(query, params=[[str(path) for path in paths]]).to_arrow_table(), table)
