"""What the tests of reports share: refreshing them, and reading the same figures from the events again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.observations import resolve
from support.session import Session

# Figures of each golden record and day, from events and orders alone. Nothing of it calls what it is
# compared with; what refunds take off is worked out here once more.
_PARTS = """
    WITH said AS (
        SELECT link.master_profile_id, (event.occurred_at AT TIME ZONE %s)::date AS day, event.event_name,
            event.payload #>> '{properties,order_id}' AS order_id,
            (event.payload #>> '{properties,total}')::numeric AS total
        FROM tenant_acme.cdp_behavioral_events AS event
        JOIN tenant_acme.cdp_profile_links AS link ON link.raw_profile_id = event.raw_profile_id
    ),
    taken AS (
        SELECT order_id, count(*) AS refunds, sum(total) AS total
        FROM said
        WHERE event_name = 'Order Refunded'
        GROUP BY order_id
    )
    SELECT said.master_profile_id::text AS profile, said.day, count(*)::integer AS events,
        (count(*) FILTER (WHERE event_name = 'Order Completed'))::integer AS orders,
        coalesce(
            sum(said.total - least(said.total, coalesce(taken.total, 0))) FILTER (WHERE event_name = 'Order Completed'),
            0
        ) AS revenue,
        coalesce(sum(taken.refunds) FILTER (WHERE event_name = 'Order Completed'), 0)::integer AS refunds
    FROM said
    LEFT JOIN taken ON taken.order_id = said.order_id
    GROUP BY 1, 2
"""
_DAYS = """
    SELECT day, events::integer, active_profiles::integer, new_profiles::integer, returning_profiles::integer,
        orders::integer, revenue, refunds::integer
    FROM tenant_acme.cdp_report_days
    ORDER BY day
"""
_COHORTS = """
    SELECT cohort, months_after, active_profiles::integer, buyers::integer
    FROM tenant_acme.cdp_report_cohorts
    ORDER BY 1, 2
"""


@pytest.fixture
def work() -> Callable[..., None]:
    """work(db): resolve what arrived and refresh the reports, so many golden records at a time."""

    def steps(db: Session, limit: int = 2000) -> None:
        resolve(db)
        for function in ("c360.refresh_profiles", "c360.refresh_reports"):
            while db.call(function, "acme", limit)["has_more"]:
                pass

    return steps


@pytest.fixture
def parts() -> Callable[[Session], list[dict[str, Any]]]:
    """parts(db): what each golden record did on each day, from the events that are there."""

    def read(db: Session) -> list[dict[str, Any]]:
        return db.records(_PARTS, db.value("SELECT time_zone FROM c360.tenants WHERE tenant = 'acme'"))

    return read


@pytest.fixture
def reported() -> Callable[[Session], tuple[list[tuple], list[tuple]]]:
    """reported(db): the rows of days and of cohorts."""
    return lambda db: (db.rows(_DAYS), db.rows(_COHORTS))


@pytest.fixture
def summed() -> Callable[[list[dict[str, Any]]], tuple[list[tuple], list[tuple]]]:
    """summed(parts): the rows of days and of cohorts that these come to, added up in Python."""

    def add(parts: list[dict[str, Any]]) -> tuple[list[tuple], list[tuple]]:
        first: dict[str, Any] = {}
        for part in parts:
            first[part["profile"]] = min(part["day"], first.get(part["profile"], part["day"]))
        days: dict[Any, list[Any]] = {}
        months: dict[tuple, tuple[set[str], set[str]]] = {}
        for part in parts:
            who, day, start = part["profile"], part["day"], first[part["profile"]]
            figures = (part["events"], 1, day == start, day != start, part["orders"], part["revenue"], part["refunds"])
            days[day] = [known + more for known, more in zip(days.get(day, [0] * 7), figures, strict=True)]
            after = 12 * (day.year - start.year) + day.month - start.month
            active, bought = months.setdefault((start.replace(day=1), after), (set(), set()))
            active.add(who)
            if part["orders"]:
                bought.add(who)
        return (
            [(day, *figures) for day, figures in sorted(days.items())],
            [(*key, len(active), len(bought)) for key, (active, bought) in sorted(months.items())],
        )

    return add
