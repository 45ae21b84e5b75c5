"""Every function compiled for a tenant runs, whatever rules it has: PL/pgSQL looks at a statement when it runs."""

from __future__ import annotations

from itertools import product
from typing import Any

import psycopg
import pytest

from c360.governance import sync_tenant
from c360.governance.tenants import as_owner
from support.observations import observe, resolve

COMPOSITE = {
    "all": [
        {"attribute": "date_of_birth", "compare": "date_close", "within_days": 2, "swapped": True},
        {"attribute": "last_name", "compare": "metaphone"},
        {"attribute": "city", "compare": "exact"},
    ]
}
FUNCTIONS = """
    SELECT
        function.oid::regprocedure::text AS signature,
        function.proname AS name,
        coalesce((function.proargnames)[:function.pronargs], '{}') AS names,
        ARRAY(SELECT format_type(kind, NULL) FROM unnest(function.proargtypes) AS kind) AS types
    FROM pg_proc AS function
    WHERE function.pronamespace = 'tenant_acme'::regnamespace
      AND function.prokind = 'f'
      AND function.prorettype <> 'trigger'::regtype
      AND function.proname NOT IN (SELECT listed.function_name FROM c360._tenant_functions() AS listed)
    ORDER BY signature
"""


def _without_rules(db):
    with as_owner(db.connection):
        db.execute("DELETE FROM c360.match_rules WHERE tenant = 'acme'")


def _without_anything(db):
    """No rule, no blocked value, no attribute: what the templates are given at the least."""
    _without_rules(db)
    with as_owner(db.connection):
        db.execute("DELETE FROM c360.blocked_values WHERE tenant = 'acme'")
        db.execute("UPDATE c360.profile_attributes SET status = 'retired' WHERE tenant = 'acme'")


def _with_all(db):
    db.call("c360.set_match_rule", "acme", "same", "composite", COMPOSITE)
    db.call("c360.set_match_rule", "acme", "near", "composite", {**COMPOSITE, "verdict": "review"})
    db.call("c360.set_match_rule", "acme", "person", "scored", {})


def _choices(db, name: str, kind: str) -> list[Any]:
    raws = db.column("SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles")
    profiles = db.column("SELECT master_profile_id FROM tenant_acme.cdp_master_profiles")
    return {
        "bigint[]": [[], raws],
        "uuid[]": [[], profiles],
        "jsonb[]": [None, ["{}"] * len(profiles)],
        "jsonb": ["{}", '{"email": "an@shop.vn"}'],
        "boolean": [False, True],
        "bigint": [None, 1],
        "timestamp with time zone": ["2100-01-01Z"],
    }.get(kind, [None])


@pytest.mark.parametrize("shape", [_without_anything, _without_rules, _with_all])
def test_every_compiled_function_runs(db, shape):
    shape(db)
    sync_tenant(db.connection, "acme")
    traits = {"lastName": "Le", "birthday": "1990-02-03", "city": "Hanoi"}
    for number in range(3):
        observe(db, user_id=f"u{number}", email="an@shop.vn", traits=traits)
    resolve(db)
    functions = db.records(FUNCTIONS)

    failed = []
    for function in functions:
        choices = [_choices(db, *given) for given in zip(function["names"], function["types"], strict=True)]
        places = ", ".join(f"%s::{kind}" for kind in function["types"])
        for arguments in product(*choices):
            try:
                with db.connection.transaction(force_rollback=True):
                    db.execute("SET LOCAL search_path = pg_catalog, tenant_acme, pg_temp")
                    db.rows(f'SELECT * FROM tenant_acme."{function["name"]}"({places})', *arguments)
            # Arguments that make no sense together may be refused; names that are not there are what is looked for.
            except (psycopg.IntegrityError, psycopg.errors.CardinalityViolation):
                continue
            except psycopg.Error as error:
                failed.append((function["signature"], error.sqlstate, str(error).splitlines()[0]))

    assert {"composite_keys", "composite_pairs", "rebuild_profiles"} <= {one["name"] for one in functions}
    assert sorted(set(failed)) == []
