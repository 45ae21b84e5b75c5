"""Worked out step by step, metrics are those of the events that are kept, for long random streams."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.governance.tenants import as_owner
from support.streams import Stream

MANY = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
RATES = {"USD": Decimal(1), "EUR": Decimal("1.25"), "VND": Decimal("0.00004"), "CHF": None}
PEOPLE = st.sampled_from(["p1", "p2", "p3", "p4", "p5"])

EVENT = st.tuples(
    st.just("event"), PEOPLE, st.sampled_from(["Clicked", "Viewed", "session_start", "identify"]), st.integers(0, 2000)
)
AGAIN = st.tuples(st.just("again"), st.integers(0, 60))
ORDER = st.tuples(st.just("order"), PEOPLE, st.sampled_from(sorted(RATES)), st.integers(1, 99999), st.integers(0, 2000))
REFUND = st.tuples(st.just("refund"), st.integers(0, 30), st.integers(1, 120))
MERGE = st.tuples(st.just("merge"), st.integers(0, 20), st.integers(0, 20))
SPLIT = st.tuples(st.just("split"), st.integers(0, 5))
ERASE = st.tuples(st.just("erase"), st.integers(0, 20))
ZONE = st.tuples(st.just("zone"), st.sampled_from(["Asia/Ho_Chi_Minh", "America/New_York", "UTC"]))
WORK = st.tuples(st.just("work"), st.sampled_from([1, 2, 2000]))
OFTEN = st.one_of(EVENT, ORDER, REFUND, AGAIN, WORK)
SELDOM = st.one_of(MERGE, SPLIT, ERASE, ZONE)
STEPS = st.lists(st.integers(0, 9).flatmap(lambda chance: OFTEN if chance else SELDOM), min_size=70, max_size=150)


def expected_value(db):
    """Revenue of all, from the orders and refunds that are still there, by hand."""
    rows = db.rows("""
        SELECT
            (event.payload #>> '{properties,total}')::numeric,
            event.payload #>> '{properties,currency}',
            least((event.payload #>> '{properties,total}')::numeric, coalesce((
                SELECT sum((back.payload #>> '{properties,total}')::numeric)
                FROM tenant_acme.cdp_behavioral_events AS back
                WHERE back.event_name = 'Order Refunded'
                  AND back.payload #>> '{properties,order_id}' = event.payload #>> '{properties,order_id}'
            ), 0))
        FROM tenant_acme.cdp_behavioral_events AS event
        WHERE event.event_name = 'Order Completed'
    """)
    value = sum(
        ((total - back) * (RATES[currency] or 0)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for total, currency, back in rows
    )
    return len(rows), value, sum(RATES[currency] is None for _, currency, _ in rows)


@pytest.fixture
def example(db):
    """Each example starts from nothing: a savepoint, rolled back."""
    db.value("SELECT 1")

    class Example:
        def __enter__(self):
            db.execute("SAVEPOINT example")
            db.call(
                "c360.set_currency_rates",
                "acme",
                [
                    {"currency": currency, "day": "2026-01-01", "rate": str(rate)}
                    for currency, rate in RATES.items()
                    if rate and currency != "USD"
                ],
            )
            return db

        def __exit__(self, *_):
            db.execute("ROLLBACK TO SAVEPOINT example")

    return Example


@MANY
@given(steps=STEPS)
def test_step_by_step_gives_what_all_at_once_gives(example, work, equals_events, steps):
    with example() as db:
        Stream(db).play(steps, work)
        work(db, 3)

        equals_events(db)
        told = db.row(
            "SELECT coalesce(sum(total_orders), 0)::integer, coalesce(sum(total_revenue), 0),"
            " coalesce(sum(other_currency_orders), 0)::integer FROM tenant_acme.cdp_metrics"
        )
        assert told == expected_value(db)

        before = db.rows(EVERYTHING)
        with as_owner(db.connection):
            for table in ("cdp_activity_days", "cdp_activity_states", "cdp_metric_values", "cdp_touch_states"):
                db.execute(f"DELETE FROM tenant_acme.{table}")
        work(db, 2)
        assert db.rows(EVERYTHING) == before


EVERYTHING = """
    SELECT (to_jsonb(metric.*) - 'refreshed_at')::text
    FROM tenant_acme.cdp_metrics AS metric
    ORDER BY metric.master_profile_id
"""


HALF_LIFE = 200
WEIGHTS = {"Clicked": 2, "Order Completed": 10, "Order Refunded": -1, "identify": 0.5}
DAYS_BY_HAND = """
    SELECT link.master_profile_id, event.event_name, (event.occurred_at AT TIME ZONE %s)::date, count(*)
    FROM tenant_acme.cdp_behavioral_events AS event
    JOIN tenant_acme.cdp_profile_links AS link ON link.raw_profile_id = event.raw_profile_id
    GROUP BY 1, 2, 3
"""


def fading_by_hand(db):
    """{golden record: (engagement, pauses, pauses shorter than the present one)} from the events that are there."""
    zone = db.value("SELECT time_zone FROM c360.tenants WHERE tenant = 'acme'")
    today = db.value("SELECT (now() AT TIME ZONE %s)::date", zone)
    engagement, days = {}, {}
    for profile_id, name, day, count in db.rows(DAYS_BY_HAND, zone):
        points = WEIGHTS.get(name, 1) * count * 2 ** (-(today - day).days / HALF_LIFE)
        engagement[profile_id] = engagement.get(profile_id, 0) + points
        days.setdefault(profile_id, set()).add(day)
    figures = {}
    for profile_id, seen in days.items():
        ordered = sorted(seen)
        pauses = [later - earlier for earlier, later in pairwise(ordered)]
        shorter = sum(pause < today - ordered[-1] for pause in pauses)
        figures[profile_id] = (pytest.approx(engagement[profile_id], abs=1e-4), len(pauses), shorter)
    return figures


def fading(db):
    return {
        profile_id: (float(engagement), pauses, shorter)
        for profile_id, engagement, pauses, shorter in db.rows(
            "SELECT master_profile_id, engagement, pauses, shorter_pauses FROM tenant_acme.cdp_engagement"
            " JOIN tenant_acme.cdp_inactivity USING (master_profile_id) WHERE pauses > 0 OR idle_days IS NOT NULL"
        )
    }


@MANY
@given(steps=STEPS)
def test_engagement_and_pauses_are_those_of_the_events(example, work, steps):
    with example() as db:
        db.call("c360.set_engagement", "acme", HALF_LIFE, WEIGHTS)
        Stream(db).play(steps, work)
        work(db, 3)

        assert fading(db) == fading_by_hand(db)

        before = db.rows("SELECT * FROM tenant_acme.cdp_engagement ORDER BY master_profile_id")
        with as_owner(db.connection):
            for table in ("cdp_activity_days", "cdp_activity_states", "cdp_metric_values", "cdp_touch_states"):
                db.execute(f"DELETE FROM tenant_acme.{table}")
        work(db, 2)
        assert db.rows("SELECT * FROM tenant_acme.cdp_engagement ORDER BY master_profile_id") == before
