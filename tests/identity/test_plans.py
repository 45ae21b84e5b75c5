"""The statements of the resolver keep their plans while tables grow, whatever the statistics say.

The tables are filled past 50,000 rows and never analysed; the session has planned while they were empty.
"""

from __future__ import annotations

import psycopg
import pytest

MANY = 50_000
LARGE = (
    "cdp_raw_profiles",
    "cdp_raw_identifiers",
    "cdp_profile_links",
    "cdp_standard_profiles",
    "cdp_master_profiles",
    "cdp_profile_metrics",
    "cdp_profile_history",
    "cdp_activity",
)


@pytest.fixture
def superuser(server, database):
    with psycopg.connect(server.dsn(database.name), autocommit=True) as connection:
        connection.execute("SET search_path = tenant_acme, pg_catalog")
        yield connection


def observe(connection, first: int, count: int) -> None:
    """Observations of persons number first and following: user id, e-mail address and a city of their own."""
    connection.execute(
        """
        INSERT INTO cdp_raw_profiles (source, identifiers, traits)
        SELECT 'web', jsonb_build_object('user_id', 'u' || n),
            jsonb_build_object('email', 'person' || n || '@mail.test', 'city', 'City ' || n + 1)
        FROM generate_series(%s::integer, %s::integer) AS n
        """,
        [first, first + count - 1],
    )


def resolve(connection, batch: int) -> dict[str, int]:
    return connection.execute("SELECT c360.resolve_identities('acme', %s)", [batch]).fetchone()[0]


def fill(connection) -> None:
    """Many resolved persons u1 .. uN, written directly."""
    with connection.transaction():
        connection.execute("SET LOCAL c360.internal_write = 'on'")
        connection.execute(
            f"""
            CREATE TEMPORARY TABLE person ON COMMIT DROP AS
            SELECT n, gen_random_uuid() AS id FROM generate_series(1, {MANY}) AS n;

            INSERT INTO cdp_raw_profiles (raw_profile_id, source, identifiers, traits) OVERRIDING SYSTEM VALUE
            SELECT 1000000 + n, 'web', jsonb_build_object('user_id', 'u' || n), jsonb_build_object('city', 'City ' || n)
            FROM person;

            INSERT INTO cdp_raw_identifiers (identifier_type, value, raw_profile_id, is_usable)
            SELECT 'user_id', 'u' || n, 1000000 + n, true FROM person;

            INSERT INTO cdp_activity (raw_profile_id, event_name, first_at, last_at, event_count)
            SELECT 1000000 + n, 'identify', now(), now(), 1 FROM person;

            INSERT INTO cdp_master_profiles (master_profile_id, founding_raw_profile_id, version)
            SELECT id, 1000000 + n, 1 FROM person;

            INSERT INTO cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule)
            SELECT 1000000 + n, id, 1000000 + n, 'new' FROM person;

            INSERT INTO cdp_standard_profiles (raw_profile_id, attributes)
            SELECT 1000000 + n, jsonb_build_object('city', 'City ' || n) FROM person;

            INSERT INTO cdp_profile_metrics (master_profile_id) SELECT id FROM person;

            INSERT INTO cdp_profile_history (master_profile_id, version, change, profile, valid_from)
            SELECT id, 1, 'created', '{{}}', now() FROM person;
            """
        )


def sequential_scans(connection) -> dict[str, int]:
    rows = connection.execute(
        """
        SELECT relation.relname, pg_stat_get_xact_numscans(relation.oid)
        FROM pg_class AS relation
        WHERE relation.relnamespace = 'tenant_acme'::regnamespace
          AND relation.relname = ANY (%s)
        """,
        [list(LARGE)],
    ).fetchall()
    return {name: scans for name, scans in rows if scans}


def most_read(connection) -> int:
    """Entries read from the index that was read most."""
    return connection.execute(
        """
        SELECT max(pg_stat_get_xact_tuples_returned(index.indexrelid))
        FROM pg_index AS index
        JOIN pg_class AS relation ON relation.oid = index.indrelid
        WHERE relation.relnamespace = 'tenant_acme'::regnamespace
        """
    ).fetchone()[0]


@pytest.mark.parametrize("count", [1, 500])
def test_a_batch_reads_rows_of_its_own_whatever_the_size_of_the_tables(superuser, count):
    for warm in range(8):  # enough for kept plans
        observe(superuser, 900_000 + warm * count, count)
        resolve(superuser, 10_000)
    fill(superuser)
    observe(superuser, 1000, count)
    observe(superuser, 800_000, count)

    with superuser.transaction():
        counts = resolve(superuser, 10_000)
        scans, read = sequential_scans(superuser), most_read(superuser)

    assert (counts["created"], counts["updated"]) == (count, count)
    assert scans == {}
    assert 0 < read <= 40 * count + 100
