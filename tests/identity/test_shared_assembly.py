"""Golden records of a large batch are worked out in parts and by several processes, and come out as in one go."""

from __future__ import annotations

import psycopg
import pytest

PEOPLE = 2_100
ASSEMBLED = """
    SELECT to_jsonb(assembled)
    FROM assemble_profiles(ARRAY(SELECT DISTINCT master_profile_id FROM cdp_profile_links), '{}', %s) AS assembled
    ORDER BY assembled.master_profile_id
"""


@pytest.fixture
def tenant(server, database):
    with psycopg.connect(server.dsn(database.name), autocommit=True) as connection:
        connection.execute("SET search_path = tenant_acme, pg_catalog")
        yield connection


def observe(connection, source: str, minute: int) -> None:
    """One observation of each of many people by this source; every third says nothing about a city."""
    connection.execute(
        """
        INSERT INTO cdp_raw_profiles (source, identifiers, traits, observed_at)
        SELECT %(source)s, jsonb_build_object('user_id', 'u' || n, 'anonymous_id', %(source)s || n),
            jsonb_build_object('email', 'person' || n || '@mail.test')
            || CASE n %% 3 WHEN 0 THEN '{}' ELSE jsonb_build_object('city', %(source)s || ' city ' || n) END,
            timestamptz '2026-01-01 00:00Z' + make_interval(mins => %(minute)s)
        FROM generate_series(1, %(people)s) AS n
        """,
        {"source": source, "minute": minute, "people": PEOPLE},
    )


def resolve(connection) -> dict[str, int]:
    return connection.execute("SELECT c360.resolve_identities('acme', 50000)").fetchone()[0]


def assembled(connection, *, may_share: bool) -> list[object]:
    return [row[0] for row in connection.execute(ASSEMBLED, [may_share])]


@pytest.mark.parametrize("workers", [0, 2])
def test_several_processes_make_the_golden_records_one_process_makes(tenant, workers):
    observe(tenant, "web", 1)
    resolve(tenant)
    observe(tenant, "crm", 2)
    tenant.execute(f"SET max_parallel_workers_per_gather = {workers}")

    counts = resolve(tenant)

    assert counts["updated"] == PEOPLE
    shared = assembled(tenant, may_share=True)
    assert len(shared) == PEOPLE
    assert shared == assembled(tenant, may_share=False)
    assert {tuple(row["_changed"]) for row in shared} == {()}
    assert {tuple(row["source_systems"]) for row in shared} == {("crm", "web")}


def test_the_work_of_a_large_batch_is_given_to_other_processes(tenant):
    observe(tenant, "web", 1)
    resolve(tenant)
    tenant.execute("SET max_parallel_workers_per_gather = 2")
    notices: list[str] = []
    tenant.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
    tenant.execute("LOAD 'auto_explain'")
    tenant.execute("SET auto_explain.log_min_duration = 0")
    tenant.execute("SET auto_explain.log_nested_statements = on")
    tenant.execute("SET client_min_messages = log")

    assembled(tenant, may_share=True)

    assert any("Parallel Append" in notice for notice in notices)


def test_every_golden_record_of_a_batch_of_several_parts_is_told_of_once(tenant):
    people = 20_001
    browsers = """
        INSERT INTO cdp_raw_profiles (source, identifiers, traits, observed_at)
        SELECT %(source)s, jsonb_build_object('anonymous_id', 'browser' || n),
            jsonb_build_object('city', %(source)s::text), %(at)s::timestamptz
        FROM generate_series(1, %(people)s) AS n
    """
    tenant.execute(browsers, {"source": "web", "people": people, "at": "2026-01-01 00:01Z"})
    assert resolve(tenant)["created"] == people
    tenant.execute(browsers, {"source": "app", "people": people, "at": "2026-01-01 00:02Z"})
    # Two of the first part become one, as do one of the first and the one of the last.
    tenant.execute(
        """
        INSERT INTO cdp_raw_profiles (source, identifiers, observed_at)
        SELECT 'desk', jsonb_build_object('anonymous_id', ARRAY['browser' || one, 'browser' || other]),
            '2026-01-01 00:03Z'
        FROM (VALUES (1, 2), (3, 20001)) AS same (one, other)
        """
    )

    counts = resolve(tenant)

    assert (counts["created"], counts["updated"], counts["merged"]) == (0, people - 4, 2)
    told = tenant.execute(
        """
        SELECT
            (SELECT array_agg(DISTINCT version) FROM cdp_master_profiles WHERE status = 'active'),
            (SELECT count(*) FROM cdp_profile_history WHERE version = 2 AND change <> 'absorbed'),
            (SELECT count(*) FROM cdp_profile_history WHERE change = 'absorbed'),
            (SELECT count(*) FROM c360.messages WHERE type = 'profile.updated'),
            (SELECT count(*) FROM c360.messages WHERE type = 'profile.merged')
        """
    ).fetchone()
    assert told == ([2], people - 2, 2, people - 4, 2)
