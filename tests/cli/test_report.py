"""`c360 report`: what is drawn, what programs get, and the refresh with its twin in SQL."""

import csv
import io
import json

import pytest

from c360.governance.tenants import as_owner
from support.events import ingest, page, track
from support.observations import resolve


@pytest.fixture
def waiting(db, database):
    """A clone in which two customers came in May, one of them bought for 12.34, and nothing is refreshed yet."""
    order = {"order_id": "o1", "total": "12.34"}
    ingest(
        db,
        page("m1", userId="lan", timestamp="2026-05-04T12:00:00Z"),
        page("m2", userId="minh", timestamp="2026-05-06T12:00:00Z"),
        track("Order Completed", "m3", properties=order, userId="minh", timestamp="2026-05-06T13:00:00Z"),
    )
    resolve(db)
    db.call("c360.refresh_profiles", "acme")
    db.commit()
    return db


@pytest.fixture
def shop(waiting):
    """The same, with its reports."""
    waiting.call("c360.refresh_reports", "acme")
    waiting.commit()
    return waiting


MAY = ("--since", "2026-05-04", "--until", "2026-05-06")


def test_the_overview_is_drawn(c360, shop, database):
    done = c360("report", "show", "overview", "acme", *MAY, "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["events", "3", "1.0", "▄", "█"] in lines
    assert ["revenue", "12.34", "4.1", "█"] in lines
    assert ["2026-05-06", "2", "1", "1", "0", "1", "12.34", "0", "0.00"] in [line[:9] for line in lines]


def test_programs_get_exact_figures(c360, shop, database):
    told = c360("report", "show", "overview", "acme", *MAY, "--json", "--dsn", database.dsn)
    table = c360("report", "show", "overview", "acme", *MAY, "--format", "csv", "--dsn", database.dsn)

    days = json.loads(told.stdout, parse_float=str)
    assert [day["revenue"] for day in days] == ["0.00", "0.00", "12.34"]
    rows = list(csv.DictReader(io.StringIO(table.stdout)))
    assert [(row["day"], row["events"], row["revenue"]) for row in rows] == [
        ("2026-05-04", "1", "0.00"),
        ("2026-05-05", "0", "0.00"),
        ("2026-05-06", "2", "12.34"),
    ]


def test_cohorts_are_drawn(c360, shop, database):
    active = c360("report", "show", "cohorts", "acme", *MAY, "--dsn", database.dsn)
    bought = c360("report", "show", "cohorts", "acme", *MAY, "--buyers", "--dsn", database.dsn)

    def cells(done):
        [line] = (line for line in done.stdout.splitlines() if line.split()[:1] == ["2026-05"])
        return line.split()[:3]

    assert cells(active) == ["2026-05", "2", "100%"]
    assert cells(bought) == ["2026-05", "2", "50%"]


def test_segments_are_drawn_with_what_changed(c360, shop, database):
    done = c360("report", "show", "rfm", "acme", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 12
    assert sum(" 1 " in line and "12.34" in line for line in done.stdout.splitlines()) == 1


def test_tenths_by_expected_value_are_drawn(c360, shop, database):
    nothing = c360("report", "show", "clv", "acme", "--dsn", database.dsn)
    with as_owner(shop.connection):
        shop.execute(
            "INSERT INTO tenant_acme.cdp_report_clv"
            " SELECT current_date, n, 7, 12.5 / n, 300.0 / n, 12, true, now() FROM generate_series(1, 10) AS n"
        )
    shop.commit()

    done = c360("report", "show", "clv", "acme", "--dsn", database.dsn)
    told = c360("report", "show", "clv", "acme", "--json", "--dsn", database.dsn)
    table = c360("report", "show", "clv", "acme", "--format", "csv", "--dsn", database.dsn)

    assert "No tenths" in nothing.stderr
    assert done.returncode == 0, done.stderr
    assert ["1", "7", "12.50", "300.00", "34%"] in [line.split()[:5] for line in done.stdout.splitlines()]
    assert [row["clv"] for row in json.loads(told.stdout)][:3] == [300, 150, 100]
    assert len(table.stdout.splitlines()) == 11


def test_a_funnel_is_drawn(c360, shop, database):
    funnel = ("report", "show", "funnel", "acme", "--step", "page", "--step", "Order Completed", *MAY)
    done = c360(*funnel, "--dsn", database.dsn)
    told = c360(*funnel, "--json", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    [line] = (line for line in done.stdout.splitlines() if "2 Order Completed" in line)
    assert line.split()[3:6] == ["1", "50%", "50%"]
    assert [row["profiles"] for row in json.loads(told.stdout)] == [2, 1]


def test_a_funnel_is_kept_drawn_listed_and_removed(c360, shop, database):
    def run(*arguments):
        done = c360("report", *arguments, "--dsn", database.dsn)
        assert done.returncode == 0, done.stderr
        return done

    steps = ("--step", "page", "--step", "Order Completed")
    dry = run("funnel", "set", "acme", "checkout", *steps, "--within", "2 days", "--dry-run")
    assert json.loads(run("funnel", "list", "acme", "--json").stdout) == []
    assert shop.value(dry.stdout) is True
    shop.rollback()
    run("funnel", "set", "acme", "checkout", *steps, "--within", "2 days")
    assert "Not everybody has been counted yet" in run("show", "funnel", "acme", "checkout").stderr
    assert "not yet" in run("funnel", "list", "acme").stdout
    run("refresh", "acme")

    told = run("show", "funnel", "acme", "checkout", *MAY, "--json")
    drawn = run("show", "funnel", "acme", "checkout", *MAY)
    neither = c360("report", "show", "funnel", "acme", "--dsn", database.dsn)
    unknown = c360("report", "show", "funnel", "acme", "other", "--dsn", database.dsn)
    no_day = c360("report", "show", "overview", "acme", "--since", "yesterdy", "--dsn", database.dsn)

    assert [row["profiles"] for row in json.loads(told.stdout)] == [2, 1]
    assert "2 Order Completed" in drawn.stdout
    assert (neither.returncode, unknown.returncode, unknown.stderr[:5]) == (2, 1, "U3421")
    assert (no_day.returncode, no_day.stderr[:5]) == (2, "U9100")
    assert drawn.stderr == ""
    assert json.loads(run("funnel", "list", "acme", "--json").stdout)[0]["is_counted"] is True
    assert json.loads(run("funnel", "remove", "acme", "checkout", "--yes", "--json").stdout) == {"removed": True}


def test_a_refresh_brings_what_is_waiting(c360, waiting, database):
    done = c360("report", "refresh", "acme", "--json", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"profiles": 2, "has_more": False, "snapshot": True}
    assert waiting.value("SELECT sum(events) FROM tenant_acme.cdp_report_days") == 3


def test_the_sql_of_a_dry_run_does_the_same(c360, waiting, database):
    dry = c360("report", "refresh", "acme", "--dry-run", "--dsn", database.dsn)

    assert waiting.value("SELECT count(*) FROM tenant_acme.cdp_report_days") == 0
    assert waiting.value(dry.stdout)["profiles"] == 2


def test_wrong_days_and_two_formats_are_refused(c360, shop, database):
    wrong = ("--since", "2026-05-06", "--until", "2026-05-04")
    backwards = c360("report", "show", "rfm", "acme", *wrong, "--dsn", database.dsn)
    both = c360("report", "show", "overview", "acme", "--json", "--format", "csv", "--dsn", database.dsn)

    assert (backwards.returncode, backwards.stderr[:5]) == (1, "U4425")
    assert (both.returncode, "--format" in both.stderr) == (2, True)
