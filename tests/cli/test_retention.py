"""`c360 retention`: what a person types, what changes, and what is only shown."""

import json

import pytest

from support.events import page

OLD = "2020-03-10T00:00:00Z"


@pytest.fixture
def session(connect):
    return connect(autocommit=True)


@pytest.fixture
def retention(c360, database):
    """retention("show", ...) runs `c360 retention show acme ...` on the database of the test."""

    def run(command, *arguments):
        return c360("retention", command, "acme", *arguments, C360_DSN=database.dsn)

    return run


def receive(session, *events):
    session.call("c360.ingest", "acme", {"batch": list(events)}, "web", OLD)


def test_show_lists_kinds_and_set_changes_them(retention, session):
    assert "for ever" in retention("show").stdout

    done = retention("set", "events=400d", "history=3y", "rejected_events=8w")
    shown = {row["kind"]: row for row in json.loads(retention("show", "--json").stdout)}

    assert done.returncode == 0
    assert [shown[kind]["keep"] for kind in ("events", "history", "rejected_events")] == [400, 1095, 56]
    assert shown["events"]["is_default"] is False
    assert session.value("SELECT count(*) FROM c360.retention_policies") == 3

    retention("set", "events=default")
    assert session.value("SELECT count(*) FROM c360.retention_policies") == 2


def test_set_changes_all_or_nothing(retention, session):
    done = retention("set", "events=400d", "audit=1d")

    assert done.returncode == 1
    assert "U4430" in done.stderr
    assert session.value("SELECT count(*) FROM c360.retention_policies") == 0


@pytest.mark.parametrize("text", ["events", "events=", "=400d", "events=soon", "events=13m", "events=-1d"])
def test_what_cannot_be_read_is_wrong_usage(retention, text):
    done = retention("set", text)

    assert done.returncode == 2
    assert "events=400d" in done.stderr


def test_set_dry_run_prints_sql_that_does_it(retention, session):
    sql = retention("set", "events=400d", "audit=default", "--dry-run").stdout

    assert session.value("SELECT count(*) FROM c360.retention_policies") == 0
    session.execute(sql)
    assert session.column("SELECT kind FROM c360.retention_policies") == ["events"]


def test_run_counts_first_asks_and_then_removes_in_steps(retention, session):
    receive(session, page("m1"), {"type": "nonsense"}, {"type": "nonsense"})
    session.call("c360.maintain_event_partitions", "acme")
    retention("set", "events=400d", "rejected_events=30d")
    count = (
        "SELECT (SELECT count(*) FROM tenant_acme.cdp_behavioral_events),"
        " (SELECT count(*) FROM tenant_acme.cdp_rejected_events)"
    )

    looked = json.loads(retention("run", "--dry-run", "--json").stdout)
    unasked = retention("run")
    assert (looked["kinds"]["events"]["removed"], looked["kinds"]["rejected_events"]["removed"]) == (1, 2)
    assert unasked.returncode == 2
    assert session.row(count) == (1, 2)

    only = retention("run", "--kind", "rejected_events", "--yes")
    assert "rejected_events" in only.stdout
    assert session.row(count) == (1, 0)
    done = json.loads(retention("run", "--yes", "--json").stdout)

    assert done["kinds"]["events"]["partitions"] == ["cdp_behavioral_events_y2020m03"]
    assert session.row(count) == (0, 0)


def test_an_unknown_kind_and_a_time_to_come_are_refused(retention):
    assert "U4430" in retention("run", "--kind", "everything", "--yes").stderr
    assert "U4430" in retention("run", "--at", "2999-01-01", "--yes").stderr
    assert retention("run", "--at", "2999-01-01", "--dry-run").returncode == 0


def test_who_may_not_is_told_which_role_would_help(c360, database, session):
    session.execute("CREATE ROLE nobody_17 LOGIN")
    try:
        done = c360("retention", "show", "acme", C360_DSN=database.dsn_as("nobody_17"))
    finally:
        session.execute("DROP ROLE nobody_17")

    assert done.returncode == 1
    assert done.stderr.startswith("42501: ")
    assert "GRANT c360_acme_reader TO nobody_17" in done.stderr
