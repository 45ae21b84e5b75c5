"""Attack: a temporary table of the caller's own, named like a table of the tenant that is not there.

Between an upgrade and the sync of a tenant not all its tables are there, and partitions go while somebody counts them.
"""

import pytest

TRAP = """
    CREATE TEMPORARY TABLE cdp_erasure_keys (key bytea, is_current boolean DEFAULT true UNIQUE);
    CREATE FUNCTION {den}.spring() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM {den}.steal(); RETURN new; END';
    CREATE TRIGGER spring BEFORE INSERT ON pg_temp.cdp_erasure_keys FOR EACH ROW EXECUTE FUNCTION {den}.spring();
    GRANT ALL ON pg_temp.cdp_erasure_keys TO PUBLIC;
    CREATE TEMPORARY VIEW cdp_behavioral_events_y2020m01 AS SELECT {den}.steal() AS raw_profile_id;
    GRANT SELECT ON pg_temp.cdp_behavioral_events_y2020m01 TO PUBLIC;
"""


@pytest.fixture
def half_synced(burglars):
    """The tenant of the burglar lacks a table, as between `c360 db install` and `c360 tenant sync`."""
    admin, table = burglars.admin, f"tenant_{burglars.mine}.cdp_erasure_keys"
    admin.execute(f"ALTER TABLE {table} RENAME TO not_there_yet")
    admin.execute(f"GRANT TEMPORARY ON DATABASE {admin.connection.info.dbname} TO PUBLIC")
    yield burglars
    admin.execute(f"REVOKE TEMPORARY ON DATABASE {admin.connection.info.dbname} FROM PUBLIC")
    admin.execute(f"ALTER TABLE tenant_{burglars.mine}.not_there_yet RENAME TO cdp_erasure_keys")


@pytest.mark.parametrize("right", ["reader", "writer", "admin"])
def test_a_temporary_table_stands_in_for_no_table_of_a_tenant(half_synced, right):
    with half_synced.enter(right) as burglar:
        burglar.build(TRAP)
        burglar.db.execute("SET default_transaction_isolation = 'repeatable read'")
        calls = [call for call in burglar.functions() if f"tenant_{burglar.mine}." in call]
        calls.append(f'SELECT tenant_{burglar.mine}.ingest(ARRAY[\'{{"type": "page", "userId": "u1"}}\']::jsonb[])')

        codes = {burglar.attempt(call) for call in calls}

        burglar.db.execute("DISCARD ALL")
        assert burglar.ran_as() <= {burglar.role}
        burglar.assert_empty_handed()
        assert "U4427" in codes


def test_other_temporary_tables_are_in_nobodys_way(burglars):
    burglars.admin.execute(f"GRANT TEMPORARY ON DATABASE {burglars.admin.connection.info.dbname} TO PUBLIC")
    with burglars.enter("reader") as burglar:
        burglar.db.execute("CREATE TEMPORARY TABLE chosen (id uuid)")

        assert burglar.attempt(f"SELECT tenant_{burglar.mine}.tenant_state()") is None

        burglar.db.execute("DISCARD ALL")
    burglars.admin.execute(f"REVOKE TEMPORARY ON DATABASE {burglars.admin.connection.info.dbname} FROM PUBLIC")
