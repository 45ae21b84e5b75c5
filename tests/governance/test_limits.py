"""How much metadata a tenant may have, and that as much as it may have works."""

import psycopg
import pytest

from c360.governance import sync_tenant


def refused(db, query, *values):
    with pytest.raises(psycopg.Error) as error, db.connection.transaction():
        db.execute(query, *values)
    return error.value.sqlstate


@pytest.mark.slow
def test_fifteen_hundred_attributes_work(tenant):
    db, name = tenant.db, tenant.name
    db.execute(
        "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths)"
        " SELECT %s, 'custom_' || number, 'text', ARRAY['custom.c' || number]"
        " FROM generate_series(1, 1500 - (SELECT count(*) FROM c360.profile_attributes WHERE tenant = %s)) AS number",
        name,
        name,
    )
    sync_tenant(db.connection, name)
    customs = {f"c{number}": f"value {number}" for number in range(1, 401)}
    db.call(
        "c360.ingest", name, [{"type": "identify", "userId": "u1", "messageId": "m1", "traits": {"custom": customs}}]
    )

    counts = db.call("c360.resolve_identities", name)
    profile = db.call("c360.profile", name, "user_id", "u1")

    assert (counts["created"], counts["failed"]) == (1, 0)
    assert {key: value for key, value in profile.items() if key.startswith("custom_")} == {
        f"custom_{number}": f"value {number}" for number in range(1, 401)
    }
    columns = "tenant, attribute, data_type, trait_paths"
    too_many = f"INSERT INTO c360.profile_attributes ({columns}) VALUES (%s, 'more', 'text', '{{x}}')"
    assert refused(db, too_many, name) == "U4419"


def test_a_golden_record_too_large_for_a_row_is_told_and_holds_nobody_up(tenant):
    db, name = tenant.db, tenant.name
    db.execute(
        "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths)"
        " SELECT %s, 'custom_' || number, 'text', ARRAY['custom.c' || number] FROM generate_series(1, 600) AS number",
        name,
    )
    sync_tenant(db.connection, name)
    for user, many in (("u1", 600), ("u2", 400)):
        customs = {f"c{number}": f"a value of no. {number}" for number in range(1, many + 1)}
        sent = {"type": "identify", "userId": user, "messageId": user, "traits": {"custom": customs}}
        db.call("c360.ingest", name, [sent])

    counts = db.call("c360.resolve_identities", name)

    assert (counts["created"], counts["failed"]) == (1, 1)
    assert db.call("c360.profile", name, "user_id", "u2")["custom_400"] == "a value of no. 400"
    assert "row is too big" in db.value(f"SELECT reason FROM {tenant.schema}.cdp_resolution_failures")


@pytest.mark.parametrize(
    ("table", "insert"),
    [
        ("blocked_values", "(tenant, identifier_type, pattern, reason) SELECT %s, 'email', 'x' || n, 'test'"),
        ("identifier_types", "(tenant, identifier_type) SELECT %s, 'type_' || n"),
        (
            "subscriptions",
            "(tenant, subscription_id, name, url) SELECT %s, gen_random_uuid(), 'hook' || n, 'https://shop.example/'",
        ),
        (
            "match_rules",
            "(tenant, rule, kind, definition) SELECT %s, 'rule_' || n, 'composite',"
            """ '{"all": [{"attribute": "date_of_birth", "compare": "exact"}]}'""",
        ),
    ],
)
def test_a_tenant_may_have_so_many_rows_and_no_more(tenant, table, insert):
    db = tenant.db
    most = db.value("SELECT most FROM c360._metadata_limits() WHERE table_name = %s", table)
    have = db.value(f"SELECT count(*) FROM c360.{table} WHERE tenant = %s", tenant.name)
    rows = f"INSERT INTO c360.{table} {insert} FROM generate_series(%s::integer, %s::integer) AS n"

    db.execute(rows, tenant.name, 1, most - have)

    assert refused(db, rows, tenant.name, 9999, 9999) == "U4419"


@pytest.mark.parametrize("pattern", ["x" * 201, "a{100}", "(a{1,200}){1,200}", "a{,999}"])
def test_a_pattern_that_could_run_for_long_is_refused(tenant, pattern):
    insert = "INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason) VALUES (%s, 'email', %s, 'x')"

    assert refused(tenant.db, insert, tenant.name, pattern) in {"23514", "2201B"}


def test_a_rule_with_too_many_conditions_is_refused(tenant):
    many = {"all": [{"attribute": "date_of_birth", "compare": "exact"}] * 21}

    with pytest.raises(psycopg.Error) as error:
        tenant.db.call("c360.set_match_rule", tenant.name, "many", "composite", many)

    assert error.value.sqlstate == "U4416"


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("cdp_master_profiles", "full_name", "pg_catalog.int4"),
        ("cdp_master_profiles", "full_name", "regclass"),
        ("cdp_master_profiles", "no_such_column", "integer"),
        ("cdp_raw_profiles", "traits", None),
    ],
)
def test_values_are_counted_as_types_of_attributes_only(tenant, table, column, kind):
    with pytest.raises(psycopg.Error) as error:
        tenant.db.call("c360.count_values", tenant.name, table, column, kind)

    assert error.value.sqlstate == "U4420"
