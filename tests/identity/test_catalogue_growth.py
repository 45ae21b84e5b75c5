"""The resolver makes no tables: the system catalogue does not grow with the number of batches.

Hundreds of batches are enough to see it, because every row ever written to the catalogue counts, deleted ones too.
C360_MANY_BATCHES=10000 does as many as a day of a small tenant has.
"""

from __future__ import annotations

import os

import psycopg
import pytest

BATCHES = int(os.environ.get("C360_MANY_BATCHES", "300"))


@pytest.fixture
def superuser(server, database):
    with psycopg.connect(server.dsn(database.name), autocommit=True) as connection:
        connection.execute("SET search_path = tenant_acme, pg_catalog")
        yield connection


def resolve_one(connection, number: int) -> None:
    """One observation in a batch of its own: new, known, or one that two people contest."""
    person = number // 3
    connection.execute(
        """
        INSERT INTO cdp_raw_profiles (source, identifiers, traits)
        VALUES (
            'web',
            jsonb_build_object('user_id', 'u' || %s::text),
            jsonb_build_object('email', 'p' || %s::text || '@mail.test', 'n', %s::integer)
        )
        """,
        [person if number % 3 else f"other{person}", person, number],
    )
    connection.execute("SELECT c360.resolve_identities('acme', 1)")


def written(connection) -> dict[str, tuple[int, int]]:
    """Rows ever written to each catalogue table, and rows there are."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    return {
        table: connection.execute(
            f"SELECT n_tup_ins, (SELECT count(*) FROM {table}) FROM pg_stat_sys_tables WHERE relname = %s", [table]
        ).fetchone()
        for table in ("pg_class", "pg_attribute", "pg_type", "pg_depend")
    }


@pytest.mark.slow
def test_the_catalogue_does_not_grow_with_batches(superuser):
    for number in range(12):  # enough for every kind of observation, and for kept plans
        resolve_one(superuser, number)
    before = written(superuser)

    for number in range(12, 12 + BATCHES):
        resolve_one(superuser, number)

    assert superuser.execute("SELECT count(*) FROM cdp_profile_links").fetchone()[0] == 12 + BATCHES
    assert written(superuser) == before
