"""Funnels: who came from step to step, in order and in time; as a look at every chain of events says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.events import ingest, track
from support.observations import resolve

START = datetime(2026, 5, 4, tzinfo=UTC)
STEPS = ["View", "Cart", "View"]
PEOPLE = ["lan", "minh", "an"]
EVENTS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["View", "Cart"]), st.integers(0, 60)), max_size=25
)


def send(db, *events):
    if events:
        ingest(
            db,
            *(
                track(name, f"m{place}", userId=who, timestamp=(START + timedelta(hours=hours)).isoformat())
                for place, (who, name, hours) in enumerate(events)
            ),
        )
    resolve(db)


def funnel(db, steps, window="1 day", first="2026-05-04", last="2026-05-05"):
    rows = db.call_rows("c360.report_funnel", "acme", steps, window, first, last)
    return [row["profiles"] for row in rows]


def chains(events, who, begun, at, step):
    """How far somebody comes from here, trying every way."""
    later = (hours for one, name, hours in events if (one, name) == (who, STEPS[step]) and at < hours <= begun + 24)
    return max((chains(events, who, begun, hours, step + 1) for hours in later), default=step) if step < 3 else 3


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(events=EVENTS)
def test_a_funnel_counts_the_furthest_chain_of_everybody(db, events):
    db.value("SELECT 1")
    db.execute("SAVEPOINT example")
    send(db, *events)

    told = funnel(db, STEPS)

    far = [
        max(
            (chains(events, who, at, at, 1) for one, name, at in events if (one, name) == (who, "View") and at < 48),
            default=0,
        )
        for who in PEOPLE
    ]
    assert told == [sum(reached >= step for reached in far) for step in (1, 2, 3)]
    db.execute("ROLLBACK TO SAVEPOINT example")


def test_steps_of_two_observations_of_one_person_are_one_way(db):
    send(db, ("lan", "View", 1), ("minh", "Cart", 2))
    assert funnel(db, ["View", "Cart"]) == [1, 0]

    raws = db.column("SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles ORDER BY 1")
    db.call("c360.set_link_override", "acme", "must_link", [raws[0]], [raws[1]], "same person")
    resolve(db)

    assert funnel(db, ["View", "Cart"]) == [1, 1]


def test_steps_are_numbered_from_one_whatever_their_array_begins_with(db):
    told = db.rows("SELECT step, event_name FROM tenant_acme.report_funnel('[0:1]={View,Cart}'::text[])")

    assert told == [(1, "View"), (2, "Cart")]


@pytest.mark.parametrize(
    ("steps", "window", "code"),
    [
        (["View"], "1 day", "U3420"),
        (None, "1 day", "U3420"),
        (["View", None], "1 day", "U3420"),
        (["View"] * 11, "1 day", "U3420"),
        ([["View", "Cart"], ["Cart", "View"]], "1 day", "U3420"),
        (["View", "Cart"], "0", "U4425"),
        (["View", "Cart"], "2 years", "U4425"),
    ],
)
def test_funnels_that_cannot_be_are_refused(db, steps, window, code):
    with pytest.raises(psycopg.Error) as refused:
        funnel(db, steps, window)

    assert refused.value.sqlstate == code
