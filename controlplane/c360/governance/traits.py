"""Computed traits of a tenant: their expressions read, their names checked, compiled to calls of c360. Pure.

A trait that cannot be right stops nothing: it is handed on with its problem.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import c360
from c360.domain.errors import ScoringRefused
from c360.domain.tenants import ComputedTrait, TenantSpec
from c360.governance.expressions import Expression, Reader, Relation, Subject
from c360.governance.sources import joined, readable_of, relations_of
from c360.templates.environment import literal

TRAITS = "traits/"
_OWN_COLUMNS = ("master_profile_id", "changed_at")
_SUBJECT = Subject(
    noun="expression",
    code="U3312",
    example="total_revenue / total_orders",
    clause="SELECT",
    parts="Split it into several traits.",
    nested="Split it into several traits.",
    tells="its value",
    hint_of_masked="Whoever may read golden records may read their traits: use what is not masked.",
    refused_functions={"in_segment": "Segments are made of traits, and not the other way round."},
)


@dataclass(frozen=True)
class CompiledTrait:
    """A trait as `c360._compile_trait` takes it, or what is wrong with it."""

    name: str
    sql: str
    problem: str | None = None

    @property
    def path(self) -> str:
        """Its name in the ledger of what was rendered for the tenant."""
        return TRAITS + self.name

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_trait_expression(tenant: TenantSpec, text: str) -> Expression:
    """An expression over the golden records of a tenant; raises ScoringRefused U3312."""
    return Reader(_SUBJECT, text, readable_of(tenant)).expression()


def trait_relation(tenant: TenantSpec) -> Relation:
    """What conditions may read of traits: those that can be right, each telling what its expression looks at.

    None is timely: whoever's trait changes is looked at again in the same transaction.
    """
    told = {name: found.columns for name, found in _read(tenant).items() if isinstance(found, Expression)}
    return Relation("traits", "cdp_traits", told)


def expressions_of(tenant: TenantSpec, names: Iterable[str]) -> dict[str, str]:
    """The expressions of those of these names that are traits."""
    wanted = set(names)
    return {trait.name: trait.expression for trait in tenant.traits if trait.name in wanted}


def check_traits(tenant: TenantSpec, names: Iterable[str]) -> None:
    """Raise ScoringRefused for the first of these traits that cannot be compiled."""
    read = _read(tenant)
    for name in names:
        problem = read[name]
        if isinstance(problem, ScoringRefused):
            raise ScoringRefused(
                f"trait {name}: {problem.message}", code=problem.code, detail=problem.detail, hint=problem.hint
            )


def compile_traits(tenant: TenantSpec) -> list[CompiledTrait]:
    """All traits of a tenant, in the order of their names."""
    read = _read(tenant)
    return [_compiled(tenant, trait, read[trait.name]) for trait in sorted(tenant.traits, key=lambda one: one.name)]


def values_query(tenant: TenantSpec, expression: Expression) -> str:
    """What the expression answers for the golden records $1 as of $2."""
    return f"SELECT profile.master_profile_id AS id, ({expression.sql}) AS value\n{joined(tenant, expression, '$1')}"


def looked_query(tenant: TenantSpec, expression: Expression) -> str:
    """The values the expression looks at, of the golden record $1 as of $2."""
    shown = ", ".join(f"{literal(name)}, to_jsonb({sql})" for name, sql in expression.values.items())
    values = f"jsonb_build_object({shown})" if shown else "'{}'::jsonb"
    return f"SELECT {values}\n{joined(tenant, expression, 'ARRAY[$1]')}"


def _read(tenant: TenantSpec) -> Mapping[str, Expression | ScoringRefused]:
    taken = {column for relation in relations_of(tenant) for column in relation.columns}
    read: dict[str, Expression | ScoringRefused] = {}
    for trait in tenant.traits:
        try:
            if trait.name in taken or trait.name in _OWN_COLUMNS:
                raise _taken(trait.name)
            read[trait.name] = read_trait_expression(tenant, trait.expression)
        except ScoringRefused as problem:
            read[trait.name] = problem
    return read


def _taken(name: str) -> ScoringRefused:
    return ScoringRefused(
        f"{name} is the name of an attribute, a metric or a column of every golden record",
        code="U3317",
        hint="Take another name: segments could not tell the two apart.",
    )


def _compiled(tenant: TenantSpec, trait: ComputedTrait, read: Expression | ScoringRefused) -> CompiledTrait:
    document: dict[str, object] = {"expression": trait.expression, "release": c360.__version__}
    if isinstance(read, Expression):
        document |= {
            "values": values_query(tenant, read),
            "looked": looked_query(tenant, read),
            "columns": sorted(read.columns),
            "uses_time": read.uses_time,
            # The functions say days in this zone.
            "time_zone": tenant.time_zone,
        }
        if trait.status == "paused":
            document["is_paused"] = True
        problem = None
    else:
        document["problem"] = problem = read.message
    values = ", ".join(literal(value) for value in (tenant.slug, trait.name, json.dumps(document, ensure_ascii=False)))
    return CompiledTrait(trait.name, f"SELECT c360._compile_trait({values});", problem)
