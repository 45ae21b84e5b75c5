"""Reports: days, cohorts, and the segments of a day, as they are refreshed and read."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest

from c360.domain.tenants import Segment
from c360.governance.segmenting import put_segment
from c360.governance.tenants import as_owner
from support.clock import today
from support.events import ingest, page, track
from support.histories import repeaters
from support.observations import resolve
from support.shop import Shop


def at(day, hour=12):
    """Of days before today, or today, the first moment: the others may be still to come."""
    return f"{day}T{0 if isinstance(day, date) else hour:02}:00:00Z"


def order(who, number, total, day, **more):
    properties = {"order_id": number, "total": total, **more}
    return track("Order Completed", f"c{number}", properties=properties, userId=who, timestamp=at(day))


def refund(who, number, total, day):
    properties = {"order_id": number, "total": total}
    return track("Order Refunded", f"r{number}", properties=properties, userId=who, timestamp=at(day))


def visit(who, day, hour=12):
    return page(f"v{who}{day}{hour}", userId=who, timestamp=at(day, hour))


def days(db, first, last):
    return {row["day"].isoformat(): row for row in db.call_rows("c360.report_days", "acme", first, last)}


def mask(db, *attributes):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = ANY (%s)",
            list(attributes),
        )
        db.call("c360._grant_tenant", "acme")


def test_a_day_has_its_figures_and_a_day_without_anything_has_a_row(db, work):
    ingest(
        db,
        visit("lan", "2026-05-04"),
        visit("lan", "2026-05-06"),
        order("lan", "o1", 30, "2026-05-06"),
        order("minh", "o2", "12.50", "2026-05-06"),
        refund("lan", "o1", 10, "2026-05-07"),
    )
    work(db)

    told = days(db, "2026-05-04", "2026-05-07")

    assert list(told) == ["2026-05-04", "2026-05-05", "2026-05-06", "2026-05-07"]
    assert list(told["2026-05-04"].values())[1:] == [1, 1, 1, 0, 0, 0, 0, 0]
    assert list(told["2026-05-05"].values())[1:] == [0] * 8
    # The refund counts on the day of its order, however late it comes.
    assert list(told["2026-05-06"].values())[1:] == [3, 2, 1, 1, 2, Decimal("32.50"), 1, 10]
    assert list(told["2026-05-07"].values())[1:] == [1, 1, 0, 1, 0, 0, 0, 0]


def test_an_event_before_all_others_moves_who_is_new(db, work):
    ingest(db, visit("lan", "2026-05-06"))
    work(db)
    assert days(db, "2026-05-06", "2026-05-06")["2026-05-06"]["new_profiles"] == 1

    ingest(db, visit("lan", "2026-03-31"))
    work(db)

    told = days(db, "2026-03-31", "2026-05-06")
    assert (told["2026-03-31"]["new_profiles"], told["2026-05-06"]["new_profiles"]) == (1, 0)
    cohorts = db.rows("SELECT cohort, months_after FROM tenant_acme.cdp_report_cohorts ORDER BY 1, 2")
    assert cohorts == [(date(2026, 3, 1), 0), (date(2026, 3, 1), 2)]


def test_cohorts_go_on_in_months_without_anybody(db, work):
    ingest(db, visit("lan", "2026-01-31"), visit("minh", "2026-01-01"), order("lan", "o1", 5, "2026-03-01"))
    work(db)

    rows = db.call_rows("c360.report_cohorts", "acme", "2026-01-15", "2026-01-20")

    told = [tuple(row.values()) for row in rows]
    assert told[:4] == [
        (date(2026, 1, 1), 0, 2, 2, 0),
        (date(2026, 1, 1), 1, 2, 0, 0),
        (date(2026, 1, 1), 2, 2, 1, 1),
        (date(2026, 1, 1), 3, 2, 0, 0),
    ]
    assert len(told) == 12 * (today(db).year - 2026) + today(db).month


def test_segments_of_a_day_are_kept_when_the_next_one_differs(db, work):
    ingest(db, order("lan", "o1", 30, today(db) - timedelta(days=3)))
    work(db)
    [kept] = [row for row in db.call_rows("c360.report_rfm", "acme") if row["customers"]]
    assert (kept["day"], kept["orders"], kept["revenue"]) == (today(db), 1, 30)
    with as_owner(db.connection):
        db.execute("UPDATE tenant_acme.cdp_report_rfm SET day = day - 1")

    ingest(db, order("minh", "o2", 5, today(db) - timedelta(days=1)))
    work(db)
    by_day = {}
    for row in db.call_rows("c360.report_rfm", "acme"):
        by_day[row["day"]] = by_day.get(row["day"], 0) + row["customers"]
    assert by_day == {today(db) - timedelta(days=1): 1, today(db): 2}


def test_the_snapshot_of_a_day_is_taken_once_and_again_when_asked_for(db, work):
    work(db)
    ingest(db, order("lan", "o1", 30, today(db)))
    work(db)
    customers = "SELECT sum(customers)::integer FROM tenant_acme.cdp_report_rfm"
    assert db.value(customers) == 0

    told = db.call("c360.refresh_reports", "acme", p_snapshot=True)

    assert (told["snapshot"], told["has_more"], db.value(customers)) == (True, False, 1)
    assert db.call("c360.refresh_reports", "acme") == {"profiles": 0, "has_more": False, "snapshot": False}


def test_deciles_of_lifetime_value_are_kept_by_day(db):
    shop = Shop(db)
    for days in ((0, 10, 25), (0, 30), (0, 5, 9, 14, 90), (0,)):
        repeaters(shop, 15, days=days)
    db.call("c360._refresh_purchase_histories", "acme", None)
    db.call("c360.fit_clv", "acme", p_as_of="2026-06-01 12:00Z")
    db.call("c360.refresh_reports", "acme", p_snapshot=True)

    kept = db.records("SELECT * FROM tenant_acme.cdp_report_clv ORDER BY decile")

    assert [row["decile"] for row in kept] == list(range(1, 11))
    assert [row["customers"] for row in kept] == [6] * 10
    values = [row["clv"] for row in kept]
    assert values == sorted(values, reverse=True)
    assert sum(values) == pytest.approx(db.value("SELECT sum(clv) FROM tenant_acme.cdp_clv"))
    assert [row["clv"] for row in db.call_rows("c360.report_clv", "acme")] == values

    mask(db, "total_revenue")
    told = db.call_rows("c360.report_clv", "acme")
    assert {row["clv"] for row in told} == {None}
    assert [row["expected_purchases"] for row in told] == [row["expected_purchases"] for row in kept]


def test_segment_sizes_are_those_of_the_members(db, work):
    ingest(db, visit("lan", today(db)), visit("minh", today(db)), order("minh", "o1", 5, today(db)))
    work(db)
    put_segment(db.connection, "acme", Segment(name="buyers", condition="total_orders > 0"), is_new=True)
    put_segment(db.connection, "acme", Segment(name="nobody", condition="total_orders > 99"), is_new=True)
    while db.call("c360.refresh_segments", "acme")["has_more"]:
        pass

    db.call("c360.refresh_reports", "acme", p_snapshot=True)

    sizes = "SELECT segment, members::integer FROM tenant_acme.cdp_report_segments WHERE day = %s ORDER BY 1"
    assert db.rows(sizes, today(db)) == [("buyers", 1), ("nobody", 0)]

    mask(db, "total_orders")
    db.call("c360.refresh_reports", "acme", p_snapshot=True)
    assert db.rows(sizes, today(db)) == []


def test_erased_persons_stay_in_the_figures_and_in_no_table(connect, work, reported):
    db = connect(autocommit=True)
    ingest(db, order("lan", "o1", 30, "2026-05-06"), visit("minh", "2026-05-06"))
    work(db)
    before = reported(db)
    lan = db.value("SELECT master_profile_id FROM tenant_acme.cdp_profile_identifiers WHERE value = 'lan'")

    counts = db.call("c360.erase_profile", "acme", "profile_id", str(lan), "case 7")["tables"]

    assert counts["cdp_report_parts"] == 1
    assert lan not in db.column("SELECT master_profile_id FROM tenant_acme.cdp_report_parts")
    work(db)
    assert reported(db) == before
    assert lan not in db.column("SELECT master_profile_id FROM tenant_acme.cdp_report_queue")


def test_figures_stay_when_retention_removes_their_events(db, work, reported):
    db.call("c360.ingest", "acme", {"batch": [visit("lan", "2024-03-09")]}, "web", "2024-03-10T00:00Z")
    db.call("c360.maintain_event_partitions", "acme", "0 days", "2024-06-15T12:00Z")
    work(db)
    before = reported(db)

    db.call("c360.set_retention", "acme", "events", "40 days")
    while db.call("c360.apply_retention", "acme", "events", "2024-08-15T12:00Z")["has_more"]:
        pass
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 0
    ingest(db, visit("lan", "2024-03-10"))
    work(db)

    rows, _ = reported(db)
    assert rows[0] == before[0][0]
    assert rows[1][:5] == (date(2024, 3, 10), 1, 1, 0, 1)


def test_another_currency_works_money_out_anew(db, work):
    ingest(db, order("lan", "o1", 30, "2026-05-06", currency="USD"))
    work(db)
    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "default_currency": "EUR"})
    work(db)
    assert days(db, "2026-05-06", "2026-05-06")["2026-05-06"]["revenue"] == 0

    rates = [{"currency": "USD", "day": "2026-01-01", "rate": "0.5"}]
    db.call("c360.set_currency_rates", "acme", rates)
    db.call("c360.refresh_scores", "acme")
    work(db)

    told = days(db, "2026-05-06", "2026-05-06")["2026-05-06"]
    assert (told["orders"], told["revenue"]) == (1, 15)


def test_masked_attributes_do_not_show_in_reports(db, work):
    ingest(db, order("lan", "o1", 30, today(db)))
    work(db)
    mask(db, "total_revenue", "rfm_segment")

    readable = "SELECT has_column_privilege('c360_acme_reader', %s, %s, 'SELECT')"
    hidden = [
        ("cdp_report_days", "revenue"),
        ("cdp_report_days", "refunded_value"),
        ("cdp_report_rfm", "segment"),
        ("cdp_report_rfm", "place"),
        ("cdp_report_clv", "clv"),
        ("cdp_report_parts", "orders"),
    ]
    assert not any(db.value(readable, f"tenant_acme.{table}", column) for table, column in hidden)
    assert db.value(readable, "tenant_acme.cdp_report_days", "orders")
    told = days(db, today(db), today(db))[today(db).isoformat()]
    assert (told["orders"], told["revenue"], told["refunded_value"]) == (1, None, None)
    rows = db.call_rows("c360.report_rfm", "acme")
    assert {(row["segment"], row["revenue"]) for row in rows} == {(None, None)}
    assert sum(row["customers"] for row in rows) == 1


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [("2026-05-06", "2026-05-05", "U4425"), ("-infinity", "2026-05-05", "U4424"), (None, "infinity", "U4424")],
)
@pytest.mark.parametrize("function", ["c360.report_days", "c360.report_cohorts", "c360.report_rfm", "c360.report_clv"])
def test_days_that_cannot_be_are_refused(db, function, first, last, code):
    with pytest.raises(psycopg.Error) as refused:
        db.call_rows(function, "acme", first, last)

    assert refused.value.sqlstate == code


def test_two_sessions_that_refresh_at_once_count_everybody_once(connect, reported, summed, parts):
    db, other = connect(autocommit=True), connect(autocommit=True)
    ingest(db, *(order(f"p{number}", f"o{number}", 5, "2026-05-06") for number in range(60)))
    resolve(db)
    while db.call("c360.refresh_profiles", "acme")["has_more"]:
        pass

    def refresh(session):
        while session.call("c360.refresh_reports", "acme", 3)["has_more"]:
            pass

    threads = [threading.Thread(target=refresh, args=(session,)) for session in (db, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert reported(db) == summed(parts(db))
    assert reported(db)[0][0][2] == 60


def test_a_job_refreshes_the_reports(connect):
    db = connect(autocommit=True)
    ingest(db, visit("lan", "2026-05-06"))
    resolve(db)
    db.call("c360.refresh_profiles", "acme")

    told = db.call("c360.run_job", "acme", "refresh_reports")

    assert told["has_more"] is False
    assert days(db, "2026-05-06", "2026-05-06")["2026-05-06"]["events"] == 1
