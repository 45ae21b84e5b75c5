"""Two tenants, each with a canary in everything they hold, and people who attack one of them with objects of their own.

house      a session that can act as any role of the tenants `mine` and `theirs`
burglars   login roles that hold a right of `mine`, or are a daemon's role, each with a schema of its own, where
           `steal()` tries everything against `theirs` with whatever rights it happens to run
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from c360.governance import create_tenant
from support.burglars import Burglar, Burglars
from support.session import Session

_numbers = itertools.count(1)


@dataclass
class House:
    """The database with the tenants `mine` and `theirs`."""

    db: Session
    mine: str
    theirs: str
    canary: str
    their_profile: str
    their_raw_profile: int

    @contextmanager
    def as_role(self, role: str) -> Iterator[None]:
        """SET LOCAL ROLE, as PostgREST does it for the role of a token."""
        self.db.execute(f"SET LOCAL ROLE {role}")
        try:
            yield
        finally:
            self.db.execute("RESET ROLE")

    def attempt(self, query: str, *parameters: object) -> tuple[str | None, str]:
        """SQLSTATE and answer as text; what a refused statement did is undone, what an accepted one did stays."""
        try:
            with self.db.connection.transaction():
                rows = self.db.rows(query, *parameters)
        except psycopg.Error as error:
            return error.sqlstate or "?", str(error)
        return None, str(rows)

    def contents_of_theirs(self) -> dict[str, str]:
        """A fingerprint of every row of the other tenant."""
        tables = self.db.column(
            "SELECT oid::regclass::text FROM pg_class"
            " WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' ORDER BY 1",
            f"tenant_{self.theirs}",
        )
        return {
            table: self.db.value(
                f"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t"
            )
            for table in tables
        }


def _fill(db: Session, tenant: str, canary: str) -> tuple[str, int]:
    s = f"tenant_{tenant}"
    raw = db.value(
        f"INSERT INTO {s}.cdp_raw_profiles (source, identifiers, traits)"
        " VALUES ('web', %s, %s) RETURNING raw_profile_id",
        {"user_id": canary},
        {"email": f"{canary}@shop.vn"},
    )
    profile = db.value(
        f"INSERT INTO {s}.cdp_master_profiles (master_profile_id, email, full_name, national_ids)"
        " VALUES (gen_random_uuid(), %s, %s, ARRAY[%s]) RETURNING master_profile_id",
        f"{canary}@shop.vn",
        canary,
        canary,
    )
    db.execute(f"INSERT INTO {s}.cdp_profile_metrics (master_profile_id) VALUES (%s)", profile)
    db.execute(
        f"INSERT INTO {s}.cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule)"
        " VALUES (%s, %s, %s, %s)",
        raw,
        profile,
        raw,
        canary,
    )
    db.execute(
        f"INSERT INTO {s}.cdp_raw_identifiers (identifier_type, value, raw_profile_id, is_usable)"
        " VALUES ('user_id', %s, %s, true)",
        canary,
        raw,
    )
    db.execute(
        f"INSERT INTO {s}.cdp_rejected_events (source, code, reason, payload) VALUES ('web', 'U1101', %s, %s)",
        canary,
        canary,
    )
    db.execute(
        f"INSERT INTO {s}.cdp_profile_history (master_profile_id, version, change, profile, valid_from)"
        " VALUES (%s, 1, 'created', %s, now())",
        profile,
        {"email": canary},
    )
    return profile, raw


@pytest.fixture(scope="module")
def houses(module_database) -> dict[str, Any]:
    """The two tenants, made once for all tests: what House says of them."""
    mine, theirs = (f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_p{next(_numbers)}" for _ in "ab")
    canary = "canary0f7heirs"
    with psycopg.connect(module_database.dsn) as connection:
        db = Session(connection)
        create_tenant(connection, mine)
        create_tenant(connection, theirs, display_name=canary)
        _fill(db, mine, "mine0nly")
        profile, raw = _fill(db, theirs, canary)
    return {"mine": mine, "theirs": theirs, "canary": canary, "their_profile": profile, "their_raw_profile": raw}


@pytest.fixture
def house(module_database, houses) -> Iterator[House]:
    with closing(psycopg.connect(module_database.dsn, application_name="test")) as connection:
        db = Session(connection)
        db.execute("SET LOCAL ROLE c360_owner")
        for tenant in (houses["mine"], houses["theirs"]):
            db.execute(f"GRANT c360_{tenant}_admin TO dba")
        db.execute("GRANT c360_gateway TO dba")
        db.execute("RESET ROLE")
        yield House(db, **houses)


@pytest.fixture(scope="module")
def burglars(server, module_database, houses) -> Iterator[Burglars]:
    made = Burglars(server, module_database.name, houses["mine"], houses["theirs"])
    yield made
    made.close()


@pytest.fixture(params=["reader", "writer", "admin", "gateway", "relay", "authenticator"])
def burglar(request, burglars) -> Iterator[Burglar]:
    """Somebody with one right. What they tried is forgotten before, and what they got is looked at after, each test."""
    with burglars.enter(request.param) as burglar:
        yield burglar
