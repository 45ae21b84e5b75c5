"""Rules that every object in the database keeps, read from the catalogue of an installation with one tenant."""

import csv
import re

import pytest

from c360.installer.sources import sql_root

OURS = "(nspname IN ('c360', 'c360_v1') OR nspname LIKE 'tenant\\_%')"
REPOSITORY = sql_root().parent


def _errors() -> dict[str, str]:
    with (sql_root() / "errors.csv").open(newline="") as file:
        return {row["sqlstate"]: row["name"] for row in csv.DictReader(file)}


def _texts() -> dict[str, str]:
    """Every source that may raise an error of ours."""
    folders = ("pg", "controlplane", "cli")
    endings = {".sql", ".j2", ".py"}
    paths = (path for folder in folders for path in (REPOSITORY / folder).rglob("*") if path.suffix in endings)
    return {str(path.relative_to(REPOSITORY)): path.read_text(encoding="utf-8") for path in paths}


def _raised(text: str) -> set[str]:
    return set(re.findall(r"(?:ERRCODE = '|code=\"|code: str = \"|sqlstate=\"|')(U[1-9][0-9]{3})['\"]", text))


def test_every_definer_function_pins_its_search_path(db):
    loose = db.column(
        f"""
        SELECT function.oid::regprocedure::text
        FROM pg_proc AS function
        JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
        WHERE {OURS}
          AND function.prosecdef
          AND NOT EXISTS (
              SELECT
              FROM unnest(function.proconfig) AS setting
              WHERE setting ~ '^search_path=pg_catalog, (.*, )?pg_temp$'
          )
        """
    )

    assert loose == []


def test_public_may_execute_nothing(db):
    open_to_all = db.column(
        f"""
        SELECT function.oid::regprocedure::text
        FROM pg_proc AS function
        JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
        CROSS JOIN aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) AS granted
        WHERE {OURS}
          AND granted.grantee = 0
        """
    )

    assert open_to_all == []


def test_public_may_read_nothing(db):
    open_to_all = db.column(
        f"""
        SELECT relation.oid::regclass::text
        FROM pg_class AS relation
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        CROSS JOIN aclexplode(relation.relacl) AS granted
        WHERE {OURS}
          AND granted.grantee = 0
        UNION ALL
        SELECT attribute.attrelid::regclass || '.' || attribute.attname
        FROM pg_attribute AS attribute
        JOIN pg_class AS relation ON relation.oid = attribute.attrelid
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        CROSS JOIN aclexplode(attribute.attacl) AS granted
        WHERE {OURS}
          AND granted.grantee = 0
        """
    )

    assert open_to_all == []


def test_public_may_look_into_no_schema_of_ours(db):
    open_to_all = db.column(
        f"""
        SELECT nspname
        FROM pg_namespace
        CROSS JOIN aclexplode(coalesce(nspacl, acldefault('n', nspowner))) AS granted
        WHERE ({OURS} OR nspname = 'c360_ext')
          AND granted.grantee = 0
        """
    )

    assert open_to_all == []


@pytest.mark.parametrize("role", ["c360_reader", "c360_writer", "c360_admin", "c360_gateway"])
def test_group_roles_read_no_table_of_ours(db, role):
    readable = db.column(
        f"""
        SELECT relation.oid::regclass::text
        FROM pg_class AS relation
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        WHERE {OURS}
          AND relation.relkind IN ('r', 'p', 'v', 'm')
          AND has_any_column_privilege(%s, relation.oid, 'SELECT, INSERT, UPDATE')
        """.replace("LIKE 'tenant\\_%'", "LIKE 'tenant\\_%%'"),
        role,
    )

    assert readable == []


def test_every_table_has_a_primary_key(db):
    without = db.column(
        f"""
        SELECT relation.oid::regclass::text
        FROM pg_class AS relation
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        WHERE {OURS}
          AND relation.relkind IN ('r', 'p')
          AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = relation.oid AND contype = 'p')
        """
    )

    assert without == []


def test_every_table_view_and_schema_says_what_it_is(db):
    silent = db.column(
        f"""
        SELECT relation.oid::regclass::text
        FROM pg_class AS relation
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        WHERE {OURS}
          AND relation.relkind IN ('r', 'p', 'v', 'm')
          AND obj_description(relation.oid, 'pg_class') IS NULL
        UNION ALL
        SELECT nspname
        FROM pg_namespace
        WHERE {OURS}
          AND obj_description(oid, 'pg_namespace') IS NULL
        """
    )

    assert silent == []


def test_every_function_says_what_it_does(db):
    silent = db.column(
        f"""
        SELECT function.oid::regprocedure::text
        FROM pg_proc AS function
        JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
        WHERE {OURS}
          AND obj_description(function.oid, 'pg_proc') IS NULL
        """
    )

    assert silent == []


def test_every_foreign_key_has_an_index_under_it(db):
    bare = db.column(
        f"""
        SELECT link.conrelid::regclass || ' ' || link.conname
        FROM pg_constraint AS link
        JOIN pg_class AS relation ON relation.oid = link.conrelid
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        WHERE {OURS}
          AND link.contype = 'f'
          AND link.conparentid = 0
          AND NOT EXISTS (
              SELECT
              FROM pg_index AS index
              WHERE index.indrelid = link.conrelid
                AND (index.indkey::smallint[])[0:cardinality(link.conkey) - 1] @> link.conkey
          )
        """
    )

    assert bare == []


def test_every_name_of_a_constraint_begins_with_its_table(db):
    strays = db.column(
        f"""
        SELECT relation.oid::regclass || ' ' || con.conname
        FROM pg_constraint AS con
        JOIN pg_class AS relation ON relation.oid = con.conrelid
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        WHERE {OURS}
          AND con.contype IN ('p', 'u', 'f', 'c')
          AND NOT relation.relispartition
          AND NOT starts_with(con.conname, relation.relname || '_')
        """
    )

    assert strays == []


def test_every_function_stands_in_the_list_of_rights(db):
    differences = db.rows(
        """
        SELECT present.name, listed.name
        FROM (
            SELECT DISTINCT function.pronamespace::regnamespace || '.' || function.proname AS name
            FROM pg_proc AS function
            WHERE function.pronamespace IN ('c360'::regnamespace, 'c360_v1'::regnamespace)
              AND function.proname !~ '^(_|tg_)'
        ) AS present
        FULL JOIN (
            SELECT DISTINCT schema_name || '.' || function_name AS name FROM c360.function_rights
        ) AS listed ON listed.name = present.name
        WHERE present.name IS NULL
           OR listed.name IS NULL
        """
    )

    assert differences == []


def test_grants_on_shared_functions_are_what_the_list_says(db):
    assert db.rows("SELECT function_oid::regprocedure, role::regrole FROM c360._function_grant_differences()") == []


def test_a_shared_function_that_takes_a_tenant_is_executable_by_owner_and_daemons_alone(db):
    people = db.rows(
        """
        SELECT function.oid::regprocedure::text, role.rolname
        FROM pg_proc AS function
        CROSS JOIN pg_roles AS role
        WHERE function.pronamespace = 'c360'::regnamespace
          AND function.proargnames[1] = 'p_tenant'
          AND role.rolname ~ '^c360_(acme_.*|reader|writer|admin|gateway|authenticator)$'
          AND has_function_privilege(role.oid, function.oid, 'EXECUTE')
        """
    )

    assert people == []


def test_nobody_takes_a_function_twice(db):
    twice = db.column(
        """
        SELECT function_name
        FROM c360.function_rights
        WHERE taken_by IN ('reader', 'writer', 'admin', 'owner')
          AND function_name NOT IN ('schema_version')
        GROUP BY schema_name, function_name
        HAVING count(*) > 1
        """
    )

    assert twice == []


def test_the_functions_of_a_tenant_are_granted_to_exactly_the_role_that_takes_them(db):
    differences = db.rows(
        """
        SELECT function.proname, granted.role, listed.role
        FROM pg_proc AS function
        CROSS JOIN LATERAL (
            SELECT string_agg(entry.grantee::regrole::text, ', ') AS role
            FROM aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) AS entry
            WHERE entry.grantee <> function.proowner
        ) AS granted
        LEFT JOIN (
            SELECT rights.function_name, 'c360_acme_' || rights.taken_by AS role
            FROM c360.function_rights AS rights
            JOIN pg_proc AS shared
                ON shared.pronamespace = 'c360'::regnamespace
                AND shared.proname = rights.function_name
                AND shared.proargnames[1] IN ('p_tenant', 'p_schema')
            WHERE rights.taken_by IN ('reader', 'writer', 'admin')
            UNION ALL
            SELECT asked.function_name, 'c360_acme_segments' FROM c360._segment_functions() AS asked
        ) AS listed ON listed.function_name = function.proname
        WHERE function.pronamespace = 'tenant_acme'::regnamespace
          AND granted.role IS DISTINCT FROM listed.role
          -- What expressions read numbers with.
          AND (function.proname, granted.role) IS DISTINCT FROM ('event_number', 'c360_acme_segments')
        """
    )

    assert differences == []
    assert db.value("SELECT count(*) FROM c360._tenant_functions()") > 50


def test_internal_functions_are_granted_to_nobody(db):
    granted = db.column(
        """
        SELECT function.oid::regprocedure || ' to ' || pg_get_userbyid(granted.grantee)
        FROM pg_proc AS function
        CROSS JOIN aclexplode(coalesce(function.proacl, acldefault('f', function.proowner))) AS granted
        WHERE function.pronamespace = 'c360'::regnamespace
          AND function.proname ~ '^(_|tg_)'
          AND granted.grantee <> function.proowner
        """
    )

    assert granted == []


def test_no_function_ties_itself_to_the_rows_of_one_tenant(db):
    tied = db.column(
        """
        SELECT function.oid::regprocedure::text
        FROM pg_proc AS function
        WHERE function.pronamespace IN ('c360'::regnamespace, 'c360_v1'::regnamespace)
          AND function.prosrc ~* 'cdp_[a-z_]+(\\.[a-z_]+)?%(ROW)?TYPE'
        """
    )

    assert tied == []


def test_every_raised_error_is_listed():
    known = _errors()

    unknown = {path: missing for path, text in _texts().items() if (missing := _raised(text) - set(known))}

    assert unknown == {}


def test_every_listed_error_is_raised_somewhere():
    raised = set().union(*(_raised(text) for text in _texts().values()))

    assert set(_errors()) - raised == set()


def test_the_header_of_a_function_names_the_errors_it_raises_itself():
    silent = {}
    for path, text in _texts().items():
        if not path.startswith("pg/procedures/") or path.endswith(".j2"):
            continue
        header = text.split("CREATE ", 1)[0]
        if missing := set(re.findall(r"ERRCODE = '(U[0-9]+)'", text)) - set(re.findall(r"U[0-9]+", header)):
            silent[path] = missing

    assert silent == {}
