"""Create, change, remove and preview computed traits over one psycopg connection, as the owner of schema c360.

A change is metadata, plan and sync in one transaction, or nothing. Values follow in steps: `fill_traits`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg.types.json import Jsonb

from c360.domain.errors import GovernanceRefused, ScoringRefused
from c360.domain.tenants import ComputedTrait
from c360.governance.expressions import nearest
from c360.governance.plan import Plan
from c360.governance.rehearsal import kept, tried
from c360.governance.stepping import look_at_everybody
from c360.governance.tenants import Connection, as_owner, call, load_spec, plan_tenant, sync_tenant
from c360.governance.traits import check_traits, looked_query, read_trait_expression, values_query

_STEP = "SELECT c360.refresh_traits(%s)"
_IS_FILLING = "SELECT count(*) > 0 FROM {tenant}.list_computed_traits() AS listed WHERE listed.status = 'filling'"


def find_trait(conn: Connection, slug: str, name: str) -> ComputedTrait:
    """A computed trait as the metadata has it; raises ScoringRefused U3311."""
    with as_owner(conn):
        stated = {trait.name: trait for trait in load_spec(conn, slug).traits}
    if name not in stated:
        hint = nearest(name, stated, "List them with: c360 trait list")
        raise ScoringRefused(f"there is no trait {name}", code="U3311", hint=hint)
    return stated[name]


def put_trait(conn: Connection, slug: str, trait: ComputedTrait, *, is_new: bool, dry_run: bool = False) -> Plan:
    """Add a computed trait, or change it; answers what the sync did or would do."""
    with kept(conn, not dry_run) as end:
        stated = {known.name for known in load_spec(conn, slug).traits}
        if is_new and trait.name in stated:
            raise GovernanceRefused(
                f"there is a trait {trait.name} already", code="U3313", hint="Change it with: c360 trait set"
            )
        row = {
            "trait": trait.name,
            "title": trait.title,
            "description": trait.description,
            "expression": trait.expression,
            "status": trait.status,
            "notifies_first": trait.notifies_first,
        }
        conn.execute("SELECT c360._apply_computed_traits(%s, %s)", (slug, Jsonb([row])))
        check_traits(load_spec(conn, slug), [trait.name])
        plan = plan_tenant(conn, slug)
        sync_tenant(conn, slug)
        _refuse_broken(conn, slug, trait.name)
        end(plan)
    return plan


def drop_trait(conn: Connection, slug: str, name: str, *, dry_run: bool = False) -> Plan:
    """Remove a computed trait with its values."""
    find_trait(conn, slug, name)
    with kept(conn, not dry_run) as end:
        call(conn, "SELECT c360.remove_computed_trait(%s, %s)", slug, name)
        plan = plan_tenant(conn, slug)
        sync_tenant(conn, slug)
        end(plan)
    return plan


def preview_trait(conn: Connection, slug: str, expression: str, sample: int, seconds: int) -> dict[str, Any]:
    """What it would be, of some golden records with the values that were looked at. Keeps nothing."""
    with kept(conn, False) as end:
        spec = load_spec(conn, slug)
        read = read_trait_expression(spec, expression)
        found: dict[str, Any] = tried(
            conn,
            seconds,
            _wrong,
            "SELECT c360._preview_trait(%s, %s, %s, %s)",
            slug,
            values_query(spec, read),
            looked_query(spec, read),
            sample,
        )
        end(found)
    return {"expression": read.text, **found}


def fill_traits(conn: Connection, slug: str, progress: Callable[[int], None], *, whole: bool = False) -> dict[str, int]:
    """Look at everybody, a step a transaction: until no trait is new or changed, or with `whole` for time as well."""
    return look_at_everybody(conn, slug, _STEP, None if whole else _IS_FILLING, ("changed",), progress)


def _refuse_broken(conn: Connection, slug: str, name: str) -> None:
    query = (
        "SELECT listed.problem FROM c360.list_computed_traits(%s) AS listed"
        " WHERE listed.trait = %s AND listed.status = 'broken'"
    )
    problem = call(conn, query, slug, name)
    if problem is not None:
        raise _wrong(problem)


def _wrong(problem: str) -> ScoringRefused:
    return ScoringRefused(
        problem, code="U3312", hint="Use values of kinds that fit; c360 tenant show lists the columns."
    )
