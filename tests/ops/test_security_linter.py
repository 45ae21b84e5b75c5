"""`c360 doctor --security`: silent on what c360 installs itself, and not on what lends rights."""

from contextlib import closing

import psycopg
import pytest

from c360.governance import create_tenant
from support.server import SUPERUSER
from support.session import Session


@pytest.fixture(scope="module")
def two_tenants(module_database):
    with psycopg.connect(module_database.dsn) as connection:
        create_tenant(connection, "globex")
    return module_database


@pytest.fixture
def admin(two_tenants):
    """A superuser, who can plant anything; everything is taken back."""
    with closing(psycopg.connect(two_tenants.dsn_as(SUPERUSER))) as connection:
        yield Session(connection)


def found(session):
    """What is found, without the burglars that tests of attacks make on the same server at the same time."""
    rows = session.call_rows("c360.doctor_security")
    return [(row["level"], row["subject"], row["finding"]) for row in rows if "burglar_" not in row["finding"]]


def test_an_installation_of_ours_with_two_tenants_is_clean(admin):
    assert found(admin) == []


@pytest.mark.parametrize(
    ("plant", "subject", "words"),
    [
        (
            "GRANT EXECUTE ON FUNCTION c360.profile TO c360_acme_reader",
            "functions",
            "c360_acme_reader may execute c360.profile",
        ),
        ("GRANT EXECUTE ON FUNCTION c360.profile TO PUBLIC", "functions", "PUBLIC may execute c360.profile"),
        (
            "REVOKE EXECUTE ON FUNCTION c360.fan_out FROM c360_relay",
            "functions",
            "c360_relay may not execute c360.fan_out",
        ),
        (
            "GRANT EXECUTE ON FUNCTION tenant_acme.profile TO c360_globex_reader",
            "functions",
            "gives it to c360_acme_reader",
        ),
        (
            "GRANT EXECUTE ON FUNCTION tenant_acme.ingest TO c360_acme_reader",
            "functions",
            "gives it to c360_acme_writer",
        ),
        ("GRANT EXECUTE ON FUNCTION tenant_acme.extract_identifiers TO PUBLIC", "functions", "gives it to nobody"),
        ("ALTER FUNCTION tenant_acme.profile RESET search_path", "functions", "search path of its caller"),
        (
            "CREATE FUNCTION tenant_acme.planted() RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
            "functions",
            "belongs to postgres",
        ),
        (
            "CREATE FUNCTION c360.run(p_query text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE p_query; END'",
            "functions",
            "made of its arguments",
        ),
        ("GRANT CREATE ON SCHEMA tenant_acme TO c360_acme_admin", "schemas", "c360_acme_admin has CREATE"),
        ("GRANT USAGE ON SCHEMA c360 TO PUBLIC", "schemas", "PUBLIC has USAGE"),
        ("CREATE SCHEMA tenant_stray", "schemas", "stands where a tenant would"),
        ("GRANT SELECT ON tenant_acme.cdp_profiles TO c360_globex_reader", "tables", "c360_globex_reader has SELECT"),
        ("GRANT SELECT (email) ON tenant_acme.cdp_master_profiles TO PUBLIC", "tables", "PUBLIC has SELECT"),
        ("GRANT UPDATE ON tenant_acme.cdp_master_profiles TO c360_acme_admin", "tables", "has UPDATE"),
        ("GRANT SELECT ON c360.api_keys TO c360_acme_admin", "tables", "c360.api_keys"),
        ("CREATE TABLE tenant_acme.planted ()", "tables", "belongs to postgres"),
        ("GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", "database", "TEMPORARY"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "database", "schema public"),
        ("ALTER ROLE c360_acme_reader SUPERUSER", "roles", "a superuser"),
        ("ALTER ROLE c360_acme_admin LOGIN", "roles", "allowed to log in"),
        ("ALTER ROLE c360_authenticator INHERIT", "roles", "inheriting the rights of every tenant"),
        ("GRANT c360_globex_reader TO c360_acme_reader", "roles", "is a member of c360_globex_reader"),
        ("GRANT c360_acme_reader TO c360_gateway", "roles", "is a member of c360_acme_reader"),
        ("GRANT pg_read_all_data TO c360_acme_reader", "roles", "is a member of pg_read_all_data"),
        ("GRANT c360_worker TO dba", "roles", "reaches every tenant"),
        ("ALTER ROLE dba SET crm.password = 'x'", "settings", "password"),
        ("ALTER ROLE dba SET crm.url = 'https://user:word@crm.example/'", "settings", "password"),
        ("CREATE EXTENSION dblink", "extensions", "dblink"),
    ],
)
def test_what_lends_rights_is_found(admin, plant, subject, words):
    admin.execute(plant.format(database=admin.connection.info.dbname))

    assert any(row[1] == subject and words in row[2] for row in found(admin)), found(admin)
