"""Attack: a schema with the name of a tenant, made before the tenant has one, with views of the attacker in it."""

import psycopg
import pytest

from support.session import Session

TRAPS = """
    CREATE FUNCTION {schema}.trap() RETURNS bigint LANGUAGE sql AS 'SELECT 1 FROM {den}.steal()';
    CREATE VIEW {schema}.cdp_resolution_queue AS SELECT {schema}.trap() AS raw_profile_id, now() AS enqueued_at;
    CREATE VIEW {schema}.cdp_resolution_failures AS SELECT now() AS retry_at, '1'::text AS code FROM {den}.steal();
    CREATE TABLE {schema}.cdp_imports ();
    GRANT USAGE ON SCHEMA {schema} TO PUBLIC;
    GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO PUBLIC;
"""


@pytest.fixture
def squatter(burglars):
    """A reader of a tenant who made the schema of one that is only registered."""
    with burglars.enter("reader") as burglar:
        name = f"sq_{burglar.mine[:20]}"
        database = burglars.admin.value("SELECT current_database()")
        burglars.admin.execute(f"GRANT CREATE ON DATABASE {database} TO {burglar.role}")
        burglar.db.execute(f"CREATE SCHEMA tenant_{name}")
        burglar.db.execute(TRAPS.format(schema=f"tenant_{name}", den=burglar.den))
        burglars.admin.execute("SELECT c360.register_tenant(%s)", name)
        yield burglar, name
        burglars.admin.execute(f"DROP SCHEMA tenant_{name} CASCADE")
        burglars.admin.execute("DELETE FROM c360.tenants WHERE tenant = %s", name)


def test_nothing_in_a_schema_of_somebody_else_is_run(squatter, server, module_database):
    burglar, name = squatter
    with psycopg.connect(server.dsn(module_database.name, "dba"), autocommit=True) as connection:
        owner = Session(connection)

        assert name not in owner.column("SELECT tenant FROM c360.tenants_with_work()")
        assert any("belongs to somebody else" in row["finding"] for row in owner.call_rows("c360.doctor"))
        for call in ("c360.identity_status(%s)", "c360.ingest(%s, '[]')", "c360.tenant_status(%s)"):
            with pytest.raises(psycopg.Error) as refused:
                owner.value(f"SELECT {call}", name)
            assert refused.value.sqlstate == "U4428"

    assert burglar.ran_as() == set()
