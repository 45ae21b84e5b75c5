"""Templates can neither carry SQL in their holes nor say what they may not say."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.domain.tenants import DataType
from c360.governance.columns import column_changes
from c360.governance.state import TenantState
from c360.templates import TemplateRejected, render_migrations, render_repeatables, render_text, view_columns
from c360.templates.environment import ident, literal
from templates.tenants import HOSTILE, PLAIN

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@pytest.mark.parametrize(
    "template",
    [
        "COMMENT ON SCHEMA tenant_plain IS '{{ tenant.display_name }}';",
        "COMMENT ON SCHEMA {{ tenant.schema_name }} IS 'x';",
        "COMMENT ON SCHEMA {{ 'tenant_' ~ tenant.slug | ident }} IS 'x';",
        "COMMENT ON SCHEMA {{ ('tenant_' + tenant.slug) | ident }} IS 'x';",
        "COMMENT ON SCHEMA {{ 'tenant_%s' % tenant.slug | ident }} IS 'x';",
        "COMMENT ON SCHEMA {{ tenant.schema_name | safe }} IS 'x';",
        "COMMENT ON SCHEMA {{ tenant.nothing | ident }} IS 'x';",
        "COMMENT ON SCHEMA {{ tenant.nothing }} IS 'x';",
        "{% for a in tenant.attributes %}COMMENT ON SCHEMA {{ a }} IS 'x';{% endfor %}",
        "{{ lipsum() }}",
        "{% include 'migrations/0001_tables.sql.j2' %}",
    ],
)
def test_a_hole_without_filter_or_value_stops_the_rendering(template):
    with pytest.raises(TemplateRejected):
        render_text(template, PLAIN)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1;",
        "DO $$ BEGIN END $$;",
        "DROP SCHEMA tenant_plain;",
        "DROP TABLE tenant_plain.cdp_master_profiles;",
        "DROP VIEW tenant_plain.cdp_profiles CASCADE;",
        "DROP VIEW tenant_other.cdp_profiles;",
        "DROP VIEW cdp_profiles;",
        "CREATE SCHEMA tenant_other;",
        "CREATE SCHEMA tenant_plain AUTHORIZATION postgres;",
        "CREATE TABLE loose (id int);",
        "CREATE TABLE c360.mine (id int);",
        "CREATE TABLE tenant_other.mine (id int);",
        "CREATE TABLE tenant_plain.t (id int REFERENCES c360.tenants);",
        "CREATE TABLE tenant_plain.t PARTITION OF tenant_other.p DEFAULT;",
        "CREATE INDEX ON tenant_other.t (id);",
        "CREATE VIEW tenant_plain.v AS SELECT * FROM c360.api_keys;",
        "CREATE VIEW tenant_plain.v AS SELECT * FROM tenant_other.cdp_profiles;",
        "CREATE VIEW tenant_plain.v AS SELECT * FROM cdp_profiles;",
        "CREATE VIEW tenant_plain.v AS SELECT * FROM pg_catalog.pg_authid;",
        "CREATE VIEW tenant_plain.v AS SELECT (SELECT max(id) FROM tenant_other.t);",
        "CREATE VIEW tenant_plain.v AS SELECT tenant_other.f();",
        "CREATE VIEW tenant_plain.v AS SELECT public.f();",
        "ALTER TABLE tenant_other.t ADD COLUMN x int;",
        "ALTER TABLE tenant_plain.t OWNER TO postgres;",
        "ALTER TABLE tenant_plain.t DISABLE ROW LEVEL SECURITY;",
        "COMMENT ON TABLE tenant_other.t IS 'x';",
        "COMMENT ON ROLE postgres IS 'x';",
        "COMMENT ON COLUMN tenant_other.t.c IS 'x';",
        "GRANT SELECT ON tenant_plain.t TO PUBLIC;",
        "GRANT SELECT ON tenant_plain.t TO postgres;",
        "GRANT SELECT ON tenant_plain.t TO c360_other_reader;",
        "GRANT SELECT ON tenant_other.t TO c360_plain_reader;",
        "GRANT SELECT ON ALL TABLES IN SCHEMA c360 TO c360_plain_reader;",
        "GRANT c360_owner TO c360_plain_admin;",
        "ALTER ROLE c360_plain_admin SUPERUSER;",
        "SET search_path = tenant_other;",
        "COPY tenant_plain.t TO PROGRAM 'sh';",
        "CREATE FUNCTION c360.f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "CREATE FUNCTION tenant_plain.f() RETURNS int LANGUAGE plpython3u AS 'return 1';",
        "CREATE FUNCTION tenant_plain.f() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN 1; END';",
        "CREATE FUNCTION tenant_plain.f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; EN';",
        "CREATE FUNCTION tenant_plain.f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN tenant_other.g(); END';",
        "CREATE TRIGGER t AFTER INSERT ON tenant_plain.t EXECUTE FUNCTION tenant_other.f();",
        "CREATE TRIGGER t AFTER INSERT ON tenant_other.t EXECUTE FUNCTION tenant_plain.f();",
        "CREATE TABLE tenant_plain.t (id int",
    ],
)
def test_sql_a_tenant_template_may_not_say_is_rejected(sql):
    with pytest.raises(TemplateRejected) as rejected:
        render_text(sql, PLAIN)

    assert rejected.value.code == "U4411"


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW tenant_plain.v AS WITH w AS (SELECT 1 AS a) SELECT a, count(*) AS n FROM w GROUP BY a;",
        "CREATE OR REPLACE FUNCTION tenant_plain.f(p bigint[]) RETURNS TABLE (x int) LANGUAGE plpgsql"
        " SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        " AS $$ BEGIN RETURN QUERY SELECT 1; END $$;",
        "COMMENT ON FUNCTION tenant_plain.f(bigint[]) IS 'x';",
        "CREATE OR REPLACE TRIGGER t AFTER INSERT ON tenant_plain.t REFERENCING NEW TABLE AS n"
        " FOR EACH STATEMENT EXECUTE FUNCTION tenant_plain.f();",
        "DROP FUNCTION IF EXISTS tenant_plain.f(bigint[]);",
        "DROP TRIGGER IF EXISTS t ON tenant_plain.t;",
        "ALTER TABLE tenant_plain.t ADD CONSTRAINT t_c_check CHECK (c > 0) NOT VALID;",
        "REVOKE ALL ON FUNCTION tenant_plain.f(bigint[]) FROM PUBLIC;",
        "GRANT SELECT ON tenant_plain.v TO c360_plain_reader;",
        "{% macro column(name) %}{{ name | ident }} int{% endmacro %}"
        "CREATE TABLE tenant_plain.t ({{ column('order') }});",
    ],
)
def test_what_a_tenant_template_needs_is_allowed(sql):
    assert render_text(sql, PLAIN)


def test_a_rejection_says_which_template_and_where():
    with pytest.raises(TemplateRejected) as rejected:
        render_text("COMMENT ON SCHEMA tenant_plain IS 'x';\n\nSELECT 1;", PLAIN, "repeatable/mine.sql.j2")

    assert "repeatable/mine.sql.j2, SQL line 3" in rejected.value.message


@pytest.mark.parametrize("name", ["", "x" * 64, "a\nb", "a\0b", "a$b", None, 7])
def test_what_cannot_be_a_name_is_refused(name):
    with pytest.raises(TemplateRejected):
        ident(name)


@pytest.mark.parametrize("value", [b"x", float("inf"), {"a": 1}, [1], "a\0b", ["a\0b"]])
def test_what_cannot_be_a_literal_is_refused(value):
    with pytest.raises(TemplateRejected):
        literal(value)


def test_data_types_pass_as_they_stand():
    assert [ident(data_type) for data_type in DataType] == [data_type.value for data_type in DataType]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY_TEXT)
def test_a_literal_comes_back_from_the_database_as_it_was(db, text):
    sql = literal(text)

    assert db.value(f"SELECT {sql}") == text
    assert "\n" not in sql
    assert "$" not in sql


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(ANY_TEXT, max_size=4))
def test_a_list_comes_back_from_the_database_as_it_was(db, texts):
    assert db.value(f"SELECT {literal(texts)}") == texts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(
        st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="$\\"), min_size=1, max_size=15
    )
)
def test_a_name_comes_back_from_the_database_as_it_was(db, name):
    assert db.connection.execute(f"SELECT 1 AS {ident(name)}").description[0].name == name


def test_view_columns_are_read_as_postgresql_names_them():
    sql = 'CREATE VIEW v AS SELECT a.b, a."C d", count(*) AS n FROM a; CREATE VIEW w AS SELECT count(*) FROM a;'

    assert view_columns(sql) == {"v": ("b", "C d", "n"), "w": None}


def test_hostile_metadata_run_as_harmless_sql(db):
    for rendered in render_migrations(HOSTILE):
        db.execute(rendered.sql)
    for change in column_changes(HOSTILE, TenantState()):
        for statement in change.statements:
            db.execute(statement)
    db.call("c360.register_tenant", HOSTILE.slug)
    db.call("c360._renew_tenant_functions", HOSTILE.slug)
    for rendered in render_repeatables(HOSTILE):
        db.execute(rendered.sql)

    described = HOSTILE.described_attributes[0]
    assert db.value("SELECT to_regnamespace('c360')") is not None
    comment = db.value(
        "SELECT col_description(attrelid, attnum) FROM pg_attribute"
        " WHERE attrelid = 'tenant_select_2.cdp_profiles'::regclass AND attname = %s",
        described.name,
    )
    assert comment == described.description
