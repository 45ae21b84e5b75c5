"""Create, plan, sync and drop tenants over one psycopg connection.

Works in the transaction of the caller when there is one; never commits it. Runs as the owner of schema c360, so that
everything in a tenant's schema belongs to that role, and gives the role back. One sync of a tenant at a time.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import tuple_row

import c360
from c360.domain.errors import C360Error, GovernanceRefused, OperationsRefused
from c360.domain.tenants import TenantSpec, of_tenant, spec_from_metadata
from c360.governance.columns import ColumnChange
from c360.governance.plan import Loss, Permissions, Plan, make_plan
from c360.governance.state import TenantState, state_from_document
from c360.installer.sources import release_number

Connection = psycopg.Connection[Any]

_REBUILD_BATCH = 100_000


@dataclass(frozen=True)
class Drift:
    """A tenant whose schema is not what its metadata say, and the reasons in words."""

    tenant: str
    reasons: tuple[str, ...]


def create_tenant(
    conn: Connection,
    slug: str,
    *,
    display_name: str | None = None,
    default_country: str = "US",
    default_currency: str = "USD",
    time_zone: str = "UTC",
) -> TenantSpec:
    """Register a tenant with the default metadata, make its schema and its first event partitions."""
    with as_owner(conn):
        conn.execute(
            "SELECT c360.register_tenant(%s, %s, %s, %s, %s)",
            (slug, display_name, default_country, default_currency, time_zone),
        )
        sync_tenant(conn, slug)
        call(conn, "SELECT c360.maintain_event_partitions(%s)", slug)
        return load_spec(conn, slug)


def load_spec(conn: Connection, slug: str) -> TenantSpec:
    """The metadata of a tenant."""
    return spec_from_metadata(call(conn, "SELECT c360.tenant_blueprint(%s)", slug))


def load_state(conn: Connection, slug: str) -> TenantState:
    """What exists of a tenant."""
    return state_from_document(call(conn, "SELECT c360.tenant_state(%s)", slug))


def list_tenants(conn: Connection) -> list[dict[str, Any]]:
    """The tenants the caller may read: all for the owner of c360, for people those they hold a role of."""
    if call(conn, "SELECT has_function_privilege('c360.list_tenants()', 'EXECUTE')"):
        listed: list[dict[str, Any]] = call(conn, "SELECT c360.list_tenants()")
        return listed
    mine = call(conn, "SELECT coalesce(array_agg(tenant), '{}') FROM c360.my_tenants() AS tenant")
    return [call(conn, of_tenant("SELECT {tenant}.tenant_metadata()", slug)) for slug in mine]


def plan_tenant(
    conn: Connection, slug: str, permissions: Permissions | None = None, done: Collection[str] = ()
) -> Plan:
    """What a sync would do. Changes nothing."""

    def count(change: ColumnChange) -> Loss:
        counted = call(
            conn, "SELECT c360.count_values(%s, %s, %s, %s)", slug, change.table, change.column, change.new_type
        )
        return Loss(change.attribute, change.kind, counted["values"], counted["lost"])

    return make_plan(load_spec(conn, slug), load_state(conn, slug), permissions or Permissions(), count, done)


def sync_tenant(conn: Connection, slug: str, permissions: Permissions | None = None) -> Plan:
    """Make the schema of a tenant what its metadata say. Does nothing when it is already."""
    with as_owner(conn):
        begin_sync(conn, slug)
        requests = call(conn, "SELECT c360._open_sync_requests(%s)", slug)
        plan = plan_tenant(conn, slug, permissions)
        if plan.refused:
            raise GovernanceRefused(
                f"the sync of tenant {slug} would lose values",
                code="U4413",
                detail="; ".join(str(loss) for loss in plan.refused) + ".",
                hint=f"Repeat with {plan.refused[0].flag} if that is meant.",
            )
        for step in plan.steps:
            conn.execute(step.sql.encode())
        # What a sync by pieces had left to be done later is done as well.
        while call(conn, "SELECT c360._queue_rebuild(%s, %s)", slug, _REBUILD_BATCH):
            pass
        settle_sync(conn, slug, requests, kept=plan.kept_document, is_finishing=False)
        return plan


def begin_sync(conn: Connection, slug: str) -> None:
    """One sync of a tenant at a time, until the transaction ends. Refuses to put older templates over newer ones."""
    newest = call(conn, "SELECT release FROM c360.releases ORDER BY c360._release_number(release) DESC LIMIT 1")
    if newest is not None and release_number(newest) > release_number(c360.__version__):
        raise OperationsRefused(
            "this database was installed by a newer release of c360",
            code="U9006",
            detail=f"It has release {newest}, this program is {c360.__version__}.",
            hint="Use the program of the newer release.",
        )
    conn.execute("SELECT c360._hold_lock(%s, 'sync')", (slug,))


def settle_sync(
    conn: Connection,
    slug: str,
    requests: list[int],
    *,
    waits: dict[str, Any] | None = None,
    kept: dict[str, Any] | None = None,
    is_finishing: bool | None = None,
) -> None:
    """Note that these requests are answered: what waits for a person, or that it is done and what was kept."""
    document = waits or kept
    text = json.dumps(document, ensure_ascii=False) if document else None
    values = (slug, requests, "waits" if waits else "current", text, is_finishing)
    call(conn, "SELECT c360._settle_sync(%s, %s::bigint[], %s, %s::jsonb, %s)", *values)


def drop_tenant(conn: Connection, slug: str, *, confirm: str) -> None:
    """Remove a tenant with all its data. `confirm` must repeat the name."""
    with as_owner(conn):
        conn.execute("SELECT c360.drop_tenant(%s, %s)", (slug, confirm))


def drift(conn: Connection) -> list[Drift]:
    """The tenants that a sync would change, or that cannot be planned at all."""
    found = []
    for listed in list_tenants(conn):
        slug = listed["tenant"]
        try:
            plan = plan_tenant(conn, slug)
        except C360Error as error:
            found.append(Drift(slug, (error.message,)))
            continue
        reasons = [step.reason for step in plan.steps] + [str(loss) for loss in plan.refused]
        if reasons:
            found.append(Drift(slug, tuple(reasons)))
    return found


@contextmanager
def as_owner(conn: Connection) -> Iterator[None]:
    """A savepoint (a transaction on an autocommit connection) in which the owner of schema c360 acts."""
    if not conn.autocommit:
        conn.execute("SELECT 1")  # opens the caller's transaction, so that the block below is only a savepoint of it
    with conn.transaction():
        before = call(conn, "SELECT current_setting('role')")
        owner = call(
            conn,
            "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'c360' AND pg_has_role(nspowner, 'SET')",
        )
        if owner is not None:
            call(conn, "SELECT set_config('role', %s, true)", owner.strip('"'))
        yield
        call(conn, "SELECT set_config('role', %s, true)", before)


def call(conn: Connection, query: str, *values: Any) -> Any:
    """The one value a query answers, or None when it answers no row."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(query.encode(), values).fetchone()
    return row[0] if row else None
