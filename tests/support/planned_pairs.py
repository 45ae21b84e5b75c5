"""Records as observations, and match rules whose pairs are given: found as soon as both observations are there."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from support.identity_rule import LARGEST, LIMIT, PERSON_LIMIT, PRIORITY, RULES, SCORED, Pair
from support.observations import observe

TRAITS = {"first_name", "last_name", "date_of_birth"}


def enter(db: Any, number: int, record: dict[str, str]) -> int:
    """Load a record: its names and day of birth are traits, all else identifies."""
    traits = {"number": number, **{name: value for name, value in record.items() if name in TRAITS}}
    return observe(db, traits=traits, **{name: value for name, value in record.items() if name not in TRAITS})


def plan_pairs(db: Any, pairs: list[Pair], has_model: bool) -> None:
    """Narrow limits, and rules whose pairs are given, found as soon as both observations are there."""
    if has_model:
        db.execute(
            "CREATE OR REPLACE FUNCTION tenant_acme.match_recipe() RETURNS jsonb LANGUAGE sql"
            " AS $$ SELECT '{}'::jsonb $$"
        )
        db.execute(
            "INSERT INTO tenant_acme.cdp_match_models (rule, recipe, is_active, lambda, m, u, weights, record_count,"
            " pair_count, convergence, settings)"
            " VALUES (%s, '{}', true, 0.1, '{}', '{}', '{}', 0, 0, '{}', '{}')",
            SCORED,
        )
    for kind, most in LIMIT.items():
        db.execute(
            "UPDATE c360.identifier_types SET profile_limit = %s, person_limit = %s"
            " WHERE tenant = 'acme' AND identifier_type = %s",
            most,
            PERSON_LIMIT,
            kind,
        )
    db.execute("UPDATE c360.tenants SET max_cluster_size = %s WHERE tenant = 'acme'", LARGEST)
    db.execute("CREATE TABLE tenant_acme.planned (one integer, other integer, rule text, verdict text, score real)")
    db.execute("GRANT SELECT ON tenant_acme.planned TO c360_owner")
    for pair in pairs:
        db.execute("INSERT INTO tenant_acme.planned VALUES (%s, %s, %s, %s, %s)", *astuple(pair))
    db.execute(
        """
        CREATE OR REPLACE FUNCTION tenant_acme.candidate_pairs(p_raw_profile_ids bigint[])
            RETURNS TABLE (
                low_raw_profile_id bigint, high_raw_profile_id bigint, rule text, verdict text, score real,
                levels smallint[]
            )
            LANGUAGE sql
        AS $$
            SELECT
                least(one.raw_profile_id, other.raw_profile_id), greatest(one.raw_profile_id, other.raw_profile_id),
                planned.rule, planned.verdict, planned.score, NULL::smallint[]
            FROM tenant_acme.planned
            JOIN tenant_acme.cdp_raw_profiles AS one ON (one.traits ->> 'number')::integer = planned.one
            JOIN tenant_acme.cdp_raw_profiles AS other ON (other.traits ->> 'number')::integer = planned.other
            WHERE one.raw_profile_id = ANY (p_raw_profile_ids) OR other.raw_profile_id = ANY (p_raw_profile_ids)
        $$
        """
    )
    for rule in RULES:
        db.execute(
            "INSERT INTO c360.match_rules (tenant, rule, kind, priority, definition) VALUES ('acme', %s, %s, %s, %s)",
            rule,
            "scored" if rule == SCORED else "composite",
            PRIORITY[rule],
            {} if rule == SCORED else {"all": [{"attribute": "date_of_birth", "compare": "exact"}]},
        )
