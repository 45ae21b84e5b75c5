"""Persons that were erased go out of the lake too.

Files in whose range of persons one of them may be are rewritten without their rows; old minus removed is new, by rows
and checksum that a second reader found; the manifest is switched, the old object goes with all its versions. Then every
object below the tenant's folders is looked through, known to the ledger or not, and what was found is the proof.
Months that PostgreSQL still has are compared with it afterwards by an export: they end as it keeps them.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from c360.lake import iceberg, libraries, verifier
from c360.lake.exporter import settle, store_beside
from c360.lake.ledger import LakeFile, Ledger, Table
from c360.lake.parquet import FileWriter, Written, with_columns
from c360.lake.storage import Retained, Storage, Stored


@dataclass(frozen=True)
class Persons:
    """By what erased persons are found: `texts` are identifiers in small letters."""

    erasures: list[int]
    observations: frozenset[int]
    golden: frozenset[str]
    texts: tuple[str, ...]

    def may_be_in(self, file: LakeFile) -> bool:
        """Whether the range of a file leaves room for them. Any message or version may name somebody."""
        if file.table in ("messages", "profile_history") or file.min_person is None or file.max_person is None:
            return True
        return any(int(file.min_person) <= one <= int(file.max_person) for one in self.observations)

    def condition(self, table: Table, columns: set[str]) -> tuple[str, list[Any]]:
        """What is theirs among the rows of a file, in DuckDB's SQL."""
        person = f'"{table.person.name}"'
        if table.name not in ("messages", "profile_history"):
            return f"list_contains($1, {person})", [sorted(self.observations)]
        own = [*sorted(self.golden), *(str(one) for one in sorted(self.observations))]
        documents = [name for name in ("body", "profile", "reason") if name in columns]
        named = " OR ".join(
            f'list_bool_or(list_transform($2, lambda one: contains(lower("{name}"), one)))' for name in documents
        )
        return f"(list_contains($1, {person}) OR coalesce({named}, false))", [own, list(self.texts)]


def waiting(ledger: Ledger, connection: psycopg.Connection[Any] | None = None) -> Persons | None:
    """Who is to be taken out of the lake, as the ledger's session or another one sees it."""
    rows = ledger.records("lake_erasures_waiting", connection=connection)
    if not rows:
        return None
    return Persons(
        [row["erasure_id"] for row in rows],
        frozenset(one for row in rows for one in row["raw_profile_ids"] or ()),
        frozenset(one for row in rows for one in row["master_profile_ids"] or ()),
        tuple(sorted({one for row in rows for one in row["texts"] or () if one})),
    )


@dataclass
class Eraser:
    """Takes persons out of the lake that the ledger holds."""

    ledger: Ledger
    storage: Storage
    told: Callable[[str], None] | None = None

    def __post_init__(self) -> None:
        self._proof: dict[str, Any] = {
            "files_rewritten": 0,
            "rows_removed": 0,
            "objects_deleted": 0,
            "objects_scanned": 0,
            "found": 0,
            "found_in": [],
            "retained": [],
        }

    def erase(self) -> dict[str, Any] | None:
        """Everybody who waits; answers the proof, or None if nobody does."""
        persons = waiting(self.ledger)
        if persons is None:
            return None
        # What an export left unfinished was read before somebody was erased, perhaps.
        discarded = self.ledger.write("discard_lake_files")
        partitions = {(file.table, file.partition) for file in self.ledger.files() if file.key in discarded}
        for file in self.ledger.files():
            if file.state in ("verified", "dropped") and persons.may_be_in(file) and self._take_out(file, persons):
                partitions.add((file.table, file.partition))
        known = {(file.table, file.partition) for file in self.ledger.files() if file.state == "stale"}
        for table, partition in sorted(partitions | known):
            stale = [file.key for file in self.ledger.files(table, partition) if file.state == "stale"]
            self._retain(settle(self.ledger, self.storage, table, partition))
            self._proof["objects_deleted"] += len(stale)
        self._purge_tables()
        self._scan(persons)
        self.ledger.write("finish_lake_erasure", persons.erasures, Jsonb(self._proof))
        return self._proof

    def _take_out(self, file: LakeFile, persons: Persons) -> bool:
        with _place() as path:
            verifier.fetch(self.storage, file, path)
            table = _as_written(self.ledger.tables()[file.table], path)
            with libraries.reader() as reader:
                removed = _removed(reader, path, table, persons)
                if removed["row_count"] == 0:
                    return False
                self._rewrite(file, table, path, removed, reader, persons)
        self._proof["files_rewritten"] += 1
        self._proof["rows_removed"] += removed["row_count"]
        if self.told is not None:
            self.told(file.key)
        return True

    def _rewrite(
        self, file: LakeFile, table: Table, path: Path, removed: dict[str, Any], reader: Any, persons: Persons
    ) -> None:
        if removed["row_count"] == file.row_count:
            self.ledger.write("replace_lake_file", file.key, None, Jsonb(removed), Jsonb({}))
            return
        written: list[Written] = []
        writer = FileWriter(table, lambda: path.with_suffix(".new"), written.append, is_whole=True)
        for rows in _kept(reader, path, table, persons):
            writer.write(rows)
        writer.close()
        (made,) = written
        key, found = store_beside(self.ledger, self.storage, file, table, made)
        self.ledger.write("replace_lake_file", file.key, key, Jsonb(removed), Jsonb(found))

    def _purge_tables(self) -> None:
        """Iceberg tables keep nothing of before; what is left that they do not need is as good as found."""
        purged, left = iceberg.purge_all(self.ledger, self.storage)
        self._retain(purged.retained)
        self._proof["objects_deleted"] += len(purged.deleted)
        kept = {one.key for one in purged.retained}
        self._proof["found"] += len(set(left) - kept)
        self._proof["found_in"] += sorted(set(left) - kept)

    def _scan(self, persons: Persons) -> None:
        """Looks through everything there is in the tenant's folders, old versions too."""
        for table in self.ledger.tables().values():
            for stored in self.storage.versions(f"v1/{table.name}/tenant={self.ledger.tenant}"):
                if stored.is_marker:
                    continue
                self._proof["objects_scanned"] += 1
                if count := self._rows_of(stored, table, persons):
                    self._proof["found"] += count
                    self._proof["found_in"].append(stored.key)

    def _rows_of(self, stored: Stored, table: Table, persons: Persons) -> int:
        if any(kept["key"] == stored.key for kept in self._proof["retained"]):
            # The store keeps it for a while whatever anybody says: told, and not counted as an oversight.
            return 0
        with _place() as path, libraries.reader() as reader:
            self.storage.read(stored.key, path, version=stored.version)
            try:
                return int(_removed(reader, path, table, persons)["row_count"])
            except (libraries.duckdb().Error, libraries.arrow().ArrowException, OSError):
                # Whatever it is, nobody read it: it may hold anything.
                return 1

    def _retain(self, kept: list[Retained]) -> None:
        self._proof["retained"] += [
            {"key": one.key, "version": one.version, "until": None if one.until is None else one.until.isoformat()}
            for one in kept
        ]


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    """Where an object can be on this machine, as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="c360-erase-") as folder:
        yield Path(folder) / "object.parquet"


def _as_written(table: Table, path: Path) -> Table:
    """The table with the columns it had when the file was written: what is left of the file keeps them."""
    names = set(_names(path))
    return Table(table.name, tuple(column for column in table.columns if column.name in names))


def _names(path: Path) -> list[str]:
    return list(libraries.arrow("pyarrow.parquet").read_schema(path).names)


def _removed(reader: Any, path: Path, table: Table, persons: Persons) -> dict[str, Any]:
    """Rows and checksum of what is theirs in a file."""
    condition, given = persons.condition(table, set(_names(path)))
    number = verifier.number_of(path)
    place = f"${len(given) + 1}"
    query = f"SELECT count(*), sum({number}) FROM read_parquet({place}) WHERE {condition}"  # noqa: S608
    ((count, checksum),) = reader.execute(query, [*given, str(path)]).fetchall()
    return {"row_count": int(count), "checksum": str(int(checksum or 0))}


def _kept(reader: Any, path: Path, table: Table, persons: Persons) -> Iterator[Any]:
    """The other rows of a file, in their order, with their numbers."""
    condition, given = persons.condition(table, set(_names(path)))
    place = f"${len(given) + 1}"
    query = (
        f"SELECT *, {verifier.number_of(path)} AS c360_number"  # noqa: S608
        f" FROM read_parquet({place}, file_row_number = true) WHERE NOT {condition} ORDER BY file_row_number"
    )
    rows = reader.sql(query, params=[*given, str(path)]).to_arrow_table()
    yield with_columns(rows, table)
