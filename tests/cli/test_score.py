"""`c360 score`: segments as a table or JSON, and the refresh with its twin in SQL."""

import json

import pytest

from support.shop import Shop


@pytest.fixture
def shop(db, database):
    """A clone with one customer who bought for 12.34 a week before 2026-06-01."""
    shop = Shop(db)
    shop.order(shop.customer(), "2026-05-25 12:00Z", revenue="12.34")
    db.commit()
    return shop


def test_segments_as_json_keep_money_exact(c360, shop, database):
    done = c360("score", "rfm", "acme", "--as-of", "2026-06-01", "--json", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    segments = {row["segment"]: row for row in json.loads(done.stdout, parse_float=str)}
    assert len(segments) == 11
    newest = segments["New Customers"]
    assert (newest["customers"], newest["orders"], newest["revenue"]) == (1, 1, "12.34")
    assert newest["median_recency_days"] == 7


def test_segments_as_a_table_for_people(c360, shop, database):
    done = c360("score", "rfm", "acme", "--as-of", "2026-06-01", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if "New Customers" in line)
    assert line.split()[:6] == ["New", "Customers", "1", "1", "12.34", "7"]
    assert "tenant_acme.cdp_rfm" in done.stderr


def test_refresh_stores_the_scores(c360, shop, database):
    done = c360("score", "refresh", "acme", "--as-of", "2026-06-01", "--json", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["segments_changed"] == 1
    assert shop.session.value("SELECT rfm_segment FROM tenant_acme.cdp_profile_metrics") == "New Customers"


def test_the_sql_of_a_dry_run_does_the_same(c360, shop, database):
    dry = c360("score", "refresh", "acme", "--as-of", "2026-06-01", "--dry-run", "--dsn", database.dsn)

    assert shop.session.value("SELECT count(*) FROM tenant_acme.cdp_profile_metrics") == 0
    assert shop.session.value(dry.stdout)["segments_changed"] == 1


def test_an_unknown_tenant_and_a_bad_time_are_refused(c360, database):
    unknown = c360("score", "rfm", "nowhere", "--dsn", database.dsn)
    bad_time = c360("score", "rfm", "acme", "--as-of", "yesterdayish", "--dsn", database.dsn)

    assert (unknown.returncode, unknown.stderr[:5]) == (1, "U4404")
    assert (bad_time.returncode, bad_time.stderr[:5]) == (1, "22007")
