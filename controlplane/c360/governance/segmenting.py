"""Create, change, remove and preview segments over one psycopg connection, as the owner of schema c360.

A change is metadata, plan and sync in one transaction, or nothing. Who is in follows in steps: `fill_segments`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg.types.json import Jsonb

from c360.domain.errors import GovernanceRefused, ScoringRefused
from c360.domain.tenants import Segment
from c360.governance.conditions import refused
from c360.governance.expressions import nearest
from c360.governance.plan import Plan
from c360.governance.rehearsal import kept, tried
from c360.governance.segments import check_segments, members_query, parts_query, read_segment_condition
from c360.governance.stepping import look_at_everybody
from c360.governance.tenants import Connection, as_owner, call, load_spec, plan_tenant, sync_tenant

_STEP = "SELECT c360.refresh_segments(%s)"
_IS_FILLING = "SELECT count(*) > 0 FROM {tenant}.list_segments() AS listed WHERE listed.status = 'filling'"
_NO_SEGMENT = "List them with: c360 segment list"


def find_segment(conn: Connection, slug: str, name: str) -> Segment:
    """A segment as the metadata has it; raises ScoringRefused U3301."""
    with as_owner(conn):
        stated = {segment.name: segment for segment in load_spec(conn, slug).segments}
    if name not in stated:
        raise ScoringRefused(f"there is no segment {name}", code="U3301", hint=nearest(name, stated, _NO_SEGMENT))
    return stated[name]


def put_segment(conn: Connection, slug: str, segment: Segment, *, is_new: bool, dry_run: bool = False) -> Plan:
    """Add a segment, or change it; answers what the sync did or would do."""
    with kept(conn, not dry_run) as end:
        stated = {known.name for known in load_spec(conn, slug).segments}
        if is_new and segment.name in stated:
            raise GovernanceRefused(
                f"there is a segment {segment.name} already", code="U3306", hint="Change it with: c360 segment set"
            )
        row = {
            "segment": segment.name,
            "title": segment.title,
            "description": segment.description,
            "condition": segment.condition,
            "status": segment.status,
            "notifies_first": segment.notifies_first,
        }
        conn.execute("SELECT c360._apply_segments(%s, %s)", (slug, Jsonb([row])))
        check_segments(load_spec(conn, slug), [segment.name])
        plan = plan_tenant(conn, slug)
        sync_tenant(conn, slug)
        _refuse_broken(conn, slug, segment.name)
        end(plan)
    return plan


def drop_segment(conn: Connection, slug: str, name: str, *, dry_run: bool = False) -> Plan:
    """Remove a segment with its members and their history."""
    find_segment(conn, slug, name)
    with kept(conn, not dry_run) as end:
        call(conn, "SELECT c360.remove_segment(%s, %s)", slug, name)
        plan = plan_tenant(conn, slug)
        sync_tenant(conn, slug)
        end(plan)
    return plan


def preview_segment(conn: Connection, slug: str, condition: str, sample: int, seconds: int) -> dict[str, Any]:
    """Who would be in, at most so many of them with the values that were looked at. Keeps nothing."""
    with kept(conn, False) as end:
        spec = load_spec(conn, slug)
        read = read_segment_condition(spec, condition)
        stated = {segment.name for segment in spec.segments}
        for name in read.whole.segments:
            if name not in stated:
                raise refused(f"there is no segment {name}", nearest(name, stated, _NO_SEGMENT))
        found: dict[str, Any] = tried(
            conn,
            seconds,
            lambda problem: refused(problem, "Compare values of one kind."),
            "SELECT c360._preview_segment(%s, %s, %s, %s)",
            slug,
            members_query(spec, read),
            parts_query(spec, read),
            sample,
        )
        end(found)
    return {"condition": read.whole.text, **found}


def fill_segments(
    conn: Connection, slug: str, progress: Callable[[int], None], *, whole: bool = False
) -> dict[str, int]:
    """Look at everybody, a step a transaction: until no segment is new or changed, or with `whole` for time as well."""
    return look_at_everybody(conn, slug, _STEP, None if whole else _IS_FILLING, ("entered", "left"), progress)


def _refuse_broken(conn: Connection, slug: str, name: str) -> None:
    query = "SELECT listed.problem FROM c360.list_segments(%s) AS listed WHERE listed.segment = %s"
    problem = call(conn, query, slug, name)
    if problem is not None:
        raise refused(problem, "Compare values of one kind; c360 tenant show lists the columns.")
