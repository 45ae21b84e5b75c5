"""Compile the segments of a tenant: from metadata to what the database is told. Pure.

A segment whose condition cannot be right stops nothing: it is handed on with its problem. Segments are in the order in
which they are evaluated, each after those it is made of; where some are made of each other, each says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import c360
from c360.domain.errors import ScoringRefused
from c360.domain.tenants import Segment, TenantSpec
from c360.governance.conditions import Condition, Part, read_condition, refused
from c360.governance.expressions import nearest
from c360.governance.sources import joined, readable_of
from c360.governance.traits import expressions_of, trait_relation
from c360.templates.environment import literal

SEGMENTS = "segments/"


@dataclass(frozen=True)
class CompiledSegment:
    """A segment as `c360._compile_segment` takes it, or what is wrong with it."""

    name: str
    sql: str
    problem: str | None = None

    @property
    def path(self) -> str:
        """Its name in the ledger of what was rendered for the tenant."""
        return SEGMENTS + self.name

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_segment_condition(tenant: TenantSpec, text: str) -> Condition:
    """A condition over the golden records of a tenant; raises ScoringRefused U3302."""
    return read_condition(text, readable_of(tenant, trait_relation(tenant)))


def check_segments(tenant: TenantSpec, names: Iterable[str]) -> None:
    """Raise ScoringRefused for the first of these segments that cannot be compiled."""
    read = _read(tenant)
    for name in names:
        problem = read.problems.get(name)
        if problem is not None:
            raise ScoringRefused(
                f"segment {name}: {problem.message}", code=problem.code, detail=problem.detail, hint=problem.hint
            )


def compile_segments(tenant: TenantSpec) -> list[CompiledSegment]:
    """All segments of a tenant, those first that others are made of."""
    read = _read(tenant)
    return [_compiled(tenant, segment, read, place) for place, segment in enumerate(read.segments, 1)]


def members_query(tenant: TenantSpec, condition: Condition) -> str:
    """Who of the golden records $1 is in as of $2."""
    return f"SELECT profile.master_profile_id\n{joined(tenant, condition.whole, '$1')}\nWHERE {condition.whole.sql}"


def parts_query(tenant: TenantSpec, condition: Condition) -> str:
    """Which parts of the condition hold for the golden record $1 as of $2, one row a part."""
    rows = ",\n    ".join(_part_row(part) for part in condition.parts)
    names = 'place, parent, kind, condition, holds, "values"'
    return (
        f"SELECT part.*\n{joined(tenant, condition.whole, 'ARRAY[$1]')}\n"
        f"CROSS JOIN LATERAL (VALUES\n    {rows}\n) AS part ({names})\nORDER BY part.place"
    )


@dataclass(frozen=True)
class _Read:
    segments: tuple[Segment, ...]
    conditions: Mapping[str, Condition]
    problems: Mapping[str, ScoringRefused]
    ancestors: Mapping[str, tuple[str, ...]]


def _read(tenant: TenantSpec) -> _Read:
    stated = {segment.name: segment for segment in tenant.segments}
    readable = readable_of(tenant, trait_relation(tenant))
    conditions: dict[str, Condition] = {}
    problems: dict[str, ScoringRefused] = {}
    for name, segment in stated.items():
        try:
            conditions[name] = read_condition(segment.condition, readable)
        except ScoringRefused as problem:
            problems[name] = problem
    ordered: list[str] = []
    ancestors: dict[str, tuple[str, ...]] = {}
    for name in stated:
        _visit(name, [], stated, conditions, problems, ordered, ancestors)
    return _Read(tuple(stated[name] for name in ordered), conditions, problems, ancestors)


def _visit(
    name: str,
    path: list[str],
    stated: Mapping[str, Segment],
    conditions: Mapping[str, Condition],
    problems: dict[str, ScoringRefused],
    ordered: list[str],
    ancestors: dict[str, tuple[str, ...]],
) -> None:
    """Depth first: what a segment is made of comes before it."""
    if name in ancestors:
        return
    above: dict[str, None] = {}
    for other in conditions[name].whole.segments if name in conditions else ():
        if other in [*path, name]:
            circle = [*path, name][[*path, name].index(other) :]
            for member in circle:
                problems.setdefault(member, _circular(circle))
            continue
        if other not in stated:
            problems.setdefault(name, _unknown(other, stated))
            continue
        _visit(other, [*path, name], stated, conditions, problems, ordered, ancestors)
        above.update(dict.fromkeys((*ancestors.get(other, ()), other)))
        if other in problems:
            problems.setdefault(name, _made_of_broken(other))
    if name not in ancestors:
        ancestors[name] = tuple(above)
        ordered.append(name)


def _circular(circle: list[str]) -> ScoringRefused:
    return refused(f"segments are made of each other: {' -> '.join([*circle, circle[0]])}", "Take one of them out.")


def _unknown(name: str, stated: Iterable[str]) -> ScoringRefused:
    return refused(f"there is no segment {name}", nearest(name, stated, "c360 segment list shows them."))


def _made_of_broken(name: str) -> ScoringRefused:
    return refused(f"it is made of segment {name}, which cannot be right", "Mend that one first.")


def _compiled(tenant: TenantSpec, segment: Segment, read: _Read, place: int) -> CompiledSegment:
    problem = read.problems.get(segment.name)
    document: dict[str, object] = {
        "condition": segment.condition,
        "segments": sorted(read.ancestors[segment.name]),
        "place": place,
        "release": c360.__version__,
    }
    if problem is None:
        condition = read.conditions[segment.name]
        family = [read.conditions[name].whole for name in (segment.name, *read.ancestors[segment.name])]
        document |= {
            "members": members_query(tenant, condition),
            "parts": parts_query(tenant, condition),
            "columns": sorted({column for one in family for column in one.columns}),
            "uses_time": any(one.uses_time for one in family),
            # The functions say days in this zone.
            "time_zone": tenant.time_zone,
        }
        if traits := expressions_of(tenant, (column for one in family for column in one.columns)):
            # Of another expression a trait may be of another type.
            document["traits"] = traits
        if segment.status == "paused":
            document["is_paused"] = True
    else:
        document["problem"] = problem.message
    values = ", ".join(
        literal(value) for value in (tenant.slug, segment.name, json.dumps(document, ensure_ascii=False))
    )
    sql = f"SELECT c360._compile_segment({values});"
    return CompiledSegment(segment.name, sql, None if problem is None else problem.message)


def _part_row(part: Part) -> str:
    shown = ", ".join(f"{literal(name)}, to_jsonb({sql})" for name, sql in part.values.items())
    values = f"jsonb_build_object({shown})" if shown else "'{}'::jsonb"
    parent = "NULL::integer" if part.parent is None else str(part.parent)
    return f"({part.place}, {parent}, {literal(part.kind)}, {literal(part.text)}, ({part.sql})::boolean, {values})"
