"""The statements of the resolver keep their plans while tables grow, whatever the statistics say.

The tables are filled past 50,000 rows and never analysed; the session has planned while they were empty.
"""

from __future__ import annotations

import psycopg
import pytest

from c360.governance import sync_tenant
from support.plans import recorded

MANY = 50_000
SAME_PERSON = {
    "all": [
        {"attribute": "date_of_birth", "compare": "exact"},
        {"attribute": "last_name", "compare": "exact"},
        {"attribute": "first_name", "compare": "levenshtein", "at_most": 1},
    ]
}
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


def observe_people(connection, first: int, count: int) -> None:
    """What a bulk load brings: identifiers of every kind, names, days of birth; several share cookies and addresses."""
    connection.execute(
        """
        INSERT INTO cdp_raw_profiles (source, identifiers, traits)
        SELECT
            'crm',
            jsonb_build_object('user_id', 'u' || n, 'anonymous_id', 'k' || n / 2),
            jsonb_build_object(
                'email', 'person' || n - (n %% 4 = 3)::integer || '@mail.test', 'city', 'City ' || n,
                'first_name', 'An' || n %% 90, 'last_name', 'Le' || n / 3, 'date_of_birth', date '1950-01-01' + n / 3
            )
        FROM generate_series(%s::integer, %s::integer) AS n
        """,
        [first, first + count - 1],
    )


def test_a_bulk_batch_reads_what_grows_with_the_batch_alone(superuser, connect):
    steward, count = connect(), 3000
    steward.call("c360.set_match_rule", "acme", "same_person", "composite", SAME_PERSON)
    sync_tenant(steward.connection, "acme")
    steward.commit()
    observe_people(superuser, 700_000, 60)
    resolve(superuser, 10_000)
    fill(superuser)
    observe_people(superuser, 1000, count)
    observe_people(superuser, 800_000, count)

    with recorded(superuser) as plans:
        counts = resolve(superuser, 10_000)

    assert counts["claimed"] == 2 * count
    assert superuser.execute("SELECT count(*) > 100 FROM cdp_match_pairs").fetchone() == (True,)
    assert superuser.execute("SELECT count(*) > 100 FROM cdp_match_reviews").fetchone() == (True,)
    assert plans.sequential_scans(set(LARGE)) == set()
    assert_at_most(6 * counts["claimed"], plans.most_read(set(LARGE)))
    assert_at_most(20 * counts["claimed"], plans.heaviest())


def assert_at_most(limit: float, found: tuple[float, str, str]) -> None:
    rows, what, query = found
    assert rows <= limit, f"{what}: {query}"


def open_reviews(connection) -> None:
    """Each person resembles the next one: many open reviews, and as many that were decided."""
    connection.execute(
        f"""
        INSERT INTO cdp_match_reviews (
            low_raw_profile_id, high_raw_profile_id, rule, obstacle, score, status, opened_at, decided_at
        )
        SELECT 1000000 + n, 1000001 + n, 'same_person', 'score', n % 1000 / 1000.0, status, now() - n * interval '1 s',
            CASE WHEN status <> 'open' THEN now() END
        FROM generate_series(1, {MANY - 1}) AS n
        CROSS JOIN LATERAL (SELECT (ARRAY['open', 'obsolete'])[1 + n % 2] AS status) AS stand
        """
    )


WAITED_FOR = {
    "the next reviews": "SELECT count(*) FROM c360.match_reviews('acme', p_limit => 20)",
    "one review": "SELECT count(*) FROM c360.match_reviews('acme', p_review_id => 4711)",
    "accepting a review": "SELECT c360.accept_review('acme', 4712)",
    "rejecting a review": "SELECT c360.reject_review('acme', 4714)",
    "why two are two": "SELECT c360.explain_link('acme', '1000001', '1000002')",
    "why these are one": "SELECT c360.explain_link('acme', '1000011', 'user_id=u11')",
    "a golden record": "SELECT c360.profile('acme', 'user_id', 'u12')",
    "why it is one": "SELECT c360.explain_profile('acme', master_profile_id)"
    " FROM cdp_profile_links WHERE raw_profile_id = 1000013",
    "its history": "SELECT c360.profile_history('acme', master_profile_id)"
    " FROM cdp_profile_links WHERE raw_profile_id = 1000014",
    "merging two": "SELECT c360.merge_profiles('acme', one.master_profile_id, two.master_profile_id)"
    " FROM cdp_profile_links AS one, cdp_profile_links AS two"
    " WHERE one.raw_profile_id = 1000015 AND two.raw_profile_id = 1000016",
    "what people decided": "SELECT count(*) FROM c360.link_overrides('acme')",
}


@pytest.fixture
def large_tenant(superuser, connect):
    steward = connect()
    steward.call("c360.set_match_rule", "acme", "same_person", "composite", SAME_PERSON)
    sync_tenant(steward.connection, "acme")
    steward.commit()
    fill(superuser)
    open_reviews(superuser)
    return superuser


def test_what_a_steward_waits_for_reads_a_few_rows_of_large_tables(large_tenant):
    slow = {}
    for what, statement in WAITED_FOR.items():
        for _ in range(7):  # enough for kept plans
            with large_tenant.transaction(force_rollback=True):
                large_tenant.execute(statement)
        with large_tenant.transaction(force_rollback=True), recorded(large_tenant) as plans:
            large_tenant.execute(statement)
        rows, node, query = plans.heaviest()
        scans = plans.sequential_scans({*LARGE, "cdp_match_reviews"})
        if scans or rows > 1000:
            slow[what] = scans, rows, node, query

    assert slow == {}


@pytest.mark.parametrize(
    ("drop", "what"),
    [
        ("ALTER TABLE cdp_profile_links DROP CONSTRAINT cdp_profile_links_pkey", "why two are two"),
        ("DROP INDEX cdp_match_reviews_open_idx", "the next reviews"),
    ],
)
def test_an_index_that_is_missing_is_noticed(large_tenant, drop, what):
    with large_tenant.transaction(force_rollback=True), recorded(large_tenant) as plans:
        large_tenant.execute(drop)
        large_tenant.execute(WAITED_FOR[what])

    assert plans.heaviest()[0] >= MANY / 2
