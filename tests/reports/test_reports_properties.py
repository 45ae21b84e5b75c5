"""Refreshed step by step, reports are what kept events and those of erased persons come to, for random streams."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.governance.tenants import as_owner
from support.streams import Stream

MANY = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PEOPLE = st.sampled_from(["p1", "p2", "p3", "p4", "p5"])
STEPS = st.lists(
    st.integers(0, 6).flatmap(
        lambda chance: (
            st.one_of(
                st.tuples(st.just("event"), PEOPLE, st.sampled_from(["Clicked", "identify"]), st.integers(0, 4000)),
                st.tuples(st.just("order"), PEOPLE, st.just("USD"), st.integers(1, 9999), st.integers(0, 4000)),
                st.tuples(st.just("refund"), st.integers(0, 30), st.integers(1, 120)),
                st.tuples(st.just("again"), st.integers(0, 60)),
                st.tuples(st.just("work"), st.sampled_from([1, 2, 2000])),
            )
            if chance
            else st.one_of(
                st.tuples(st.just("merge"), st.integers(0, 20), st.integers(0, 20)),
                st.tuples(st.just("split"), st.integers(0, 5)),
                st.tuples(st.just("erase"), st.integers(0, 20)),
                st.tuples(st.just("zone"), st.sampled_from(["Asia/Ho_Chi_Minh", "America/New_York", "UTC"])),
            )
        )
    ),
    min_size=60,
    max_size=120,
)


class Remembering(Stream):
    """Remembers what erased persons had done by then: it stays in the figures."""

    def __init__(self, db, work, parts):
        super().__init__(db)
        self.work = work
        self.parts = parts
        self.erased = []

    def erase(self, number):
        self.work(self.db)
        before = self.parts(self.db)
        super().erase(number)
        left = set(self.db.column("SELECT DISTINCT master_profile_id::text FROM tenant_acme.cdp_profile_links"))
        gone = len(self.erased)
        self.erased += [
            {**part, "profile": f"{gone} {part['profile']}"} for part in before if part["profile"] not in left
        ]


@pytest.fixture
def example(db):
    """Each example starts from nothing: a savepoint, rolled back."""
    db.value("SELECT 1")

    class Example:
        def __enter__(self):
            db.execute("SAVEPOINT example")
            return db

        def __exit__(self, *_):
            db.execute("ROLLBACK TO SAVEPOINT example")

    return Example


@MANY
@given(steps=STEPS)
def test_step_by_step_gives_what_all_at_once_gives(example, work, parts, reported, summed, steps):
    with example() as db:
        stream = Remembering(db, work, parts)
        stream.play(steps, work)
        work(db, 3)

        assert reported(db) == summed(parts(db) + stream.erased)


@MANY
@given(steps=STEPS)
def test_reports_made_from_nothing_are_the_same(example, work, reported, steps):
    with example() as db:
        Stream(db).play([step for step in steps if step[0] != "erase"], work)
        work(db)
        before = reported(db)

        with as_owner(db.connection):
            for table in ("cdp_report_parts", "cdp_report_days", "cdp_report_cohorts", "cdp_touch_states"):
                db.execute(f"DELETE FROM tenant_acme.{table}")
        work(db, 2)

        assert reported(db) == before
