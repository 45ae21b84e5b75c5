"""Apply a declaration: metadata first, then the plan of the sync, then the sync, in one transaction.

Nothing stays unless `confirm` says yes to the whole of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from c360.domain.tenants import of_tenant
from c360.governance.declaration import PROPERTIES, SCORES, Declaration, write_declaration
from c360.governance.plan import Permissions, Plan
from c360.governance.segments import check_segments
from c360.governance.tenants import Connection, as_owner, call, load_spec, plan_tenant, sync_tenant
from c360.governance.traits import check_traits
from c360.templates.environment import literal

_KEYS = {
    "identifier_types": ("identifier_type",),
    "attributes": ("attribute",),
    "blocked_values": ("identifier_type", "pattern"),
    "match_rules": ("rule",),
    "traits": ("trait",),
    "segments": ("segment",),
    "retention": ("kind",),
    "funnels": ("funnel",),
    "consents": ("purpose",),
    "activations": ("rule",),
    "jobs": ("job",),
}


@dataclass(frozen=True)
class Application:
    """What applying a file changes: metadata in words, the schema as a plan, and the SQL of both."""

    tenant: str
    is_new: bool
    changes: tuple[str, ...]
    metadata_sql: str
    plan: Plan

    @property
    def is_empty(self) -> bool:
        return not self.changes and self.plan.is_empty

    @property
    def sql(self) -> str:
        return f"-- metadata\n{self.metadata_sql}\n\n{self.plan.sql}"


class _Declined(Exception):
    """Ends the transaction without a trace when the answer is no."""


def apply_declaration(
    conn: Connection,
    declaration: Declaration,
    permissions: Permissions,
    confirm: Callable[[Application], bool],
) -> Application | None:
    """Apply a file when `confirm` agrees; None when it does not, and then nothing has changed."""
    document = json.dumps(declaration.document(), ensure_ascii=False)
    try:
        with as_owner(conn):
            before = _metadata(conn, declaration.tenant)
            conn.execute("SELECT c360.apply_metadata(%s)", (document,))
            after = _metadata(conn, declaration.tenant) or {}
            spec = load_spec(conn, declaration.tenant)
            check_traits(spec, declaration.traits)
            check_segments(spec, declaration.segments)
            application = Application(
                tenant=declaration.tenant,
                is_new=before is None,
                changes=tuple(_differences(before or {}, after)),
                metadata_sql=f"SELECT c360.apply_metadata({literal(document)});",
                plan=plan_tenant(conn, declaration.tenant, permissions),
            )
            if not confirm(application):
                raise _Declined  # noqa: TRY301 - leaving the block is what undoes it
            sync_tenant(conn, declaration.tenant, permissions)
            return application
    except _Declined:
        return None


def export_tenant(conn: Connection, slug: str) -> str:
    """The metadata of a tenant as the YAML that `apply` reads."""
    return write_declaration(call(conn, of_tenant("SELECT {tenant}.tenant_blueprint()", slug)))


def _metadata(conn: Connection, slug: str) -> dict[str, Any] | None:
    known = any(listed["tenant"] == slug for listed in call(conn, "SELECT c360.list_tenants()"))
    return call(conn, "SELECT c360.tenant_blueprint(%s)", slug) if known else None


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if not before:
        yield f"tenant {after['tenant']}: new"
    for key in PROPERTIES:
        if before and before[key] != after[key]:
            yield f"{key}: {before[key]!r} becomes {after[key]!r}"
    if before:
        yield from _score_differences(before, after)
    for part, keys in _KEYS.items():
        old = {_name(row, keys): row for row in before.get(part, ())}
        for name, row in ((_name(row, keys), row) for row in after[part] if before):
            if name not in old:
                yield f"{part}.{name}: new"
            elif old[name] != row:
                yield f"{part}.{name}: " + ", ".join(
                    f"{key} {old[name][key]!r} becomes {value!r}"
                    for key, value in row.items()
                    if old[name][key] != value
                )


def _score_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if before["rfm"] != after["rfm"]:
        yield "rfm: " + "; ".join(_rfm_differences(before["rfm"] or {}, after["rfm"] or {}))
    for score in SCORES:
        if before[score] != after[score]:
            yield f"{score}: {before[score]!r} becomes {after[score]!r}"


def _rfm_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if before.get("time_window") != after.get("time_window"):
        yield f"window {before.get('time_window')!r} becomes {after.get('time_window')!r}"
    if before.get("segments") != after.get("segments"):
        names = [entry["segment"] for entry in after.get("segments") or ()]
        yield "segments become " + (", ".join(names) if names else "those of c360")


def _name(row: Mapping[str, Any], keys: Sequence[str]) -> str:
    return ".".join(row[key] for key in keys)
