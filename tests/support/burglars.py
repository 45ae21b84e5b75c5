"""People with one right who attack another tenant with objects of their own: functions, views, types, triggers.

Each has a schema, `den`, and in it steal(): a function that tries every way into the other tenant with whatever rights
it happens to run, writes what it got into `loot` and what it was refused into `attempts`, with the role it ran as.
steal_as_burglar() is the same with SECURITY DEFINER, so that somebody else may be made to run it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from support.server import TestServer
from support.session import Session

_numbers = itertools.count(1)

# What steal() tries, with {theirs} and {me}. Answers of SELECT are loot; for the others having succeeded is.
WAYS_IN = (
    "SELECT full_name FROM tenant_{theirs}.cdp_master_profiles LIMIT 1",
    "SELECT traits::text FROM tenant_{theirs}.cdp_raw_profiles LIMIT 1",
    "SELECT tenant_{theirs}.profile('user_id', 'x')::text",
    "SELECT tenant_{theirs}.tenant_metadata()::text",
    "SELECT c360.tenant_metadata('{theirs}')::text",
    "SELECT c360.profile('{theirs}', 'user_id', 'x')::text",
    "SELECT c360.recent_events('{theirs}')::text",
    'SELECT c360.ingest(\'{theirs}\', \'[{{"type": "page", "userId": "u1"}}]\')::text',
    'SELECT tenant_{theirs}.ingest(\'[{{"type": "page", "userId": "u1"}}]\')::text',
    "SELECT c360.create_api_key('{theirs}', 'stolen', 'secret', 'web', sha256('x'), 'x')::text",
    "SELECT tenant_{theirs}.create_api_key('stolen', 'secret', 'web', sha256('x'), 'x')::text",
    "SELECT c360.count_values('{theirs}', 'cdp_master_profiles', 'full_name')::text",
    "SELECT c360.suspend_tenant('{theirs}')::text",
    "SELECT tenant FROM c360.tenants LIMIT 1",
    "SELECT key_prefix FROM c360.api_keys LIMIT 1",
    "INSERT INTO tenant_{theirs}.cdp_raw_profiles (source, traits) VALUES ('web', '{{}}')",
    "UPDATE tenant_{theirs}.cdp_master_profiles SET full_name = 'stolen'",
    "INSERT INTO c360.function_rights VALUES ('c360', 'profile', 'gateway')",
    "GRANT c360_owner TO {me}",
    "GRANT c360_{theirs}_admin TO {me}",
    "GRANT SELECT ON tenant_{theirs}.cdp_master_profiles TO PUBLIC",
    "ALTER ROLE {me} SUPERUSER",
    "SET ROLE c360_owner",
    "SET ROLE c360_{theirs}_admin",
    "SET SESSION AUTHORIZATION c360_owner",
    "CREATE FUNCTION c360.planted() RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
    "CREATE TABLE tenant_{theirs}.planted ()",
)

_DEN = """
    CREATE TABLE {den}.loot (way text, ran_as text, got text);
    CREATE TABLE {den}.attempts (way text, ran_as text, code text);
    GRANT USAGE ON SCHEMA {den} TO PUBLIC;
    GRANT INSERT ON {den}.loot, {den}.attempts TO PUBLIC;

    CREATE FUNCTION {den}.steal() RETURNS text LANGUAGE plpgsql AS $steal$
    DECLARE
        v_way text;
        v_got text;
    BEGIN
        FOREACH v_way IN ARRAY ARRAY[{ways}] LOOP
            BEGIN
                v_got := 'done';
                IF v_way LIKE 'SELECT%' THEN
                    EXECUTE v_way INTO v_got;
                ELSE
                    EXECUTE v_way;
                END IF;
                INSERT INTO {den}.loot VALUES (v_way, current_user, v_got);
            EXCEPTION
                WHEN OTHERS THEN
                    INSERT INTO {den}.attempts VALUES (v_way, current_user, SQLSTATE);
            END;
        END LOOP;
        RETURN 'stolen';
    END;
    $steal$;

    CREATE FUNCTION {den}.steal_as_burglar() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT {den}.steal()';
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {den} TO PUBLIC;
"""


@dataclass
class Burglar:
    """One attacker, logged in, in autocommit mode."""

    right: str
    role: str
    den: str
    mine: str
    theirs: str
    db: Session
    others: Burglars

    def attempt(self, query: str, *parameters: object) -> str | None:
        """Run a statement; the SQLSTATE it was refused with, or None."""
        try:
            self.db.execute(query, *parameters)
        except psycopg.Error as error:
            return error.sqlstate
        return None

    def build(self, definitions: str) -> None:
        """Make objects in the den; {den} stands for the schema."""
        self.db.execute(definitions.replace("{den}", self.den))

    def functions(self) -> list[str]:
        """A call of every function the burglar may execute, each argument aimed at the other tenant.

        Not those of the relay, which serve all tenants: tests/relay attacks them.
        """
        return [] if self.right == "relay" else list(_calls(self))

    def ran_as(self) -> set[str]:
        """The roles that steal() was run as."""
        query = f"SELECT ran_as FROM {self.den}.attempts UNION SELECT ran_as FROM {self.den}.loot"
        return set(self.others.admin.column(query))

    def assert_empty_handed(self) -> None:
        """Nothing was taken, nothing of the other tenant and of the rights has changed."""
        assert self.others.admin.rows(f"SELECT way, ran_as, got FROM {self.den}.loot") == []
        assert self.others.state() == self.others.before


class Burglars:
    """Makes them, one for each right, and looks at what they may not change."""

    def __init__(self, server: TestServer, database: str, mine: str, theirs: str) -> None:
        self._server = server
        self._database = database
        self.mine = mine
        self.theirs = theirs
        self.admin = Session(server.admin(database))
        self._made: dict[str, Burglar] = {}
        self.before: dict[str, str] = {}

    @contextmanager
    def enter(self, right: str) -> Iterator[Burglar]:
        """The burglar with that right; forgets what was tried before."""
        if right not in self._made:
            self._made[right] = self._make(right)
        burglar = self._made[right]
        self.admin.execute(f"TRUNCATE {burglar.den}.loot, {burglar.den}.attempts")
        self.before = self.state()
        yield burglar
        burglar.db.execute("RESET ALL")

    def state(self) -> dict[str, str]:
        """Every row of the other tenant, what is shared by all, and every right in the database."""
        own = self.admin.column(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)",
            f"tenant_{self.theirs}",
        )
        governed = self.admin.column(
            "SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class AS relation ON relation.oid = attrelid"
            " WHERE relnamespace = 'c360'::regnamespace AND relkind = 'r' AND attname = 'tenant'"
        )
        shared = ["c360.function_rights", "c360.migrations", "c360.repeatables", "c360.topics"]
        wanted = dict.fromkeys(own + shared, "true") | dict.fromkeys(governed, f"tenant = '{self.theirs}'")
        # Roles belong to the server, on which other tests make theirs: only those that would be worth something.
        worth = f"~ '^(c360_owner|c360_worker|postgres|burglar_{self.mine}_.*|c360_{self.theirs}_.*)$'"
        wanted |= {
            "pg_auth_members": f"roleid::regrole::text {worth}",
            "pg_roles": f"rolname {worth}",
            "pg_proc": "pronamespace::regnamespace::text IN ('c360', 'c360_v1')",
            "pg_namespace": f"nspname IN ('c360', 'c360_v1', 'tenant_{self.theirs}')",
        }
        query = " UNION ALL ".join(
            f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
            f" FROM {table} t WHERE {condition}"
            for table, condition in wanted.items()
        )
        return dict(self.admin.rows(query))

    def close(self) -> None:
        for burglar in self._made.values():
            burglar.db.close()
            self.admin.execute(f"DROP SCHEMA {burglar.den} CASCADE")
            self.admin.execute(f"DROP OWNED BY {burglar.role}")
            self.admin.execute(f"DROP ROLE {burglar.role}")
        self.admin.close()

    def _make(self, right: str) -> Burglar:
        role = f"burglar_{self.mine}_{next(_numbers)}"
        granted = f"c360_{self.mine}_{right}" if right in {"reader", "writer", "admin"} else f"c360_{right}"
        inherit = " WITH INHERIT TRUE, SET TRUE" if right != "authenticator" else " WITH INHERIT FALSE, SET FALSE"
        self.admin.execute(f"CREATE ROLE {role} LOGIN")
        self.admin.execute(f"GRANT {granted} TO {role}{inherit}")
        den = f"den_{role}"
        self.admin.execute(f"CREATE SCHEMA {den} AUTHORIZATION {role}")
        connection = psycopg.connect(self._server.dsn(self._database, role), autocommit=True)
        burglar = Burglar(right, role, den, self.mine, self.theirs, Session(connection), self)
        ways = (way.format(theirs=self.theirs, me=role) for way in WAYS_IN)
        burglar.db.execute(_DEN.format(den=den, ways=", ".join("'" + way.replace("'", "''") + "'" for way in ways)))
        return burglar


def _calls(burglar: Burglar) -> Iterator[str]:
    functions = burglar.db.records(
        """
        SELECT
            format('%%I.%%I', schema.nspname, function.proname) AS name,
            ARRAY(SELECT format_type(kind, NULL) FROM unnest(function.proargtypes) AS kind) AS types
        FROM pg_proc AS function
        JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
        WHERE schema.nspname = ANY (%s)
          AND function.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
          AND function.prokind = 'f'
          AND has_schema_privilege(schema.oid, 'USAGE')
          AND has_function_privilege(function.oid, 'EXECUTE')
        ORDER BY 1
        """,
        ["c360", "c360_v1", f"tenant_{burglar.mine}"],
    )
    event = json.dumps({"type": "track", "event": "Break In", "userId": "u1", "messageId": "m1"})
    values = {
        "text": f"'{burglar.theirs}'",
        "name": f"'tenant_{burglar.theirs}'",
        "uuid": "'00000000-0000-7000-8000-000000000000'",
        "uuid[]": "'{00000000-0000-7000-8000-000000000000}'",
        "jsonb": f"'{event}'",
        "json": f"'{event}'",
        "jsonb[]": f"ARRAY['{event}']::jsonb[]",
        "bytea": f"'\\x{hashlib.sha256(b'x').hexdigest()}'",
        "interval": "'1 day'",
        "boolean": "true",
        "regclass": f"'{burglar.den}.bait'",
        "pg_snapshot": "'10:20:'",
    }
    for function in functions:
        arguments = []
        for kind in function["types"]:
            value = values.get(kind, "'{}'" if kind.endswith("[]") else "1")
            if kind.startswith("timestamp"):
                value = "'2026-01-01 00:00Z'"
            cast = "text" if kind == "anyelement" else kind
            arguments.append(f"{value}::{cast}")
        yield f"SELECT * FROM {function['name']}({', '.join(arguments)})"
