"""Attack: code of one's own that others are made to run: views, CHECK, DEFAULT, rules, triggers, index expressions.

The others are somebody with every right of the other tenant, and PostgreSQL, which analyses and vacuums as superuser.
"""

import psycopg
import pytest

from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load
from support.burglars import Burglars
from support.server import bare_server
from support.session import Session

BAIT = """
    CREATE VIEW {den}.offer AS SELECT {den}.steal_as_burglar() AS text;
    CREATE FUNCTION {den}.is_fine(text) RETURNS boolean LANGUAGE sql AS 'SELECT {den}.steal_as_burglar() IS NOT NULL';
    CREATE FUNCTION {den}.tg_fine() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        AS 'BEGIN PERFORM {den}.steal(); RETURN NEW; END';
    CREATE TABLE {den}.checked (text text CHECK ({den}.is_fine(text)));
    CREATE TABLE {den}.defaulted (number integer, text text DEFAULT {den}.steal_as_burglar());
    CREATE TABLE {den}.triggered (text text);
    CREATE TRIGGER triggered BEFORE INSERT ON {den}.triggered FOR EACH ROW EXECUTE FUNCTION {den}.tg_fine();
    CREATE TABLE {den}.ruled (text text);
    CREATE RULE ruled AS ON INSERT TO {den}.ruled DO INSTEAD SELECT {den}.steal_as_burglar();
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {den} TO PUBLIC;
"""
INDEXED = """
    CREATE FUNCTION {den}.fine_index(text) RETURNS text LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN RETURN $1; END';
    CREATE TABLE {den}.indexed (text text);
    INSERT INTO {den}.indexed SELECT number::text FROM generate_series(1, 100) AS number;
    CREATE INDEX ON {den}.indexed ({den}.fine_index(text));
    CREATE OR REPLACE FUNCTION {den}.fine_index(text) RETURNS text LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN IF $1 = ''1'' THEN PERFORM {den}.steal(); END IF; RETURN $1; END';
"""


@pytest.fixture(scope="module")
def victim(server, module_database, houses, burglars):
    """Somebody with every right of the other tenant."""
    role = f"victim_{houses['theirs']}"
    burglars.admin.execute(f"CREATE ROLE {role} LOGIN IN ROLE c360_{houses['theirs']}_admin")
    with psycopg.connect(server.dsn(module_database.name, role), autocommit=True) as connection:
        yield Session(connection)
    burglars.admin.execute(f"DROP ROLE {role}")


@pytest.fixture
def host(burglar):
    if burglar.db.value("SELECT to_regclass(%s)", f"{burglar.den}.offer") is None:
        burglar.build(BAIT)
        burglar.build(INDEXED)
    return burglar


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM {den}.offer",
        "INSERT INTO {den}.checked VALUES ('x')",
        "INSERT INTO {den}.defaulted VALUES (1)",
        "INSERT INTO {den}.triggered VALUES ('x')",
        "INSERT INTO {den}.ruled VALUES ('x')",
    ],
)
def test_what_somebody_of_the_other_tenant_is_made_to_run_has_the_rights_of_its_owner(host, victim, statement):
    victim.execute(statement.format(den=host.den))

    assert host.ran_as() == {host.role}
    host.assert_empty_handed()


@pytest.mark.parametrize("statement", ["ANALYZE {den}.indexed", "VACUUM {den}.indexed", "REINDEX TABLE {den}.indexed"])
def test_what_postgresql_runs_for_an_index_has_the_rights_of_its_owner(host, burglars, statement):
    burglars.admin.execute(statement.format(den=host.den))

    assert host.ran_as() <= {host.role}
    if not statement.startswith("VACUUM"):
        assert host.ran_as() == {host.role}
    host.assert_empty_handed()


@pytest.mark.slow
def test_autovacuum_finds_nothing_to_lend(wait_until):
    """The real thing, on a server whose launcher comes by every second."""
    with bare_server(None, "autovacuum_naptime=1s") as server:
        with server.admin() as admin:
            admin.execute("CREATE ROLE dba LOGIN CREATEROLE")
        server.create_database("shop")
        install(server.dsn("shop", "dba"), load())
        with psycopg.connect(server.dsn("shop", "dba")) as connection:
            create_tenant(connection, "mine")
            create_tenant(connection, "theirs")
        burglars = Burglars(server, "shop", "mine", "theirs")
        with burglars.enter("reader") as burglar:
            burglar.build(INDEXED)
            often = "autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0"
            burglar.db.execute(f"ALTER TABLE {burglar.den}.indexed SET ({often})")
            burglar.db.execute(f"TRUNCATE {burglar.den}.indexed, {burglar.den}.attempts")
            burglar.db.execute(f"INSERT INTO {burglar.den}.indexed SELECT '1' FROM generate_series(1, 1000)")
            burglars.admin.execute(f"TRUNCATE {burglar.den}.loot, {burglar.den}.attempts")

            wait_until(lambda: burglar.ran_as() != set())

            assert burglar.ran_as() == {burglar.role}
            burglar.assert_empty_handed()
        burglars.close()
