"""The plan of a sync: every statement that would run, in order, and everything that would be lost. Pure.

Refuses to put into the plan what loses data unless the permissions say so: a dropped column is then kept, a type change
stops the sync, because functions compiled for the new type cannot write the old column. A migration template whose
text changed after it ran stops the plan altogether.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from c360.domain.errors import GovernanceRefused
from c360.domain.tenants import TenantSpec
from c360.governance.columns import ColumnChange, column_changes, index_name
from c360.governance.filters import FILTERS, CompiledFilter, compile_filters
from c360.governance.segments import SEGMENTS, CompiledSegment, compile_segments
from c360.governance.state import TenantState
from c360.governance.traits import TRAITS, CompiledTrait, compile_traits
from c360.templates import Rendered, check_statements, render_migrations, render_repeatables, view_columns
from c360.templates.environment import ident, literal

_SEARCH_INDEX = "cdp_master_profiles_search_idx"
_SEARCH_TEMPLATE = "repeatable/search_names.sql.j2"


class Phase(StrEnum):
    """When a step runs in a sync by pieces; in one transaction all run in the order of the plan.

    UPGRADE  waits for a person: templates of a newer release that run once, on tables full of data
    LOCK     keeps writers of golden records out, for milliseconds
    SHAPE    functions, views, rights: nobody who writes waits
    FINISH   reads tables, each statement by itself: indexes
    REBUILD  queues golden records, in batches
    """

    UPGRADE = "upgrade"
    LOCK = "lock"
    SHAPE = "shape"
    FINISH = "finish"
    REBUILD = "rebuild"


# Triggers are made on tables that are written all the time; indexes read them.
_LOCKING = "repeatable/tg_"
_PHASES = {"add": Phase.LOCK, "comment": Phase.LOCK, "index": Phase.FINISH}


@dataclass(frozen=True)
class Permissions:
    """What the caller has explicitly agreed to lose."""

    allow_type_change: bool = False
    allow_drop: bool = False

    def allow(self, change: ColumnChange) -> bool:
        return self.allow_drop if change.kind == "drop" else self.allow_type_change


@dataclass(frozen=True)
class Step:
    """A piece of SQL that runs as one, and why."""

    reason: str
    sql: str
    phase: Phase = Phase.SHAPE


@dataclass(frozen=True)
class Loss:
    """What a change takes away: values that are there, and how many of them would be gone."""

    attribute: str
    kind: str
    value_count: int
    lost_count: int

    def __str__(self) -> str:
        if self.kind == "drop":
            return f"dropping {self.attribute} loses {self.lost_count} values"
        return f"changing the type of {self.attribute} loses {self.lost_count} of {self.value_count} values"

    @property
    def flag(self) -> str:
        return "--allow-drop" if self.kind == "drop" else "--allow-type-change"


@dataclass(frozen=True)
class Plan:
    """`losses` will happen, `kept` columns stay although nobody uses them, `refused` changes stop the sync.

    `changed`: the attributes whose columns change.
    """

    tenant: str
    steps: tuple[Step, ...] = ()
    losses: tuple[Loss, ...] = ()
    kept: tuple[Loss, ...] = ()
    refused: tuple[Loss, ...] = ()
    changed: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not self.steps

    def of(self, phase: Phase) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.phase is phase)

    @property
    def waiting(self) -> dict[str, Any] | None:
        """What an automatic sync does not do by itself, as a document with the command that confirms it."""
        refused = [_loss_document(loss) for loss in self.refused]
        upgrades = [step.reason for step in self.of(Phase.UPGRADE)]
        if refused or upgrades:
            flags = "".join(sorted({f" {loss.flag}" for loss in self.refused}))
            return {
                "confirm": f"c360 tenant sync {self.tenant}{flags}",
                "detail": "; ".join([*(str(loss) for loss in self.refused), *upgrades]),
                "refused": refused,
                "kept": [_loss_document(loss) for loss in self.kept],
                "steps": [step.reason for step in self.steps],
            }
        return None

    @property
    def kept_document(self) -> dict[str, Any] | None:
        """The columns of retired attributes, which stay until somebody drops them."""
        return {"kept": [_loss_document(loss) for loss in self.kept]} if self.kept else None

    @property
    def sql(self) -> str:
        return "\n".join(f"-- {step.reason}\n{step.sql.rstrip()}\n" for step in self.steps)


def _loss_document(loss: Loss) -> dict[str, Any]:
    return {"attribute": loss.attribute, "kind": loss.kind, "values": loss.value_count, "lost": loss.lost_count}


@dataclass
class _Draft:
    steps: list[Step] = field(default_factory=list)

    def add(self, reason: str, sql: str, phase: Phase = Phase.SHAPE) -> None:
        self.steps.append(Step(reason, sql, phase))


def make_plan(
    tenant: TenantSpec,
    state: TenantState,
    permissions: Permissions,
    count: Callable[[ColumnChange], Loss],
    done: Collection[str] = (),
) -> Plan:
    """Compare metadata with reality. `count` answers how much a change would lose.

    `done`: attributes that an earlier piece of the same sync has changed already, for the message.
    """
    losing = [(change, count(change)) for change in column_changes(tenant, state) if change.loses]
    wanted = [change for change in column_changes(tenant, state) if not change.loses or permissions.allow(change)]
    repeatables = render_repeatables(tenant)
    dropped, rerun = _views(repeatables, state, must_drop=any(change.loses for change in wanted))

    draft = _Draft()
    _migrations(draft, tenant, state)
    if dropped:
        names = ", ".join(f"{ident(tenant.schema_name)}.{ident(name)}" for name in dropped)
        draft.add("views are made anew, because their columns change", f"DROP VIEW {names};")
    if not state.functions_are_current:  # before the views, which call them
        renew = f"SELECT c360._renew_tenant_functions({literal(tenant.slug)});"
        draft.add("functions for the people of the tenant, as the list of rights says", renew)
    if _SEARCH_INDEX in state.indexes and any(change.kind == "type" for change in wanted):
        index = f"{ident(tenant.schema_name)}.{ident(_SEARCH_INDEX)}"
        draft.add("the index on names is made anew, because a column changes its type", f"DROP INDEX {index};")
        rerun.add(_SEARCH_TEMPLATE)
    _unfinished(draft, tenant, state)
    _columns(draft, tenant, wanted)
    for rendered in repeatables:
        if rendered.path in rerun or state.releases.get(rendered.path) != rendered.checksum:
            _template(draft, tenant, rendered)
            if rendered.path == _SEARCH_TEMPLATE and state.schema_exists:
                # Without it the planner takes every name for a rare one.
                table = f"{ident(tenant.schema_name)}.cdp_master_profiles"
                draft.add("what is known of names, for the planner", f"ANALYZE {table};", Phase.FINISH)
    compiled = _run_once(state) | _of(SEGMENTS, state) | _of(TRAITS, state) | _of(FILTERS, state)
    for path in sorted(set(state.releases) - {r.path for r in repeatables} - compiled):
        forget = f"SELECT c360._forget_tenant_release({literal(tenant.slug)}, {literal(path)});"
        draft.add(f"{path} is no longer a template", forget)
    _traits(draft, tenant, state)
    _segments(draft, tenant, state)
    _filters(draft, tenant, state)
    if draft.steps:
        _finish(draft, tenant, state, wanted, done)
    return Plan(
        tenant=tenant.slug,
        steps=tuple(draft.steps),
        losses=tuple(loss for change, loss in losing if permissions.allow(change)),
        kept=tuple(loss for change, loss in losing if change.kind == "drop" and not permissions.allow(change)),
        refused=tuple(loss for change, loss in losing if change.kind == "type" and not permissions.allow(change)),
        changed=frozenset(change.attribute for change in wanted),
    )


def _of(kind: str, state: TenantState) -> set[str]:
    return {path for path in state.releases if path.startswith(kind)}


def _traits(draft: _Draft, tenant: TenantSpec, state: TenantState) -> None:
    """Traits are compiled after the views they look at and before the segments that look at them."""
    compiled = compile_traits(tenant)
    steps = len(draft.steps)
    for path in sorted(_of(TRAITS, state) - {trait.path for trait in compiled}):
        name = path.removeprefix(TRAITS)
        values = f"{literal(tenant.slug)}, {literal(name)}"
        forget = f"SELECT c360._forget_tenant_release({literal(tenant.slug)}, {literal(path)});"
        draft.add(f"trait {name}: removed, with its values", f"SELECT c360._drop_trait({values});\n{forget}")
    for trait in compiled:
        if state.releases.get(trait.path) != trait.checksum:
            _compiled(draft, tenant, trait, f"trait {trait.name}: " + (trait.problem or "compiled, its values follow"))
    if len(draft.steps) > steps:
        draft.add("the view of traits", f"SELECT c360._make_traits_view({literal(tenant.slug)});")


def _compiled(
    draft: _Draft, tenant: TenantSpec, made: CompiledTrait | CompiledSegment | CompiledFilter, reason: str
) -> None:
    values = ", ".join(literal(value) for value in (tenant.slug, made.path, made.checksum))
    draft.add(reason, f"{made.sql}\nSELECT c360._record_tenant_release({values});")


def _segments(draft: _Draft, tenant: TenantSpec, state: TenantState) -> None:
    """Segments are compiled after the views they look at; what is no longer stated goes."""
    compiled = compile_segments(tenant)
    for path in sorted(_of(SEGMENTS, state) - {segment.path for segment in compiled}):
        name = path.removeprefix(SEGMENTS)
        values = f"{literal(tenant.slug)}, {literal(name)}"
        forget = f"SELECT c360._forget_tenant_release({literal(tenant.slug)}, {literal(path)});"
        draft.add(f"segment {name}: removed, with its members", f"SELECT c360._drop_segment({values});\n{forget}")
    for segment in compiled:
        if state.releases.get(segment.path) != segment.checksum:
            reason = f"segment {segment.name}: " + (segment.problem or "compiled, its members follow")
            _compiled(draft, tenant, segment, reason)


def _filters(draft: _Draft, tenant: TenantSpec, state: TenantState) -> None:
    """Conditions of webhooks come last: they may look at segments and traits."""
    compiled = compile_filters(tenant)
    for path in sorted(_of(FILTERS, state) - {made.path for made in compiled}):
        values = f"{literal(tenant.slug)}, {literal(path.removeprefix(FILTERS))}"
        forget = f"SELECT c360._forget_tenant_release({literal(tenant.slug)}, {literal(path)});"
        draft.add("the condition of a webhook: gone", f"SELECT c360._drop_filter({values});\n{forget}")
    for made in compiled:
        if state.releases.get(made.path) != made.checksum:
            _compiled(draft, tenant, made, f"condition of webhook {made.webhook}: " + (made.problem or "compiled"))


def _run_once(state: TenantState) -> set[str]:
    return {path for path in state.releases if path.startswith("migrations/")}


def _migrations(draft: _Draft, tenant: TenantSpec, state: TenantState) -> None:
    for rendered in render_migrations(tenant):
        applied = state.releases.get(rendered.path)
        if applied is None:
            _template(draft, tenant, rendered)
        elif applied != rendered.checksum:
            raise GovernanceRefused(
                f"template {rendered.path} was changed after it had run for tenant {tenant.slug}",
                code="U4412",
                detail=f"Applied with SHA-256 {applied}, it now renders to {rendered.checksum}.",
                hint="Restore the template and put the change into one with the next number.",
            )


def _template(draft: _Draft, tenant: TenantSpec, rendered: Rendered) -> None:
    values = ", ".join(literal(value) for value in (tenant.slug, rendered.path, rendered.checksum))
    sql = f"{rendered.sql}\nSELECT c360._record_tenant_release({values});"
    draft.add(f"template {rendered.path}", sql, _phase_of(rendered.path))


def _phase_of(path: str) -> Phase:
    if path.startswith("migrations/"):
        return Phase.UPGRADE
    if path == _SEARCH_TEMPLATE:
        return Phase.FINISH
    return Phase.LOCK if path.startswith(_LOCKING) else Phase.SHAPE


def _unfinished(draft: _Draft, tenant: TenantSpec, state: TenantState) -> None:
    """What is left of indexes whose making was cut off: PostgreSQL keeps them, and never uses them."""
    ours = {index_name(attribute) for attribute in (*tenant.attributes, *tenant.retired)}
    for name in sorted(state.unfinished_indexes & ours):
        drop = f"DROP INDEX {ident(tenant.schema_name)}.{ident(name)};"
        draft.add(f"index {name}: made only in part, removed", drop, Phase.FINISH)


def _columns(draft: _Draft, tenant: TenantSpec, changes: Iterable[ColumnChange]) -> None:
    for change in changes:
        sql = "\n".join(change.statements)
        check_statements(sql, tenant, f"attribute {change.attribute}")
        draft.add(f"attribute {change.attribute}: {change.kind}", sql, _PHASES.get(change.kind, Phase.UPGRADE))
    active = {attribute.name for attribute in tenant.attributes}
    gone = {change.attribute for change in changes if change.kind == "drop"} - active
    for name in sorted(gone):
        forget = f"SELECT c360._forget_attribute({literal(tenant.slug)}, {literal(name)});"
        draft.add(f"attribute {name}: forgotten", forget)


def _views(repeatables: list[Rendered], state: TenantState, *, must_drop: bool) -> tuple[list[str], set[str]]:
    """Views to drop, last one first, and the templates to run again for it.

    CREATE OR REPLACE VIEW can add columns at the end and nothing else; when that is not enough for one of the views,
    all are made anew, because they may be built on each other.
    """
    made = [(rendered, view_columns(rendered.sql)) for rendered in repeatables]
    existing = [name for _, views in made for name in views if name in state.views]
    for _, views in made:
        for name, columns in views.items():
            before = tuple(state.views.get(name, ()))
            if before and (columns is None or columns[: len(before)] != before):
                must_drop = True
    if not must_drop or not existing:
        return [], set()
    return existing[::-1], {rendered.path for rendered, views in made if views}


def _finish(
    draft: _Draft,
    tenant: TenantSpec,
    state: TenantState,
    changes: Iterable[ColumnChange],
    done: Collection[str],
) -> None:
    """Rights on what is new, golden records to rebuild, and the message that says it."""
    slug, schema = literal(tenant.slug), ident(tenant.schema_name)
    reshaped = sorted({change.attribute for change in changes if change.kind in {"add", "type"}})
    draft.add("rights of the tenant's roles", f"SELECT c360._grant_tenant({slug});")
    if state.schema_exists and reshaped:
        draft.add(
            "golden records are rebuilt, because observations may hold values for the new columns",
            f"INSERT INTO {schema}.cdp_resolution_queue (master_profile_id)\n"
            f"SELECT master_profile_id FROM {schema}.cdp_master_profiles WHERE status = 'active';",
            Phase.REBUILD,
        )
    names = literal(sorted({*done, *(change.attribute for change in changes)}))
    draft.add(
        "tell the subscribers",
        f"SELECT c360._publish({slug}, 'c360-synch-events', 'tenant.synced', {slug},\n"
        f"    jsonb_build_object('schema_name', {literal(tenant.schema_name)}, 'attributes', to_jsonb({names})));",
    )
