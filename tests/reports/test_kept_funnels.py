"""Kept funnels: whatever comes in whatever order, each day is what a look at the events of that day gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.domain.errors import UsageError
from c360.governance.apply import apply_declaration, export_tenant
from c360.governance.declaration import read_declaration
from c360.governance.plan import Permissions
from c360.governance.tenants import as_owner
from support.clock import days_ago
from support.events import ingest, track
from support.observations import resolve
from support.streams import Stream

FIRST, LAST = date(2026, 2, 27), date(2026, 3, 12)
FUNNELS = {"buys": (["View", "Cart", "Order Completed"], "2 days"), "again": (["View", "View"], "7 hours")}
PEOPLE = st.sampled_from(["p1", "p2", "p3"])
VISIT = st.tuples(st.just("event"), PEOPLE, st.sampled_from(["View", "Cart"]), st.integers(0, 160))
STEPS = st.lists(
    st.one_of(
        VISIT,
        VISIT,
        st.tuples(st.just("order"), PEOPLE, st.just("USD"), st.integers(1, 99), st.integers(0, 160)),
        st.tuples(st.just("again"), st.integers(0, 60)),
        st.tuples(st.just("work"), st.sampled_from([1, 2, 2000])),
        st.tuples(st.just("merge"), st.integers(0, 20), st.integers(0, 20)),
        st.tuples(st.just("split"), st.integers(0, 5)),
        st.tuples(st.just("zone"), st.sampled_from(["Asia/Ho_Chi_Minh", "America/New_York", "UTC"])),
    ),
    min_size=10,
    max_size=45,
)
FIGURES = "SELECT funnel, day, step, profiles::integer FROM tenant_acme.cdp_report_funnels ORDER BY 1, 2, 3"


def by_events(db):
    """Each day asked by itself of report_funnel(), which reads events."""
    told = []
    for name, (steps, within) in sorted(FUNNELS.items()):
        for number in range((LAST - FIRST).days):
            day = FIRST + timedelta(days=number)
            rows = db.call_rows("c360.report_funnel", "acme", steps, within, day, day)
            told += [(name, day, row["step"], row["profiles"]) for row in rows if row["profiles"]]
    return told


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_step_by_step_all_at_once_and_the_events_give_the_same(db, work, steps):
    db.value("SELECT 1")
    db.execute("SAVEPOINT example")
    for name, (events, within) in FUNNELS.items():
        db.call("c360.set_funnel", "acme", name, events, within)
    Stream(db).play(steps, work)
    work(db, 3)

    kept = db.rows(FIGURES)
    assert kept == by_events(db)

    with as_owner(db.connection):
        for table in ("cdp_report_funnels", "cdp_report_funnel_parts", "cdp_report_funnel_states"):
            db.execute(f"DELETE FROM tenant_acme.{table}")
    work(db, 2)
    assert db.rows(FIGURES) == kept
    db.execute("ROLLBACK TO SAVEPOINT example")


def view(who, number, day):
    return track("View", f"v{who}{number}", userId=who, timestamp=f"{day}T12:00:00Z")


def kept(db, first="2026-05-01", last="2026-05-31"):
    return [row["profiles"] for row in db.call_rows("c360.kept_funnel", "acme", "twice", first, last)]


@pytest.fixture
def twice(db, work):
    """A funnel, and three people of whom one came twice."""
    db.call("c360.set_funnel", "acme", "twice", ["View", "View"], "3 days")
    ingest(db, view("an", 1, "2026-05-04"), view("an", 2, "2026-05-05"), view("lan", 1, "2026-05-04"))
    ingest(db, view("minh", 1, "2026-05-06"))
    work(db)
    return db


def test_who_begins_on_two_days_counts_on_both_and_a_late_event_changes_its_day(twice, work):
    assert kept(twice) == [4, 1]
    assert kept(twice, "2026-05-04", "2026-05-04") == [2, 1]

    ingest(twice, view("lan", 2, "2026-05-07"))
    work(twice)

    assert kept(twice, "2026-05-04", "2026-05-04") == [2, 2]


def test_another_funnel_is_counted_anew_and_a_removed_one_is_forgotten(twice, work):
    assert twice.call("c360.set_funnel", "acme", "twice", ["View", "View"], "3 days") is False
    assert twice.call("c360.set_funnel", "acme", "twice", ["View", "View"], "1 hour") is True
    assert (kept(twice), twice.call_rows("c360.list_funnels", "acme")[0]["is_counted"]) == ([0, 0], False)
    work(twice, 1)
    assert (kept(twice), twice.call_rows("c360.list_funnels", "acme")[0]["is_counted"]) == ([4, 0], True)

    assert twice.call("c360.remove_funnel", "acme", "twice") is True
    assert twice.call("c360.remove_funnel", "acme", "twice") is False
    work(twice)

    assert twice.rows(FIGURES) == []
    assert twice.value("SELECT count(*) FROM tenant_acme.cdp_report_funnel_parts") == 0
    with pytest.raises(psycopg.Error) as refused:
        kept(twice)
    assert refused.value.sqlstate == "U3421"


def test_an_erased_person_stays_in_the_figures_and_in_no_table(twice, work):
    an = twice.value("SELECT tenant_acme.profile('user_id', 'an') ->> 'profile_id'")

    erased = twice.call("c360.erase_profile", "acme", "user_id", "an", "case 7")
    work(twice)

    assert erased["tables"]["cdp_report_funnel_parts"] == 2
    assert kept(twice) == [4, 1]
    assert an not in twice.column("SELECT master_profile_id::text FROM tenant_acme.cdp_report_funnel_parts")


def test_figures_stay_when_retention_removes_their_events(db, work):
    db.call("c360.set_funnel", "acme", "twice", ["View", "View"], "3 days")
    early = [view("an", 1, "2024-03-09"), view("an", 2, "2024-03-10")]
    db.call("c360.ingest", "acme", {"batch": early}, "web", "2024-03-10T13:00Z")
    db.call("c360.maintain_event_partitions", "acme", "0 days", "2024-06-15T12:00Z")
    work(db)
    db.call("c360.set_retention", "acme", "events", "40 days")
    while db.call("c360.apply_retention", "acme", "events", "2024-08-15T12:00Z")["has_more"]:
        pass
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 0
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_report_funnel_parts") == 0

    ingest(db, view("an", 3, "2026-05-04"))
    work(db)

    assert kept(db, "2024-03-09", "2024-03-10") == [2, 1]
    assert kept(db) == [1, 0]


@pytest.mark.parametrize(
    ("name", "steps", "within"),
    [
        ("Twice", ["View", "Cart"], "1 day"),
        ("x'; --", ["View", "Cart"], "1 day"),
        ("one", ["View"], "1 day"),
        ("one", ["View", None], "1 day"),
        ("one", ["View", ""], "1 day"),
        ("one", ["View"] * 11, "1 day"),
        ("one", [["View", "Cart"], ["Cart", "View"]], "1 day"),
        ("one", None, "1 day"),
        ("one", ["View", "Cart"], "367 days"),
        ("one", ["View", "Cart"], "2 years"),
        ("one", ["View", "Cart"], "0 days"),
        ("one", ["View", "Cart"], None),
    ],
)
def test_funnels_that_cannot_be_right_are_refused(db, name, steps, within):
    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.set_funnel", "acme", name, steps, within)

    assert refused.value.sqlstate == "U3420"


def test_a_tenant_has_no_more_funnels_than_can_be_counted(db):
    for number in range(30):
        db.call("c360.set_funnel", "acme", f"f{number}", ["View", "Cart"])

    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.set_funnel", "acme", "one_more", ["View", "Cart"])

    assert refused.value.sqlstate == "U4419"


def test_a_file_sets_them_and_an_export_gives_them_back(db, tmp_path):
    file = tmp_path / "acme.yaml"
    wanted = {"twice": {"steps": ["View", "View"], "within": "12 hours"}, "once": {"steps": ["View", "Cart"]}}

    def apply(funnels):
        file.write_text(yaml.safe_dump({"tenant": "acme", "funnels": funnels}, sort_keys=False))
        return apply_declaration(db.connection, read_declaration(file), Permissions(), lambda _: True)

    first = apply(wanted)
    exported = yaml.safe_load(export_tenant(db.connection, "acme"))["funnels"]
    again = apply(exported)

    assert [change.split(":")[0] for change in first.changes] == ["funnels.once", "funnels.twice"]
    assert (exported, again.is_empty) == (wanted, True)
    with pytest.raises(UsageError):
        apply({"twice": {"steps": ["View", "View"], "within": "2 years"}})


def test_readers_read_figures_and_nothing_of_single_persons(twice):
    twice.execute("SET LOCAL ROLE c360_owner")
    twice.execute("GRANT c360_acme_reader TO dba")
    twice.execute("SET LOCAL ROLE c360_acme_reader")

    assert twice.value("SELECT sum(profiles) FROM tenant_acme.cdp_report_funnels") == 5
    assert twice.column("SELECT profiles FROM tenant_acme.kept_funnel('twice', '2026-05-01', '2026-05-31')") == [4, 1]
    for query in ("TABLE tenant_acme.cdp_report_funnel_parts", "SELECT tenant_acme.remove_funnel('twice')"):
        twice.execute("SAVEPOINT attempt")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            twice.execute(query)
        twice.execute("ROLLBACK TO SAVEPOINT attempt")


def test_the_last_thirty_days_are_told_without_days(db, work):
    db.call("c360.set_funnel", "acme", "twice", ["View", "View"], "3 days")
    for number, day in enumerate((40, 3, 2)):
        ingest(db, track("View", f"v{number}", userId="an", timestamp=days_ago(db, day)))
    resolve(db)
    work(db)

    assert [row["profiles"] for row in db.call_rows("c360.kept_funnel", "acme", "twice")] == [2, 1]


def test_somebody_with_ten_thousand_events_holds_nobody_up(db, work):
    def at(number):
        return (datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=20 * number)).isoformat()

    db.execute("SET LOCAL statement_timeout = '20s'")
    for first in (0, 5000):
        numbers = range(first, first + 5000)
        ingest(db, *(track(("View", "Cart")[n % 2], f"m{n}", userId="bot", timestamp=at(n)) for n in numbers))
    db.call("c360.set_funnel", "acme", "loops", ["View", "Cart", "View", "Cart"], "1 day")

    work(db)

    assert db.value("SELECT max(step) FROM tenant_acme.cdp_report_funnels") == 4
