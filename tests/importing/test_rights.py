"""An import borrows no rights: it reads as the caller, and writes only where the caller may."""

import pytest

from c360.governance import create_tenant


@pytest.fixture
def house(db):
    """Tenants acme and other; dba may act as their roles; crm.people is a table of dba that nobody else may read."""
    create_tenant(db.connection, "other")
    db.execute("CREATE SCHEMA crm")
    db.execute("CREATE TABLE crm.people (user_id text, secret text)")
    db.execute("INSERT INTO crm.people VALUES ('u1', 's1')")
    db.execute("GRANT USAGE ON SCHEMA crm TO c360_acme_writer, c360_acme_reader, c360_acme_admin")
    db.execute("SET LOCAL ROLE c360_owner")
    for tenant in ("acme", "other"):
        db.execute(f"GRANT c360_{tenant}_admin TO dba")
    db.execute("RESET ROLE")
    return db


def attempt(db, role, query, *parameters):
    import psycopg

    try:
        with db.connection.transaction(force_rollback=True):
            db.execute(f"SET LOCAL ROLE {role}")
            db.value(query, *parameters)
    except psycopg.Error as error:
        return error.sqlstate
    return None


def take(tenant):
    return f"SELECT tenant_{tenant}.import_raw_profiles('crm.people')"


def test_a_writer_imports_what_it_may_read_and_nothing_else(house):
    before = attempt(house, "c360_acme_writer", take("acme"))
    house.execute("GRANT SELECT ON crm.people TO c360_acme_writer")
    after = attempt(house, "c360_acme_writer", take("acme"))

    assert (before, after) == ("42501", None)


def test_the_right_to_some_columns_is_enough_for_these(house):
    house.execute("GRANT SELECT (user_id) ON crm.people TO c360_acme_writer")

    allowed = attempt(house, "c360_acme_writer", take("acme"))
    refused = attempt(
        house,
        "c360_acme_writer",
        "SELECT tenant_acme.import_raw_profiles('crm.people', '{\"secret\": \"traits.secret\"}')",
    )

    assert (allowed, refused) == (None, "42501")


@pytest.mark.parametrize(
    ("role", "tenant", "code"),
    [
        ("c360_acme_reader", "acme", "42501"),
        ("c360_acme_reader", "other", "42501"),
        ("c360_acme_writer", "other", "42501"),
        ("c360_acme_admin", "other", "42501"),
        ("c360_acme_admin", "nobody", "3F000"),
    ],
)
def test_nobody_imports_without_the_right_to_write_there(house, role, tenant, code):
    house.execute("GRANT SELECT ON crm.people TO c360_acme_reader")

    assert attempt(house, role, take(tenant)) == code


def test_code_in_a_view_runs_with_the_rights_of_the_caller(house):
    house.execute("CREATE TABLE crm.log (who text)")
    house.execute("GRANT INSERT, SELECT ON crm.log TO c360_acme_writer")
    house.execute(
        "CREATE FUNCTION crm.who() RETURNS text LANGUAGE sql "
        "AS 'INSERT INTO crm.log VALUES (current_user) RETURNING who'"
    )
    house.execute("CREATE VIEW crm.trap AS SELECT crm.who() AS user_id")
    house.execute("GRANT SELECT ON crm.trap TO c360_acme_writer")
    house.execute("SET LOCAL ROLE c360_acme_writer")

    house.value("SELECT tenant_acme.import_raw_profiles('crm.trap')")

    assert house.column("SELECT who FROM crm.log") == ["c360_acme_writer"]


@pytest.mark.parametrize("role", ["dba", "c360_owner"])
def test_customers_of_one_tenant_never_go_to_another_even_where_rights_would_allow_it(house, role):
    house.execute(
        "INSERT INTO tenant_other.cdp_raw_profiles (source, traits) VALUES ('web', '{\"email\": \"an@shop.vn\"}')"
    )
    customers = "SELECT tenant_acme.import_raw_profiles('tenant_other.cdp_raw_profiles', '{\"traits\": \"traits\"}')"

    assert attempt(house, role, customers) == "U1420"


def test_what_was_refused_is_shown_to_the_administrator_only(house):
    house.execute("GRANT SELECT ON crm.people TO c360_acme_writer")
    house.execute("INSERT INTO crm.people VALUES (NULL, NULL)")
    number = house.call("tenant_acme.import_raw_profiles", "crm.people")["import_id"]
    look = "SELECT content FROM tenant_acme.import_rejects(%s)"

    codes = {kind: attempt(house, f"c360_acme_{kind}", look, number) for kind in ("reader", "writer", "admin")}

    assert codes == {"reader": "42501", "writer": "42501", "admin": None}
    assert attempt(house, "c360_acme_reader", "SELECT content FROM tenant_acme.cdp_import_rejects") == "42501"
    assert attempt(house, "c360_acme_reader", "SELECT count(*) FROM tenant_acme.list_imports()") is None
