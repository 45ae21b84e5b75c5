"""Brings months that are over into the lake: writes files, verifies them, stores the manifest last.

Rows are read under one snapshot, and what that snapshot has is what the files are compared with. A file is written down
in the ledger, made on this machine, stored whole, written down as stored. Whenever the process dies, the next one finds
in the ledger what there is, and writes the same objects again or goes on behind them.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from c360.lake import iceberg, libraries, verifier
from c360.lake.ledger import LakeFile, Ledger, Table, as_text, snapshot
from c360.lake.parquet import KEY, FileWriter, Written, by_day, rows_of, with_key
from c360.lake.storage import Retained, Storage


@dataclass
class Outcome:
    """What became of one partition."""

    table: str
    partition: str
    state: str = ""
    rows: int = 0
    files: int = 0
    late: int = 0
    bytes: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)
    retained: list[Retained] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        return self.files > 0


@dataclass(frozen=True)
class Exporter:
    """Exports for one tenant, whose lake the ledger holds. `address`: where rows are read, in a session of its own."""

    ledger: Ledger
    storage: Storage
    address: str
    told: Callable[[int], None] | None = None

    def partitions(self, tables: list[str] | None = None, *, settled: bool = True) -> list[tuple[str, str]]:
        """What there is to export: months that are over, and what the ledger has of others; oldest first.

        Without `settled` those only that are not proved and that the ledger does not know.
        """
        found: list[tuple[str, str]] = []
        held = {(file.table, file.partition) for file in self.ledger.files() if file.state not in ("dropped", "stale")}
        unsettled = self._unsettled()
        held |= unsettled
        for name, table in self.ledger.tables().items():
            if tables and name not in tables:
                continue
            months = [
                row["partition"]
                for row in self.ledger.records("lake_months", name)
                if row["is_over"] or table.time is None
            ]
            known = {partition for table_name, partition in held if table_name == name}
            found += [(name, partition) for partition in sorted({*months, *known})]
        if not settled:
            recorded = {(row["table_name"], row["partition"]) for row in self.ledger.records("lake_partitions")}
            found = [one for one in found if one in unsettled or one not in recorded]
        return found

    def _unsettled(self) -> set[tuple[str, str]]:
        """Neither proved nor the lake's alone. Where all rows are gone there are no files to tell of them."""
        return {
            (row["table_name"], row["partition"])
            for row in self.ledger.records("lake_partitions")
            if row["state"] not in ("verified", "dropped")
        }

    def export(self, table_name: str, partition: str) -> Outcome:
        """One partition: written, verified, in its manifest. Nothing is done where the lake has it as it is."""
        table = self.ledger.tables()[table_name]
        outcome = Outcome(table_name, partition)
        with snapshot(self.address) as reader:
            days = [
                {"dt": str(row["dt"]), "row_count": row["row_count"], "checksum": str(row["checksum"])}
                for row in self.ledger.records("lake_days", table_name, partition, connection=reader)
            ]
            is_known = (table_name, partition) in self._unsettled() or self.ledger.files(table_name, partition)
            if not days and not is_known:
                outcome.state = "open"
                return outcome
            plan = self.ledger.write("plan_lake_export", table_name, partition, table.schema_hash, Jsonb(days))
            written = self._write(reader, table, partition, plan, outcome)
        for key in plan["leftovers"]:
            if key not in written:
                outcome.retained += self.storage.delete(key)
        is_settled = plan["state"] in ("verified", "dropped") and not (written or plan["leftovers"] or plan["gone"])
        if is_settled:
            outcome.state = plan["state"]
        else:
            self._verify(table, partition, days, outcome)
        if not outcome.problems:
            outcome.retained += settle(self.ledger, self.storage, table_name, partition)
        return outcome

    def _verify(self, table: Table, partition: str, days: list[dict[str, Any]], outcome: Outcome) -> None:
        answer = verifier.verify(self.ledger, self.storage, table.name, partition, days=days)
        outcome.problems = answer["problems"]
        outcome.state = "stale" if outcome.problems else answer["state"]

    def _write(
        self, reader: psycopg.Connection[Any], table: Table, partition: str, plan: dict[str, Any], outcome: Outcome
    ) -> set[str]:
        """Writes what the plan says; answers the keys that were written."""
        keys: set[str] = set()
        planned = {date.fromisoformat(day["dt"]): day for day in plan["days"] if day["action"] != "keep"}
        if not planned:
            return keys
        late: dict[date, list[str]] = {}
        for day, wanted in planned.items():
            if wanted["action"] == "compare":
                found = verifier.differences(self.ledger, self.storage, table, partition, day, reader)
                if not found.changed and not found.gone:
                    late[day] = found.late
        copy = self.ledger.call("lake_copy", table.name, partition, sorted(planned))
        with (
            tempfile.TemporaryDirectory(prefix="c360-lake-") as folder,
            contextlib.closing(rows_of(reader, copy, table)) as pieces,
        ):
            for day, rows in by_day(pieces, table):
                replacing = planned[day]["action"] in ("compare", "rewrite") and day not in late
                names = _Names(self.ledger, table, partition, day, planned[day]["seq"], replacing)
                writer = FileWriter(
                    table,
                    lambda: Path(folder) / "file.parquet",
                    lambda file, names=names: self._store(names.take(), file, keys, outcome),  # type: ignore[misc]
                )
                for piece in rows:
                    writer.write(_only(piece, table, late[day]) if day in late else piece)
                writer.close()
                outcome.late += len(late.get(day, ()))
        return keys

    def _store(self, key: str, file: Written, keys: set[str], outcome: Outcome) -> None:
        self.storage.put(key, file.path, sha256=file.sha256)
        self.ledger.write("finish_lake_file", key, file.as_dict())
        file.path.unlink()
        keys.add(key)
        outcome.files += 1
        outcome.rows += file.row_count
        outcome.bytes += file.byte_count
        if self.told is not None:
            self.told(file.row_count)


@dataclass
class _Names:
    """The keys of the files of a day, each written down in the ledger before it is stored."""

    ledger: Ledger
    table: Table
    partition: str
    day: date
    seq: int
    replacing: bool

    def take(self) -> str:
        key: str = self.ledger.write(
            "begin_lake_file",
            self.table.name,
            self.partition,
            self.day,
            self.seq,
            self.table.schema_hash,
            self.replacing,
        )
        self.seq += 1
        return key


def store_beside(
    ledger: Ledger, storage: Storage, old: LakeFile, table: Table, made: Written
) -> tuple[str, dict[str, Any]]:
    """Stores a file that is to take the place of one or more of a day, under the next number of that day; answers its
    key and what a second reader finds in it."""
    seq = 1 + max(other.seq for other in ledger.files(old.table, old.partition) if other.day == old.day)
    key: str = ledger.write("begin_lake_file", old.table, old.partition, old.day, seq, table.schema_hash, False)
    storage.put(key, made.path, sha256=made.sha256)
    ledger.write("finish_lake_file", key, made.as_dict())
    stored = next(one for one in ledger.files(old.table, old.partition) if one.key == key)
    (found,) = verifier.find(storage, [stored])
    return key, found


def settle(ledger: Ledger, storage: Storage, table: str, partition: str) -> list[Retained]:
    """Stores the manifest that the ledger speaks of, if it is another than the last; tells the Iceberg table of it;
    then deletes what was replaced. What the store keeps stays in the ledger, and is tried again each time."""
    retained: list[Retained] = []
    manifest = ledger.call("lake_manifest", table, partition)
    if manifest is not None:
        content = as_text(manifest["content"])
        digest = hashlib.sha256(content).digest()
        if manifest["sha256"] != digest.hex():
            with tempfile.TemporaryDirectory(prefix="c360-lake-") as folder:
                path = Path(folder) / "manifest.json"
                path.write_bytes(content)
                storage.put(manifest["key"], path, sha256=digest)
            ledger.write("note_lake_manifest", table, partition, digest.hex())
        retained += iceberg.publish_manifest(ledger, storage, table, manifest["content"], digest.hex())
    stale = [file.key for file in ledger.files(table, partition) if file.state == "stale"]
    refused = [kept for key in stale for kept in storage.delete(key)]
    retained += refused
    if gone := sorted(set(stale) - {kept.key for kept in refused}):
        ledger.write("forget_lake_files", gone)
    return retained


def _only(piece: Any, table: Table, keys: list[str]) -> Any:
    """The rows that have one of these keys."""
    pa, compute = libraries.arrow(), libraries.arrow("pyarrow.compute")
    known = with_key(piece, table)
    chosen = compute.is_in(known.column(KEY), value_set=pa.array(keys, pa.string()))
    return known.filter(chosen).drop_columns([KEY])
