"""Iceberg tables of the lake: what a commit, a killed process, a purge and an erasure leave behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.manifest import read_manifest_list
from pyiceberg.table import Table as IcebergTable

from c360.lake.iceberg import DataFile, Iceberg, IcebergRefused, Published, open_iceberg
from c360.lake.iceberg_files import StorageIO
from c360.lake.ledger import Column, Table
from c360.lake.storage import Storage, open_storage
from support.server import TestServer


def _column(name: str, lake_type: str, *, person: str = "raw_profile_id", time: str | None = "received_at") -> Column:
    return Column(name, lake_type, "", name == person, name == time, False)


EVENTS = Table(
    "events",
    (
        _column("event_id", "int64"),
        _column("raw_profile_id", "int64"),
        _column("event_type", "string"),
        _column("received_at", "timestamp(us, UTC)"),
        _column("revenue", "decimal128(18,2)"),
        _column("is_late", "bool"),
        _column("attempts", "int32"),
        _column("born_on", "date32"),
    ),
)
LINKS = Table("profile_links", (_column("raw_profile_id", "int64"), _column("master_profile_id", "string")))
ARROW = pa.schema(
    [
        ("event_id", pa.int64()),
        ("raw_profile_id", pa.int64()),
        ("event_type", pa.string()),
        ("received_at", pa.timestamp("us", tz="UTC")),
        ("revenue", pa.decimal128(18, 2)),
        ("is_late", pa.bool_()),
        ("attempts", pa.int32()),
        ("born_on", pa.date32()),
    ]
)
_opened: list[SqlCatalog] = []
CANARY = "canary.of.mallory@example.org"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def storage(root: Path) -> Storage:
    return open_storage(f"file://{root}", {})


@pytest.fixture
def connection(database: Any) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.dsn, autocommit=True) as made:
        yield made


@pytest.fixture
def iceberg(connection: psycopg.Connection[Any], storage: Storage) -> Iterator[Iceberg]:
    with open_iceberg(connection, storage, {}, "acme") as made:
        yield made
    while _opened:
        _opened.pop().close()


@pytest.fixture
def stored(storage: Storage, tmp_path: Path) -> Callable[..., DataFile]:
    """stored(day, seq, persons): a file of a day as the exporter stores it, one row for each person."""

    def store(day: date, seq: int, persons: list[int], *, text: str = "page", key_of: str = "events") -> DataFile:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        rows = [
            {
                "event_id": day.toordinal() * 1000 + seq * 100 + number,
                "raw_profile_id": person,
                "event_type": text,
                "received_at": noon + timedelta(seconds=number),
                "revenue": None,
                "is_late": seq > 1,
                "attempts": 1,
                "born_on": day,
            }
            for number, person in enumerate(sorted(persons))
        ]
        path = tmp_path / "source.parquet"
        parquet.write_table(pa.Table.from_pylist(rows, ARROW), path, compression="zstd")
        key = f"v1/{key_of}/tenant=acme/dt={day}/y{day.year}m{day.month:02}-{seq}-0a1b2c3d.parquet"
        size = storage.put(key, path, sha256=hashlib.sha256(path.read_bytes()).digest()).size
        last = noon + timedelta(seconds=len(rows) - 1)
        return DataFile(key, day, len(rows), size, seq * 7, noon, last)

    return store


def opened(iceberg: Iceberg, name: str = "events") -> IcebergTable:
    """The table as another program loads it, with pyiceberg's own way to files."""
    own = iceberg._catalog
    properties = {key: value for key, value in own.properties.items() if key != "py-io-impl"}
    catalog = SqlCatalog("c360", **properties)
    _opened.append(catalog)
    return catalog.load_table(("acme", name))


def persons(iceberg: Iceberg) -> list[int]:
    return sorted(opened(iceberg).scan().to_arrow().column("raw_profile_id").to_pylist())


def snapshots(iceberg: Iceberg) -> list[tuple[str, str]]:
    return [
        (str(one.summary.operation.value), one.summary["c360.partition"]) for one in opened(iceberg).metadata.snapshots
    ]


def holders(root: Path, text: str) -> list[str]:
    """Every file below a directory in which a text is found, also in Parquet, and in Avro however it is packed."""
    found = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            content = json.dumps(parquet.read_table(path).to_pylist(), default=str) + str(parquet.read_metadata(path))
        elif path.suffix == ".avro":
            content = _decoded(path)
        else:
            content = path.read_text(errors="replace")
        if text in content or (len(text) > 16 and text[:16] in content):
            found.append(path.name)
    return found


def _decoded(path: Path) -> str:
    io = StorageIO({"c360.url": f"file://{path.parent}", "c360.options": "{}"})
    source = io.new_input(f"file://{path}")
    if path.name.startswith("snap-"):
        return str(list(read_manifest_list(source)))
    from pyiceberg.avro.file import AvroFile

    with AvroFile(source) as reader:
        return "".join(f"{record._data} {[str(part) for part in record._data]}" for record in reader)


MAY, JUNE = date(2026, 5, 3), date(2026, 6, 1)


class TestPublish:
    def test_a_partition_is_one_commit_and_read_back_by_another_program(
        self, iceberg: Iceberg, stored: Callable[..., DataFile]
    ) -> None:
        files = [stored(MAY, 1, [1, 2, 3]), stored(MAY + timedelta(days=1), 1, [2])]

        published = iceberg.publish(EVENTS, "y2026m05", files)
        iceberg.publish(EVENTS, "y2026m06", [stored(JUNE, 1, [4])])

        assert (published.added, published.removed) == (2, 0)
        table = opened(iceberg)
        assert snapshots(iceberg) == [("append", "y2026m05"), ("append", "y2026m06")]
        assert table.metadata.snapshots[0].summary["c360.checksum"] == "14"
        assert persons(iceberg) == [1, 2, 2, 3, 4]
        assert table.scan().to_arrow().schema.names == ARROW.names
        assert [field.name for field in table.spec().fields] == ["received_at_day"]
        assert table.properties["gc.enabled"] == "false"
        planned = list(table.scan(row_filter="received_at >= '2026-06-01T00:00:00+00:00'").plan_files())
        assert [task.file.file_path.rpartition("/")[2] for task in planned] == ["y2026m06-1-0a1b2c3d.parquet"]

    def test_a_repeated_publish_changes_nothing(self, iceberg: Iceberg, stored: Callable[..., DataFile]) -> None:
        files = [stored(MAY, 1, [1, 2, 3])]
        first = iceberg.publish(EVENTS, "y2026m05", files)
        location = opened(iceberg).metadata_location

        again = iceberg.publish(EVENTS, "y2026m05", files)

        assert not again.is_changed
        assert again.snapshot_id == first.snapshot_id
        assert opened(iceberg).metadata_location == location

    def test_late_rows_are_one_more_commit_that_takes_nothing_out(
        self, iceberg: Iceberg, stored: Callable[..., DataFile]
    ) -> None:
        first = stored(MAY, 1, [1])
        iceberg.publish(EVENTS, "y2026m05", [first])

        iceberg.publish(EVENTS, "y2026m05", [first, stored(MAY, 2, [9])])

        assert snapshots(iceberg) == [("append", "y2026m05")] * 2
        assert persons(iceberg) == [1, 9]

    @pytest.mark.parametrize("point", ["before the catalog", "after the catalog", "before the purge", "in the sweep"])
    def test_a_killed_process_leaves_nothing_twice_and_nothing_behind(
        self, iceberg: Iceberg, stored: Callable[..., DataFile], point: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = stored(MAY, 1, [1, 2], text=CANARY)
        iceberg.publish(EVENTS, "y2026m05", [old])
        new = stored(MAY, 2, [2])
        with monkeypatch.context() as patch:
            _kill(patch, iceberg, point)
            with pytest.raises(KeyboardInterrupt):
                iceberg.publish(EVENTS, "y2026m05", [new])

        iceberg.publish(EVENTS, "y2026m05", [new])
        again = iceberg.publish(EVENTS, "y2026m05", [new])

        assert not again.is_changed
        assert persons(iceberg) == [2]
        assert snapshots(iceberg) == [("overwrite", "y2026m05")]
        assert iceberg.unreachable("events") == []

    def test_a_table_without_months_is_replaced_whole(self, iceberg: Iceberg, storage: Storage, tmp_path: Path) -> None:
        for seq, master in ((1, "a"), (2, "b")):
            path = tmp_path / "links.parquet"
            rows = [{"raw_profile_id": 1, "master_profile_id": master}]
            parquet.write_table(pa.Table.from_pylist(rows), path)
            key = f"v1/profile_links/tenant=acme/dt=1970-01-01/all-{seq}-0a1b2c3d.parquet"
            size = storage.put(key, path, sha256=hashlib.sha256(path.read_bytes()).digest()).size
            iceberg.publish(LINKS, "all", [DataFile(key, date(1970, 1, 1), 1, size, 1, None, None)])

        assert opened(iceberg, "profile_links").scan().to_arrow().to_pylist() == [
            {"raw_profile_id": 1, "master_profile_id": "b"}
        ]

    def test_columns_that_were_added_are_added(self, iceberg: Iceberg, stored: Callable[..., DataFile]) -> None:
        files = [stored(MAY, 1, [1])]
        iceberg.publish(EVENTS, "y2026m05", files)
        wider = Table("events", (*EVENTS.columns, _column("channel", "string")))

        iceberg.publish(wider, "y2026m05", files)

        rows = opened(iceberg).scan().to_arrow()
        assert rows.schema.names == [*ARROW.names, "channel"]
        assert rows.column("channel").to_pylist() == [None]
        other = Table("events", (_column("event_id", "string"), *EVENTS.columns[1:]))
        with pytest.raises(IcebergRefused, match="other columns"):
            iceberg.publish(other, "y2026m05", files)

    def test_what_somebody_else_wrote_is_refused_and_named(
        self, iceberg: Iceberg, stored: Callable[..., DataFile]
    ) -> None:
        files = [stored(MAY, 1, [1])]
        iceberg.publish(EVENTS, "y2026m05", files)
        opened(iceberg).append(pa.Table.from_pylist([{"event_id": 1, "received_at": datetime.now(UTC)}], ARROW))

        with pytest.raises(IcebergRefused, match="somebody else"):
            iceberg.publish(EVENTS, "y2026m05", files)
        assert any("not in the manifests" in line for line in iceberg.differences(EVENTS, files))

        iceberg.drop("events")
        iceberg.publish(EVENTS, "y2026m05", files)

        assert persons(iceberg) == [1]
        assert iceberg.differences(EVENTS, files) == []
        assert iceberg.unreachable("events") == []

    def test_what_the_table_has_otherwise_is_said(self, iceberg: Iceberg, stored: Callable[..., DataFile]) -> None:
        files = [stored(MAY, 1, [1])]
        late = stored(MAY, 2, [2])

        assert iceberg.differences(EVENTS, files) == [f"{files[0].key}: not in the table"]
        iceberg.publish(EVENTS, "y2026m05", files)
        assert iceberg.differences(EVENTS, [*files, late]) == [f"{late.key}: not in the table"]


def _kill(patch: pytest.MonkeyPatch, iceberg: Iceberg, point: str) -> None:
    """Ends the next commit at a point."""

    def die(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    if point == "before the catalog":
        patch.setattr(SqlCatalog, "commit_table", die)
    elif point == "after the catalog":
        commit = SqlCatalog.commit_table

        def commit_and_die(*arguments: Any) -> Any:
            commit(*arguments)
            raise KeyboardInterrupt

        patch.setattr(SqlCatalog, "commit_table", commit_and_die)
    elif point == "before the purge":
        patch.setattr(iceberg, "_purge", die)
    else:
        patch.setattr(iceberg._storage, "delete", die)


class TestErasure:
    def test_no_object_knows_of_a_person_that_was_taken_out(
        self, iceberg: Iceberg, stored: Callable[..., DataFile], storage: Storage, root: Path
    ) -> None:
        """The rewritten file replaces the old one; the store deletes the old one when the table has let it go."""
        kept = stored(MAY + timedelta(days=1), 1, [7])
        old = stored(MAY, 1, [987654321], text=CANARY)
        iceberg.publish(EVENTS, "y2026m05", [old, kept])
        opened(iceberg).manage_snapshots().create_tag(
            opened(iceberg).current_snapshot().snapshot_id,
            "audit",  # type: ignore[union-attr]
        ).commit()
        assert holders(root, CANARY) == ["y2026m05-1-0a1b2c3d.parquet"]

        published = iceberg.publish(EVENTS, "y2026m05", [kept])
        storage.delete(old.key)

        assert (published.removed, published.expired) == (1, 1)
        assert holders(root, CANARY) == []
        assert persons(iceberg) == [7]
        table = opened(iceberg)
        assert len(table.metadata.snapshots) == 1
        assert list(table.metadata.refs) == ["main"]
        assert iceberg.unreachable("events") == []

    def test_metadata_hold_no_value_of_a_row_but_its_time(
        self, iceberg: Iceberg, stored: Callable[..., DataFile], root: Path
    ) -> None:
        iceberg.publish(EVENTS, "y2026m05", [stored(MAY, 1, [987654321], text=CANARY)])

        table = opened(iceberg)
        snapshot = table.current_snapshot()
        assert snapshot is not None
        entries = [entry for one in snapshot.manifests(table.io) for entry in one.fetch_manifest_entry(table.io)]
        assert [set(entry.data_file.lower_bounds) for entry in entries] == [{4}]
        assert not holders(root / "v1/_iceberg", CANARY)
        assert not holders(root / "v1/_iceberg", "987654321")

    def test_what_the_library_expires_stays_in_the_objects_until_the_sweep(self, iceberg: Iceberg, root: Path) -> None:
        """Why there is a sweep: this is pyiceberg's own delete and expiry, on rows that it wrote itself."""
        iceberg.publish(EVENTS, "y2026m05", [])
        table = opened(iceberg)
        rows = [
            {"event_id": person, "raw_profile_id": person, "event_type": text, "received_at": datetime.now(UTC)}
            for person, text in ((1, "page"), (2, CANARY))
        ]
        table.append(pa.Table.from_pylist(rows, ARROW))
        table.delete("raw_profile_id = 2")
        table = opened(iceberg)
        assert persons(iceberg) == [1]
        current = table.current_snapshot()
        assert current is not None
        old = [one.snapshot_id for one in table.metadata.snapshots if one.snapshot_id != current.snapshot_id]
        table.maintenance.expire_snapshots().by_ids(old).commit()
        assert len(opened(iceberg).metadata.snapshots) == 1

        assert holders(root, CANARY) != []

        iceberg._purge(opened(iceberg), Published())

        assert holders(root, CANARY) == []
        assert persons(iceberg) == [1]


class TestMaintenance:
    def test_snapshots_are_kept_for_a_while_and_young_objects_are_not_swept(
        self, iceberg: Iceberg, stored: Callable[..., DataFile], storage: Storage, tmp_path: Path
    ) -> None:
        iceberg.publish(EVENTS, "y2026m05", [stored(MAY, 1, [1])])
        iceberg.publish(EVENTS, "y2026m06", [stored(JUNE, 1, [2])])
        stray = tmp_path / "stray"
        stray.write_bytes(b"about to be committed")
        key = "v1/_iceberg/events/tenant=acme/metadata/stray.avro"
        storage.put(key, stray, sha256=hashlib.sha256(stray.read_bytes()).digest())

        assert not iceberg.maintain("events").is_changed
        assert iceberg.unreachable("events") == [key]
        planned = iceberg.maintain("events", keep=timedelta(0), grace=timedelta(0), dry_run=True)
        assert (planned.expired, planned.deleted) == (1, [key])
        assert iceberg.unreachable("events") == [key]

        done = iceberg.maintain("events", keep=timedelta(0), grace=timedelta(0))

        assert done.expired == 1
        assert key in done.deleted
        assert iceberg.unreachable("events") == []
        assert len(opened(iceberg).metadata.snapshots) == 1
        assert persons(iceberg) == [1, 2]

    def test_a_table_that_is_not_there_needs_nothing(self, iceberg: Iceberg) -> None:
        assert not iceberg.maintain("events").is_changed
        assert not iceberg.purge("events").is_changed
        assert not iceberg.drop("events").is_changed


class TestCatalog:
    @pytest.mark.usefixtures("globex")
    def test_readers_of_a_tenant_see_its_namespace_and_change_nothing(
        self, iceberg: Iceberg, stored: Callable[..., DataFile], database: Any, server: TestServer
    ) -> None:
        iceberg.publish(EVENTS, "y2026m05", [stored(MAY, 1, [1])])
        with server.admin(database.name) as dba:
            seen = {}
            for role in ("c360_acme_reader", "c360_globex_reader", "c360_worker", "c360_reader"):
                dba.execute(f"SET ROLE {role}".encode())
                seen[role] = dba.execute("SELECT table_namespace FROM c360_iceberg.iceberg_tables").fetchall()
            dba.execute("SET ROLE c360_acme_reader")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                dba.execute("UPDATE c360_iceberg.iceberg_tables SET metadata_location = 's3://elsewhere'")
            dba.execute("SET ROLE c360_acme_admin")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                dba.execute("DELETE FROM c360_iceberg.iceberg_namespace_properties")

        assert seen == {
            "c360_acme_reader": [("acme",)],
            "c360_globex_reader": [],
            "c360_worker": [("acme",)],
            "c360_reader": [],
        }

    def test_the_doctor_finds_who_else_may_commit(self, connection: psycopg.Connection[Any]) -> None:
        question = "SELECT finding FROM c360.doctor_security() WHERE finding LIKE '%iceberg%'"
        assert connection.execute(question).fetchall() == []

        connection.execute("GRANT UPDATE ON c360_iceberg.iceberg_tables TO c360_acme_reader")

        assert connection.execute(question).fetchall() == [
            ("c360_acme_reader has UPDATE on c360_iceberg.iceberg_tables.",)
        ]

    def test_a_dropped_tenant_leaves_no_tables_to_the_next_of_its_name(
        self, iceberg: Iceberg, stored: Callable[..., DataFile], connection: psycopg.Connection[Any]
    ) -> None:
        iceberg.publish(EVENTS, "y2026m05", [stored(MAY, 1, [1])])

        connection.execute("SELECT c360.drop_tenant('acme', 'acme')")

        assert connection.execute("SELECT * FROM c360_iceberg.iceberg_tables").fetchall() == []
        assert connection.execute("SELECT * FROM c360_iceberg.iceberg_namespace_properties").fetchall() == []


@pytest.mark.engines
class TestStores:
    """The same on real stores: what was taken out is in no object and no version of one."""

    @pytest.fixture(params=["s3", "hdfs"])
    def storage(self, request: pytest.FixtureRequest, environment: pytest.MonkeyPatch) -> Storage:
        if request.param == "hdfs":
            return open_storage(f"{request.getfixturevalue('hdfs').url}/lakes/iceberg", {"user": "lake"})
        store = request.getfixturevalue("seaweed")
        for name, value in store.environment.items():
            environment.setenv(name, value)
        client = store.client()
        client.create_bucket(Bucket="iceberg-versions")
        client.put_bucket_versioning(Bucket="iceberg-versions", VersioningConfiguration={"Status": "Enabled"})
        return open_storage("s3://iceberg-versions/lake", store.options)

    @pytest.fixture
    def iceberg(
        self, connection: psycopg.Connection[Any], storage: Storage, request: pytest.FixtureRequest
    ) -> Iterator[Iceberg]:
        options = request.getfixturevalue("seaweed").options if storage.url.startswith("s3:") else {"user": "lake"}
        with open_iceberg(connection, storage, options, "acme") as made:
            yield made

    def test_forty_persons_that_were_taken_out_are_in_no_version_of_an_object(
        self, iceberg: Iceberg, stored: Callable[..., DataFile], storage: Storage, tmp_path: Path
    ) -> None:
        canaries = [987654300 + number for number in range(40)]
        days = [MAY + timedelta(days=number) for number in range(4)]
        old = [stored(day, 1, canaries[number::4], text=CANARY) for number, day in enumerate(days)]
        kept = [stored(day, 2, [number]) for number, day in enumerate(days)]
        iceberg.publish(EVENTS, "y2026m05", old + kept)
        assert iceberg.differences(EVENTS, old + kept) == []

        for number in range(1, 5):
            iceberg.publish(EVENTS, "y2026m05", old[number:] + kept)
            storage.delete(old[number - 1].key)

        assert iceberg.unreachable("events") == []
        assert iceberg.differences(EVENTS, kept) == []
        copy = tmp_path / "copy"
        copy.mkdir()
        scanned = 0
        for number, one in enumerate(storage.versions("")):
            assert not one.is_marker
            name = one.key.rpartition("/")[2]
            storage.read(
                one.key, copy / f"{'snap-' if name.startswith('snap-') else ''}{number}-{name}", version=one.version
            )
            scanned += 1
        assert scanned >= len(kept) + 3
        for text in (CANARY, *map(str, canaries)):
            assert holders(copy, text) == []
