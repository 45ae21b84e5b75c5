"""Iceberg tables of a lake: metadata beside the files that the ledger knows, the catalog in the same PostgreSQL.

There is one copy of the data. A table of Iceberg is an index of the ledger's files, made anew from the ledger whenever
it is missing or says something else. One commit for a partition: what the manifest of the lake has is added, what it
has no more is taken out. A commit is not repeated, because what is compared is what there is.

Iceberg forgets nothing by itself: each snapshot keeps its files, and libraries that expire snapshots leave the objects.
So a commit that takes files out is followed by a purge: every older snapshot goes, then every object below the table's
location that the metadata does not reach, with all its versions. That a purge is due stands in the table, in the same
commit, for the process that comes after one that was killed.

Metadata hold the least and greatest time of a file and no other value of a row, so they know nothing of persons.
"""

from __future__ import annotations

import contextlib
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from c360.adapters import tokens
from c360.domain.errors import C360Error, UsageError
from c360.lake.ledger import Ledger, Table
from c360.lake.storage import Retained, Storage

CATALOG, SCHEMA = "c360", "c360_iceberg"
GRACE = timedelta(hours=24)  # of objects that nothing reaches yet: somebody may be about to commit them
KEEP = timedelta(days=7)  # of snapshots, for who reads an older one
_DUE, _SAID = "c360.purge", "c360.manifest."
_EPOCH = date(1970, 1, 1)
_DECIMAL = re.compile(r"decimal128\((\d+),(\d+)\)")
_PROPERTIES = {
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "3",
    "write.metadata.metrics.default": "none",
    # The files belong to the ledger: an engine that drops or expires must not delete them.
    "gc.enabled": "false",
}


class IcebergRefused(C360Error):
    """U9033: the catalog or the metadata of a table cannot be read or written."""

    def __init__(self, message: str, *, detail: str | None = None) -> None:
        super().__init__(
            message,
            code="U9033",
            detail=detail,
            hint="The table can be made anew from the ledger at any time: c360 lake maintain --rebuild",
        )


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file as the manifest of the lake has it."""

    key: str
    day: date
    rows: int
    size: int
    checksum: int
    lo: datetime | None
    hi: datetime | None


@dataclass
class Published:
    """What a commit changed."""

    added: int = 0
    removed: int = 0
    snapshot_id: int | None = None
    expired: int = 0
    deleted: list[str] = field(default_factory=list)
    retained: list[Retained] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        return bool(self.added or self.removed or self.expired or self.deleted)


class Iceberg:
    """The Iceberg tables of one tenant. The caller holds the lake: nobody else commits or sweeps meanwhile."""

    def __init__(self, catalog: Any, storage: Storage, tenant: str) -> None:
        self._catalog = catalog
        self._storage = storage
        self._tenant = tenant

    def location(self, table: str) -> str:
        """Where the metadata of a table are; files of rows are elsewhere, where plain readers find them too."""
        return f"{self._storage.url}/{self._prefix(table)}"

    def publish(self, table: Table, partition: str, files: Sequence[DataFile], *, said: str = "") -> Published:
        """Makes the table say of a partition what its manifest says. Safe to repeat, and after any end of a process.

        `said` names the manifest: where the table has it already, its files are not read again.
        """
        published = Published()
        with _refusals(table.name):
            handle = self._table(table)
            if not said or handle.properties.get(_SAID + partition) != said:
                handle = self._published(handle, table, partition, files, said, published)
            current = handle.current_snapshot()
            published.snapshot_id = current.snapshot_id if current else None
            if handle.properties.get(_DUE) == "due":
                self._purge(handle, published)
        return published

    def _published(
        self,
        handle: Any,
        table: Table,
        partition: str,
        files: Sequence[DataFile],
        said: str,
        published: Published,
    ) -> Any:
        there = self._files(handle)
        self._check_ours(table.name, there, has_deletes=self._has_deletes(handle))
        wanted = {file.key: file for file in files}
        known = {key: file for key, file in there.items() if _partition_of(key) == partition}
        added = [wanted[key] for key in sorted(wanted.keys() - known.keys())]
        removed = [known[key] for key in sorted(known.keys() - wanted.keys())]
        published.added, published.removed = len(added), len(removed)
        properties = {_SAID + partition: said} if said else {}
        if removed:
            properties[_DUE] = "due"
        if not added and not removed and not properties:
            return handle
        summary = {
            "c360.partition": partition,
            "c360.checksum": str(sum(file.checksum for file in files)),
            "c360.rows": str(sum(file.rows for file in files)),
        }
        with handle.transaction() as transaction:
            if properties:
                transaction.set_properties(properties)
            if added or removed:
                update = transaction.update_snapshot(snapshot_properties=summary)
                with update.overwrite() if removed else update.fast_append() as producer:
                    for file in added:
                        producer.append_data_file(self._data_file(handle, table, file))
                    for gone in removed:
                        producer.delete_data_file(gone)
        return handle.refresh()

    def purge(self, table_name: str) -> Published:
        """Takes away every snapshot but the last, and every object that it does not reach."""
        published = Published()
        with _refusals(table_name):
            table = self._loaded(table_name)
            if table is not None:
                self._check_ours(table_name, self._files(table))
                self._purge(table, published)
        return published

    def maintain(
        self, table_name: str, *, keep: timedelta = KEEP, grace: timedelta = GRACE, dry_run: bool = False
    ) -> Published:
        """Takes away snapshots that are older, and objects that nothing reaches and that are older than the grace."""
        published = Published()
        with _refusals(table_name):
            table = self._loaded(table_name)
            if table is None:
                return published
            if table.properties.get(_DUE) == "due" and not dry_run:
                self._purge(table, published)
                return published
            before = datetime.now(UTC) - keep
            old = [
                snapshot.snapshot_id
                for snapshot in table.metadata.snapshots
                if snapshot.timestamp_ms < before.timestamp() * 1000 and snapshot.snapshot_id not in _heads(table)
            ]
            published.expired = len(old)
            if old and not dry_run:
                table.maintenance.expire_snapshots().by_ids(old).commit()
                table = table.refresh()
            self._sweep(table, grace, published, dry_run=dry_run)
        return published

    def unreachable(self, table_name: str) -> list[str]:
        """Every object and version below the table's location that its metadata do not reach: proof by scan."""
        with _refusals(table_name):
            table = self._loaded(table_name)
            reachable = set() if table is None else self._reachable(table)
            return [stored.key for stored in self._stray(table_name, reachable)]

    def differences(self, table: Table, files: Sequence[DataFile]) -> list[str]:
        """What the table says otherwise than the manifests of all partitions."""
        with _refusals(table.name):
            handle = self._loaded(table.name)
            there = {} if handle is None else self._files(handle)
        wanted = {file.key: file.rows for file in files}
        found = {key: file.record_count for key, file in there.items()}
        said = dict.fromkeys(wanted.keys() - found.keys(), "not in the table")
        said |= dict.fromkeys(found.keys() - wanted.keys(), "not in the manifests")
        said |= {key: "other rows" for key in wanted.keys() & found.keys() if wanted[key] != found[key]}
        return [f"{key}: {said[key]}" for key in sorted(said)]

    def drop(self, table_name: str) -> Published:
        """Forgets a table and deletes its metadata, never the files of rows."""
        from pyiceberg.exceptions import NoSuchTableError

        published = Published()
        with _refusals(table_name):
            with contextlib.suppress(NoSuchTableError):
                self._catalog.drop_table((self._tenant, table_name))
            for stored in self._stray(table_name, set()):
                published.retained += self._storage.delete(stored.key)
                published.deleted.append(stored.key)
        return published

    def _table(self, table: Table) -> Any:
        """The table: made, made anew where its metadata are gone or elsewhere, given the columns that were added."""
        try:
            handle = self._loaded(table.name)
        except FileNotFoundError:
            self.drop(table.name)
            handle = None
        if handle is None:
            return self._made(table)
        known = [(column.name, str(column.field_type)) for column in handle.schema().fields]
        wanted = [(column.name, str(_type(column.lake_type))) for column in table.columns]
        if wanted[: len(known)] != known:
            raise IcebergRefused(f"the Iceberg table {self._tenant}.{table.name} has other columns than the lake")
        if added := table.columns[len(known) :]:
            with handle.update_schema() as update:
                for column in added:
                    update.add_column(column.name, _type(column.lake_type))
        return handle

    def _made(self, table: Table) -> Any:
        from pyiceberg.partitioning import PartitionField, PartitionSpec
        from pyiceberg.schema import Schema
        from pyiceberg.table.name_mapping import create_mapping_from_schema
        from pyiceberg.table.sorting import SortField, SortOrder
        from pyiceberg.transforms import DayTransform, IdentityTransform
        from pyiceberg.types import NestedField

        schema = Schema(
            *(
                NestedField(field_id=number, name=column.name, field_type=_type(column.lake_type), required=False)
                for number, column in enumerate(table.columns, 1)
            )
        )
        ids = {column.name: column.field_id for column in schema.fields}
        properties = dict(_PROPERTIES)
        # The files carry names and no numbers of columns.
        properties["schema.name-mapping.default"] = create_mapping_from_schema(schema).model_dump_json()
        spec = PartitionSpec()
        if table.time is not None:
            properties[f"write.metadata.metrics.column.{table.time.name}"] = "full"
            spec = PartitionSpec(
                PartitionField(
                    source_id=ids[table.time.name],
                    field_id=1000,
                    transform=DayTransform(),
                    name=f"{table.time.name}_day",
                )
            )
        order = [name for name in (table.person.name, table.time.name if table.time else None) if name]
        self._catalog.create_namespace_if_not_exists((self._tenant,))
        return self._catalog.create_table(
            (self._tenant, table.name),
            schema=schema,
            location=self.location(table.name),
            partition_spec=spec,
            sort_order=SortOrder(*(SortField(source_id=ids[name], transform=IdentityTransform()) for name in order)),
            properties=properties,
        )

    def _data_file(self, handle: Any, table: Table, file: DataFile) -> Any:
        from pyiceberg.conversions import to_bytes
        from pyiceberg.manifest import DataFile as Entry
        from pyiceberg.manifest import DataFileContent, FileFormat
        from pyiceberg.typedef import Record
        from pyiceberg.types import TimestamptzType

        bounds: dict[str, Any] = {}
        if table.time is not None and file.lo is not None and file.hi is not None:
            number = handle.schema().find_field(table.time.name).field_id
            bounds = {
                "lower_bounds": {number: to_bytes(TimestamptzType(), _microseconds(file.lo))},
                "upper_bounds": {number: to_bytes(TimestamptzType(), _microseconds(file.hi))},
            }
        return Entry.from_args(
            content=DataFileContent.DATA,
            file_path=f"{self._storage.url}/{file.key}",
            file_format=FileFormat.PARQUET,
            partition=Record() if table.time is None else Record((file.day - _EPOCH).days),
            record_count=file.rows,
            file_size_in_bytes=file.size,
            spec_id=handle.metadata.default_spec_id,
            sort_order_id=None,
            equality_ids=None,
            key_metadata=None,
            **bounds,
        )

    def _files(self, table: Any) -> dict[str, Any]:
        """The files of rows that the table has now, by key."""
        snapshot = table.current_snapshot()
        if snapshot is None:
            return {}
        found = (
            entry.data_file
            for manifest in snapshot.manifests(table.io)
            for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
        )
        return {self._key(file.file_path): file for file in found}

    def _check_ours(self, table_name: str, keys: Iterable[str], *, has_deletes: bool = False) -> None:
        """Raises IcebergRefused where a table has files of rows that no manifest of the lake can have."""
        ours = f"v1/{table_name}/tenant={self._tenant}/"
        if has_deletes or any(not key.startswith(ours) for key in keys):
            raise IcebergRefused(
                f"somebody else wrote to the Iceberg table {self._tenant}.{table_name}, which only c360 may"
            )

    def _has_deletes(self, table: Any) -> bool:
        from pyiceberg.manifest import ManifestContent

        snapshot = table.current_snapshot()
        return snapshot is not None and any(
            manifest.content == ManifestContent.DELETES for manifest in snapshot.manifests(table.io)
        )

    def _purge(self, table: Any, published: Published) -> None:
        named = [name for name, ref in table.metadata.refs.items() if name != "main"]
        if named:
            with table.manage_snapshots() as update:
                for name in named:
                    is_tag = table.metadata.refs[name].snapshot_ref_type == "tag"
                    update.remove_tag(name) if is_tag else update.remove_branch(name)
            table = table.refresh()
        heads = _heads(table)
        old = [one.snapshot_id for one in table.metadata.snapshots if one.snapshot_id not in heads]
        if old:
            table.maintenance.expire_snapshots().by_ids(old).commit()
            table = table.refresh()
        published.expired += len(old)
        self._sweep(table, None, published)
        if table.properties.get(_DUE) is not None:
            with table.transaction() as transaction:
                transaction.remove_properties(_DUE)

    def _sweep(self, table: Any, grace: timedelta | None, published: Published, *, dry_run: bool = False) -> None:
        """Deletes what is not reached, and with a grace only what is older than that."""
        before = None if grace is None else datetime.now(UTC) - grace
        for stored in self._stray(table.name()[-1], self._reachable(table)):
            if before is None or (stored.modified_at is not None and stored.modified_at < before):
                kept = [] if dry_run else self._storage.delete(stored.key)
                published.retained += kept
                if not kept:
                    published.deleted.append(stored.key)

    def _stray(self, table_name: str, reachable: set[str]) -> list[Any]:
        """One of the versions of each object that is not reached."""
        found = {stored.key: stored for stored in self._storage.versions(self._prefix(table_name))}
        return [stored for key, stored in sorted(found.items()) if key not in reachable]

    def _reachable(self, table: Any) -> set[str]:
        """Every object that the metadata of the table lead to."""
        metadata = table.metadata
        found = {table.metadata_location, *(entry.metadata_file for entry in metadata.metadata_log)}
        found.update(one.statistics_path for one in (*metadata.statistics, *metadata.partition_statistics))
        for snapshot in metadata.snapshots:
            found.add(snapshot.manifest_list)
            for manifest in snapshot.manifests(table.io):
                found.add(manifest.manifest_path)
                for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
                    found.add(entry.data_file.file_path)
        return {self._key(location) for location in found}

    def _loaded(self, table_name: str) -> Any | None:
        from pyiceberg.exceptions import NoSuchTableError

        try:
            return self._catalog.load_table((self._tenant, table_name))
        except NoSuchTableError:
            return None

    def _prefix(self, table_name: str) -> str:
        return f"v1/_iceberg/{table_name}/tenant={self._tenant}"

    def _key(self, location: str) -> str:
        return location.removeprefix(f"{self._storage.url}/")


def publish_manifest(
    ledger: Ledger, storage: Storage, table: str, content: Mapping[str, Any], digest: str
) -> list[Retained]:
    """Makes the Iceberg table say what a manifest says, where the lake is one of Iceberg; answers what the store keeps.

    A lake that is one no more leaves no table behind: it would name files that go.
    """
    target = ledger.call("lake_target")
    is_wanted = target["format"] == "iceberg"
    if not is_wanted and not target["has_iceberg"]:
        return []
    with open_iceberg(ledger.connection, storage, target["options"], ledger.tenant) as iceberg:
        if not is_wanted:
            return iceberg.drop(table).retained
        known = ledger.tables()[table]
        return iceberg.publish(known, content["partition"], files_of(content), said=digest).retained


@dataclass
class Maintained:
    """What maintenance did to one table."""

    table: str
    published: Published
    differences: list[str]


def maintain(
    ledger: Ledger,
    storage: Storage,
    *,
    keep: timedelta = KEEP,
    grace: timedelta = GRACE,
    rebuild: bool = False,
    dry_run: bool = False,
) -> list[Maintained]:
    """Compares each table with the ledger, puts right what differs, takes away what is old or reached by nothing."""
    target = ledger.call("lake_target")
    done: list[Maintained] = []
    if target["format"] != "iceberg":
        return done
    with open_iceberg(ledger.connection, storage, target["options"], ledger.tenant) as iceberg:
        for table in ledger.tables().values():
            partitions = sorted({file.partition for file in ledger.files(table.name)})
            manifests = [ledger.call("lake_manifest", table.name, partition) for partition in partitions]
            contents = [manifest["content"] for manifest in manifests if manifest is not None]
            if not contents:
                continue
            if rebuild and not dry_run:
                iceberg.drop(table.name)
            found = iceberg.differences(table, [file for content in contents for file in files_of(content)])
            for content in contents if not dry_run else ():
                iceberg.publish(table, content["partition"], files_of(content))
            published = iceberg.maintain(table.name, keep=keep, grace=grace, dry_run=dry_run)
            done.append(Maintained(table.name, published, found))
    return done


def purge_all(ledger: Ledger, storage: Storage) -> tuple[Published, list[str]]:
    """After an erasure: nothing is left below the tables but what their last snapshot needs; answers what is.

    Raises U9033 where a table has files that are not of the ledger: nobody looks through those.
    """
    done, left = Published(), []
    target = ledger.call("lake_target")
    if target["format"] != "iceberg" and not target["has_iceberg"]:
        return done, []
    with open_iceberg(ledger.connection, storage, target["options"], ledger.tenant) as iceberg:
        for table in ledger.tables():
            purged = iceberg.purge(table)
            done.expired += purged.expired
            done.deleted += purged.deleted
            done.retained += purged.retained
            left += iceberg.unreachable(table)
    return done, left


def files_of(content: Mapping[str, Any]) -> list[DataFile]:
    """The files that a manifest of the lake names."""
    return [
        DataFile(
            file["key"],
            date.fromisoformat(file["dt"]),
            file["rows"],
            file["bytes"],
            int(file["checksum"]),
            None if file["lo"] is None else datetime.fromisoformat(file["lo"]),
            None if file["hi"] is None else datetime.fromisoformat(file["hi"]),
        )
        for file in content["files"]
    ]


@contextlib.contextmanager
def open_iceberg(
    connection: psycopg.Connection[Any], storage: Storage, options: Mapping[str, str], tenant: str
) -> Iterator[Iceberg]:
    """The tables of a tenant, whose catalog is in the database of a connection; it connects there by itself."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pyiceberg.catalog.sql import SqlCatalog
    except ImportError as error:
        raise UsageError(
            "Iceberg tables need pyiceberg, which is not installed", hint="pip install 'c360[lake-iceberg]'"
        ) from error
    with _refusals("the catalog"):
        catalog = SqlCatalog(
            CATALOG,
            uri=_address(connection),
            init_catalog_tables="false",
            **{
                "py-io-impl": "c360.lake.iceberg_files.StorageIO",
                "c360.url": storage.url,
                "c360.options": json.dumps(dict(options)),
            },
        )
    try:
        yield Iceberg(catalog, storage, tenant)
    finally:
        catalog.engine.dispose()


def _address(connection: psycopg.Connection[Any]) -> str:
    """The address of a connection for SQLAlchemy, with the schema of the catalog as its only path."""
    info = connection.info
    given = {"host": info.host, "port": str(info.port), "dbname": info.dbname, "user": info.user}
    given = info.get_parameters() | given | {"application_name": "c360 lake catalog"}
    given["options"] = f"{info.options} -csearch_path={SCHEMA}".strip()
    if info.password:
        # A token of IAM is one for some minutes, and this is another connection.
        given["password"] = tokens.MARK if "X-Amz-Signature=" in info.password else info.password
    ready = conninfo_to_dict(tokens.ready(make_conninfo("", **given)))
    return "postgresql+psycopg:///?" + "&".join(f"{name}={quote(str(value), safe='')}" for name, value in ready.items())


@contextlib.contextmanager
def _refusals(said: str) -> Iterator[None]:
    """What pyiceberg and SQLAlchemy raise, as errors of ours; those of the store are already."""
    try:
        yield
    except C360Error:
        raise
    except Exception as error:
        if not type(error).__module__.startswith(("pyiceberg", "sqlalchemy")) and not isinstance(
            error, (FileNotFoundError, FileExistsError, ValueError)
        ):
            raise
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise IcebergRefused(f"Iceberg, {said}: {message}", detail=type(error).__name__) from error


def _type(lake_type: str) -> Any:
    from pyiceberg import types

    if found := _DECIMAL.fullmatch(lake_type):
        return types.DecimalType(int(found[1]), int(found[2]))
    return {
        "int64": types.LongType,
        "int32": types.IntegerType,
        "bool": types.BooleanType,
        "string": types.StringType,
        "date32": types.DateType,
        "timestamp(us, UTC)": types.TimestamptzType,
    }[lake_type]()


def _heads(table: Any) -> set[int]:
    return {ref.snapshot_id for ref in table.metadata.refs.values()}


def _partition_of(key: str) -> str:
    """Files are named after their partition: y2026m10-1-0a1b2c3d.parquet."""
    return key.rpartition("/")[2].rsplit("-", 2)[0]


def _microseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
