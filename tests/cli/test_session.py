"""`c360 session`: visits as a table or JSON, and the refresh with its twin in SQL."""

import json

import pytest

from support.events import ingest, page
from support.observations import resolve


@pytest.fixture
def visited(db, database):
    """A clone with one visit of lan, not worked out yet."""
    context = {"page": {"url": "https://shop.vn/shoes?utm_source=zalo"}}
    ingest(db, page("m1", userId="lan", timestamp="2026-06-01T09:00:00Z", context=context))
    ingest(db, page("m2", userId="lan", timestamp="2026-06-01T09:03:00Z", context={"page": {"path": "/\x1b[31mcart"}}))
    resolve(db)
    db.commit()
    return db


def test_visits_are_worked_out_and_listed(c360, visited, database):
    refreshed = c360("session", "refresh", "acme", "--json", "--dsn", database.dsn)
    listed = c360("session", "list", "acme", "--profile", "user_id=lan", "--json", "--dsn", database.dsn)

    assert json.loads(refreshed.stdout) == {"visitors": 1, "sessions": 1}, refreshed.stderr
    [visit] = json.loads(listed.stdout)
    assert (visit["session_id"], visit["campaign_source"], visit["event_count"]) == ("m1", "zalo", 2)


def test_visits_are_a_table_for_people(c360, visited, database):
    c360("session", "refresh", "acme", "--dsn", database.dsn)

    done = c360("session", "list", "acme", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    _, line = done.stdout.splitlines()
    assert line.split()[:6] == ["2026-06-01", "09:00", "3.0", "2", "zalo", "/shoes"]
    assert "cdp_sessions" in done.stderr


def test_the_sql_of_a_dry_run_does_the_same(c360, visited, database):
    dry = c360("session", "refresh", "acme", "--dry-run", "--dsn", database.dsn)

    assert visited.value("SELECT count(*) FROM tenant_acme.cdp_sessions") == 0
    assert visited.value(dry.stdout)["sessions"] == 1


def test_who_is_nobody_is_refused(c360, visited, database):
    nobody = c360("session", "list", "acme", "--profile", "user_id=nobody", "--dsn", database.dsn)
    unclear = c360("session", "list", "acme", "--profile", "lan", "--dsn", database.dsn)

    assert (nobody.returncode, nobody.stderr[:5]) == (1, "U2404")
    assert (unclear.returncode, "type=value" in unclear.stderr) == (2, True)
