"""Restore a dumped tenant, under its own name or another one, into any database of the same or a newer release.

The file brings values only. Tables come from the migration templates, functions, views, triggers and grants from the
templates of this release; names out of the file are compared with what the catalogue has. One transaction: the tenant
is there whole, or nothing has changed. Refuses a dump of a newer release, and one with columns that have no place.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg import sql

import c360
from c360.domain.errors import GovernanceRefused
from c360.domain.tenants import TenantSpec
from c360.governance.archive import ArchiveReader, reading
from c360.governance.columns import column_changes
from c360.governance.dump import Progress, columns_of, fix_settings
from c360.governance.dumped import DumpedTable, Member, Webhook
from c360.governance.tenants import Connection, as_owner, call, load_spec, load_state, sync_tenant
from c360.installer.sources import release_number
from c360.templates import check_statements, render_migrations

_ATTRIBUTE_TABLES = ("cdp_master_profiles", "cdp_profile_metrics")


@dataclass(frozen=True)
class Restored:
    """What was made, and what is left for the operator to decide."""

    tenant: str
    dumped_as: str
    dumped_at: datetime
    tables: int
    rows: int
    api_keys: int
    keys_left_out: int
    members: tuple[Member, ...]
    webhooks: tuple[Webhook, ...]


def restore_tenant(
    conn: Connection, path: Path, slug: str | None, progress: Progress, *, dry_run: bool = False
) -> Restored:
    """Restore the tenant in `path` as `slug`, by default under the name it was dumped with.

    A dry run does everything and takes it back.
    """
    with reading(path) as archive, conn.transaction(force_rollback=dry_run), as_owner(conn):
        return _restore(conn, archive, slug or archive.tenant.tenant, progress)


def _restore(conn: Connection, archive: ArchiveReader, slug: str, progress: Progress) -> Restored:
    document = archive.tenant
    release, rows = archive.description.release, archive.description.rows
    if release_number(release) > release_number(c360.__version__):
        raise _does_not_fit(f"It was made by release {release}, this one is {c360.__version__}.")
    fix_settings(conn)
    left_out = call(conn, "SELECT c360._restore_tenant(%s, %s)", slug, archive.tenant_text)
    dumped = {table.table_name: table for table in document.tables}
    spec = load_spec(conn, slug)
    _run_migrations(conn, spec, document.migrations)
    _add_columns(conn, spec, dumped)
    for table in _in_order(conn, slug, dumped):
        _fill(conn, archive, slug, table)
        progress(table.table_name, rows[table.table_name])
    call(conn, "SELECT c360._restore_sequences(%s, %s)", slug, json.dumps(document.sequences))
    sync_tenant(conn, slug)
    call(conn, "SELECT c360.maintain_event_partitions(%s)", slug)
    return Restored(
        tenant=slug,
        dumped_as=document.tenant,
        dumped_at=document.dumped_at,
        tables=len(dumped),
        rows=sum(rows.values()),
        api_keys=document.api_keys - left_out,
        keys_left_out=left_out,
        members=tuple(document.members),
        webhooks=tuple(document.webhooks),
    )


def _run_migrations(conn: Connection, spec: TenantSpec, names: list[str]) -> None:
    """Those that had run when the rows were dumped; the sync runs the others, over the rows."""
    known = {rendered.path: rendered for rendered in render_migrations(spec)}
    if unknown := sorted(set(names) - set(known)):
        raise _does_not_fit(f"Tenant migrations this release does not know: {', '.join(unknown)}.")
    for path in sorted(names):
        conn.execute(known[path].sql.encode())
        call(conn, "SELECT c360._record_tenant_release(%s, %s, %s)", spec.slug, path, known[path].checksum)


def _add_columns(conn: Connection, spec: TenantSpec, dumped: Mapping[str, DumpedTable]) -> None:
    """The columns of attributes that the dump has values for, those of retired ones too."""
    present = {column for name in _ATTRIBUTE_TABLES if name in dumped for column in dumped[name].columns}
    wanted = tuple(attribute for attribute in (*spec.attributes, *spec.retired) if attribute.name in present)
    shaped = dataclasses.replace(spec, attributes=wanted, retired=())
    for change in column_changes(shaped, load_state(conn, spec.slug)):
        text = "\n".join(change.statements)
        check_statements(text, spec, f"attribute {change.attribute}")
        conn.execute(text.encode())


def _in_order(conn: Connection, slug: str, dumped: Mapping[str, DumpedTable]) -> Iterator[DumpedTable]:
    """The dumped tables in the order in which they can be filled here. Each has its place, or none is filled."""
    query = "SELECT coalesce(jsonb_object_agg(table_name, columns), '{}') FROM c360._tenant_tables(%s)"
    here: dict[str, list[str]] = call(conn, query, slug)
    strange = [f"table {name}" for name in sorted(set(dumped) - set(here))]
    strange += [
        f"column {name}.{column}"
        for name in sorted(set(dumped) & set(here))
        for column in sorted(set(dumped[name].columns) - set(here[name]))
    ]
    if strange:
        raise _does_not_fit(f"No place for {', '.join(strange)}.")
    order = "SELECT array_agg(table_name) FROM c360._tenant_tables(%s)"
    yield from (dumped[name] for name in call(conn, order, slug) if name in dumped)


def _fill(conn: Connection, archive: ArchiveReader, slug: str, table: DumpedTable) -> None:
    name, expected = table.table_name, archive.description.rows.get(table.table_name)
    target = sql.Identifier(f"tenant_{slug}", name)
    if table.partitions:
        call(conn, "SELECT c360._restore_partitions(%s, %s, %s)", slug, name, table.partitions)
    with conn.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(target, columns_of(table))) as copy:
            for piece in archive.table(name):
                copy.write(piece)
        if cursor.rowcount != expected:
            raise _does_not_fit(f"Table {name} has {cursor.rowcount} rows instead of {expected}.")
    # Plans of the first minutes depend on it; nobody else does it before the commit.
    conn.execute(sql.SQL("ANALYZE {}").format(target))


def _does_not_fit(detail: str) -> GovernanceRefused:
    return GovernanceRefused(
        "this dump cannot be restored with this release",
        code="U4431",
        detail=detail,
        hint="Restore it with the release it was made by; or c360 tenant sync where it comes from, and dump it again.",
    )
