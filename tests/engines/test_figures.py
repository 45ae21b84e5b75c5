"""Figures of the lake are those of PostgreSQL: days, engagement, orders and funnels, on every engine."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from c360.lake.definitions import Engagement, Funnel, Lake, Table, definitions
from support import lake_files
from support.events import ingest, track
from support.observations import resolve
from support.query_engine import QueryEngine, tell
from support.session import Session

# Spark's client leaves its connections to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

READERS = ["duck", *(pytest.param(name, marks=pytest.mark.engines) for name in ("chdb", "spark", "trino"))]
ZONE = "Asia/Ho_Chi_Minh"
NAMES = ("View", "Cart", 'it\'s \\ "quoted"', "Order Completed")
FUNNELS = {"buys": (["View", "Cart", "Order Completed"], "2 days"), "again": (["View", NAMES[2], "View"], "7 hours")}
WEIGHTS = {"View": 0.25, "Cart": -1.5, "Order Completed": 10}


def play(db: Session) -> None:
    """Forty people of some weeks who look, fill carts, order, and send some of it back."""
    chance = random.Random(5)
    now = db.value("SELECT date_trunc('second', now())")
    told: list[dict[str, Any]] = []

    def say(name: str, who: str, hours: float, **properties: Any) -> None:
        at = (now - timedelta(hours=hours)).isoformat()
        told.append(
            track(name, f"m{len(told)}", userId=who, anonymousId=f"a{who}", timestamp=at, properties=properties)
        )

    for number in range(40):
        who = f"u{number}"
        for _ in range(chance.randrange(3, 15)):
            say(chance.choice(NAMES[:3]), who, chance.randrange(1, 100 * 24))
        for order in range(chance.randrange(0, 4)):
            hours, total = chance.randrange(50, 2000), chance.randrange(1, 9999) / 100
            say("Order Completed", who, hours, order_id=f"{who}-{order}", total=total, currency="USD")
            if chance.random() < 0.3:
                part = {"total": round(total / 2, 2)} if chance.random() < 0.5 else {}
                say("Order Refunded", who, hours - 20, order_id=f"{who}-{order}", currency="USD", **part)
    say("Order Completed", "u1", 9, order_id="shared", total=5, currency="USD")
    say("Order Completed", "u2", 8, order_id="shared", total=5, currency="USD")
    say("Order Completed", "u3", 7, order_id="euros", total=5, currency="EUR")
    say("Order Completed", "u4", 6, total=7, currency="USD")
    say("Order Completed", "u5", 5, order_id="unpriced", currency="USD")
    say("Order Refunded", "u6", 4, order_id="unknown", total=1, currency="USD")
    ingest(db, *told)


def copied(db: Session, root: Path) -> Lake:
    """What PostgreSQL has, in files; and its settings."""

    def copy(table: Table, relation: str) -> Table:
        names = ", ".join(
            f"{column.name}::text" if column.type == "string" else column.name for column in table.columns
        )
        lake_files.write(root, "acme", table, db.rows(f"SELECT {names} FROM tenant_acme.{relation}"))
        return replace(table, since="2020-01-01" if table is lake_files.EVENTS else None)

    tables = [
        copy(lake_files.EVENTS, "cdp_behavioral_events"),
        copy(lake_files.PURCHASES, "cdp_purchases"),
        copy(lake_files.LINKS, "cdp_profile_links"),
    ]
    first = db.value("SELECT min(occurred_at)::date::text FROM tenant_acme.cdp_purchases")
    tables[1] = replace(tables[1], since=first)
    tables[0] = replace(
        tables[0], since=db.value("SELECT min(received_at)::date::text FROM tenant_acme.cdp_behavioral_events")
    )
    settings = db.call_rows("c360.engagement_settings", "acme")[0]
    return Lake(
        tenant="acme",
        url=root.as_uri(),
        tables=tuple(tables),
        time_zone=ZONE,
        engagement=Engagement(
            settings["half_life_days"],
            settings["default_weight"],
            tuple((name, Decimal(str(weight))) for name, weight in settings["weights"].items()),
        ),
        funnels=(
            Funnel("buys", tuple(FUNNELS["buys"][0]), 2 * 86_400_000_000),
            Funnel("again", tuple(FUNNELS["again"][0]), 7 * 3_600_000_000),
        ),
    )


@pytest.fixture
def played(db: Session, tmp_path: Path) -> Lake:
    db.execute("UPDATE c360.tenants SET time_zone = %s, default_currency = 'USD' WHERE tenant = 'acme'", ZONE)
    db.call("c360.set_engagement", "acme", 14, WEIGHTS)
    for name, (steps, within) in FUNNELS.items():
        db.call("c360.set_funnel", "acme", name, steps, within)
    play(db)
    resolve(db)
    for function in ("c360.refresh_profiles", "c360.refresh_reports"):
        while db.call(function, "acme", 2000)["has_more"]:
            pass
    return copied(db, tmp_path)


@pytest.mark.parametrize("reader", READERS)
def test_figures_of_the_lake_are_those_of_postgresql(
    request: pytest.FixtureRequest, db: Session, played: Lake, reader: str
) -> None:
    engine: QueryEngine = request.getfixturevalue(reader)
    tell(engine, definitions(replace(played, schema="figures"), engine.name))

    days = engine.execute("SELECT master_profile_id, day, event_name, events FROM figures.activity_days")
    assert Counter(days) == Counter(
        tuple(map(str, row))
        for row in db.rows("""
            SELECT link.master_profile_id, own.day, own.event_name, sum(own.kept_count)
            FROM tenant_acme.cdp_activity_days AS own
            JOIN tenant_acme.cdp_profile_links AS link USING (raw_profile_id)
            GROUP BY 1, 2, 3
        """)
    )

    scored = engine.execute(
        "SELECT master_profile_id, engagement, active_days_30d, active_days_90d FROM figures.engagement"
    )
    assert {who: (Decimal(points), int(month), int(quarter)) for who, points, month, quarter in scored} == {
        str(who): (points, month, quarter)
        for who, points, month, quarter in db.rows(
            "SELECT master_profile_id, engagement, active_days_30d, active_days_90d FROM tenant_acme.cdp_engagement"
        )
    }

    walked = engine.execute("SELECT funnel, day, step, profiles FROM figures.funnels")
    assert Counter(walked) == Counter(
        tuple(map(str, row))
        for row in db.rows("SELECT funnel, day, step, profiles FROM tenant_acme.cdp_report_funnels")
    )

    bought = engine.execute("""
        SELECT master_profile_id, total_orders, revenue_minor, unpriced_orders, other_currency_orders, is_exact
        FROM figures.rfm_inputs
    """)
    db.execute("SET LOCAL search_path = pg_catalog, tenant_acme, pg_temp")
    facts = {str(row["master_profile_id"]): row for row in db.call_rows("c360._purchase_facts", "acme")}
    sure = {row[0]: row for row in bought if row[5] in ("true", "True", "1")}
    assert len(sure) > 10
    assert {row[0] for row in bought} == set(facts)
    for who, row in sure.items():
        told = facts[who]
        revenue = None if told["total_revenue"] is None else int(told["total_revenue"] * 100)
        assert (int(row[1]), None if row[2] is None else int(row[2])) == (told["total_orders"], revenue)
        assert (int(row[3]), int(row[4])) == (told["unpriced_orders"], told["other_currency_orders"])
    doubted = db.column(
        """
        SELECT DISTINCT link.master_profile_id::text
        FROM cdp_purchases AS bought
        JOIN cdp_profile_links AS link USING (raw_profile_id)
        WHERE bought.order_id = ANY (%s)
        """,
        ["shared", "euros", "unknown"],
    )
    assert set(facts) - set(sure) == set(doubted)
