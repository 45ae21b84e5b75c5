"""Metrics are those of events and orders, in whatever order they come; windows are whole days of the tenant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from c360.governance.tenants import as_owner
from support.events import identify, ingest, page, track
from support.observations import master_of, observe

NOW = datetime.now(UTC)
COUNTS = "SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0) FROM pg_stat_xact_all_tables WHERE relname LIKE %s"


def ago(**delta):
    return (NOW - timedelta(**delta)).isoformat()


def order(number, total, message_id=None, **more):
    properties = {"order_id": number, "total": total, **more.pop("properties", {})}
    return track("Order Completed", message_id, properties=properties, **more)


def refund(number, message_id=None, **more):
    return track("Order Refunded", message_id, properties={"order_id": number, **more.pop("properties", {})}, **more)


def windows(db, profile_id, as_of):
    told = db.call("c360.profile_metrics", "acme", profile_id, as_of)
    return [told[name] for name in ("events_7d", "events_30d", "events_90d", "active_days_7d")]


def only(db):
    return db.value("SELECT master_profile_id FROM tenant_acme.cdp_master_profiles")


def test_a_golden_record_has_its_metrics(db, work, metrics):
    ingest(
        db,
        page("m1", timestamp=ago(days=100)),
        track("Clicked", "m2", timestamp=ago(days=40)),
        track("Clicked", "m3", timestamp=ago(days=20)),
        track("session_start", "m4", timestamp=ago(days=2), channel="zalo"),
        order("o1", 30, "m5", timestamp=ago(days=2)),
        order("o2", 10, "m6", timestamp=ago(days=2)),
        refund("o1", "m7", properties={"total": 5}, timestamp=ago(days=1)),
    )
    work(db)

    row = metrics(db)
    assert [row[name] for name in ("events_7d", "events_30d", "events_90d", "total_events")] == [4, 5, 6, 7]
    assert [row[name] for name in ("active_days_7d", "active_days_30d", "active_days_90d")] == [2, 3, 4]
    assert (row["event_counts_90d"]["Clicked"], row["event_counts_30d"]["Clicked"]) == (2, 1)
    assert (row["event_counts"]["page"], "page" in row["event_counts_90d"]) == (1, False)
    assert (row["total_orders"], row["total_revenue"], row["avg_order_value"]) == (2, 35, Decimal("17.5"))
    assert (row["total_refunds"], row["refunded_value"]) == (1, 5)
    assert (row["total_sessions"], row["last_known_channel"]) == (1, "zalo")
    assert (row["first_seen_at"].isoformat(), row["last_seen_at"].isoformat()) == (ago(days=100), ago(days=1))


def test_the_function_says_the_same_as_the_view(db, work, metrics):
    ingest(db, page("m1", timestamp=ago(days=8)), order("o1", 30, "m2", timestamp=ago(days=2)))
    work(db)

    seen = metrics(db)
    told = db.call("c360.profile_metrics", "acme", seen["master_profile_id"])

    shown = {name: value for name, value in seen.items() if name not in {"refreshed_at", "event_counts"}}
    assert set(told) == {*shown, "as_of"}
    numbers = {name: value for name, value in shown.items() if isinstance(value, int | Decimal | dict)}
    assert {name: told[name] for name in numbers} == numbers


def test_the_metrics_equal_the_attributes_of_the_golden_record(db, work, metrics):
    ingest(db, track("session_start", "m1"), order("o1", 30, "m2"), refund("o1", "m3", properties={"total": 5}))
    work(db)

    row = metrics(db)
    golden = db.records("SELECT * FROM tenant_acme.cdp_profiles")[0]
    for name in ("first_seen_at", "last_seen_at", "total_sessions", "total_orders", "total_revenue", "avg_order_value"):
        assert row[name] == golden[name], name
    assert row["event_counts"] == golden["event_summary"]


@pytest.mark.parametrize(
    ("name", "last", "first"),
    [
        ("Asia/Ho_Chi_Minh", "2026-06-10T16:59:59Z", "2026-06-10T17:00:00Z"),
        ("America/New_York", "2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T02:59:59Z", "2018-11-04T03:00:00Z"),
        ("Asia/Kathmandu", "2026-06-10T18:14:59Z", "2026-06-10T18:15:00Z"),
    ],
)
def test_a_window_begins_with_a_day_of_the_tenant(db, work, zone, name, last, first):
    zone(db, name)
    ingest(db, page("m1", timestamp=last), page("m2", timestamp=first))
    work(db)
    at = datetime.fromisoformat(first)

    # The day of the second event and six more; a moment later it is the eighth day.
    within = at + timedelta(days=6, hours=22)
    assert windows(db, only(db), last)[0] == 1
    assert windows(db, only(db), first)[0] == 2
    assert windows(db, only(db), within)[0] == 1
    assert windows(db, only(db), within + timedelta(hours=3))[0] == 0
    assert windows(db, only(db), first)[3] == 2


def test_another_time_zone_counts_all_days_anew(db, work, zone, equals_events):
    ingest(db, *(page(f"m{hour}", timestamp=ago(days=3, hours=hour)) for hour in range(40)))
    work(db)

    zone(db, "Pacific/Auckland")
    work(db, 1)

    equals_events(db)


def test_events_of_one_name_in_a_window_of_ones_own(db, work):
    ingest(
        db,
        track("Clicked", "m1", timestamp="2026-06-01T10:00Z"),
        track("Clicked", "m2", timestamp="2026-06-03T10:00Z"),
        track("Viewed", "m3", timestamp="2026-06-03T11:00Z"),
    )
    lonely = observe(db, user_id="lan")
    work(db)
    one = db.value("SELECT master_profile_id FROM tenant_acme.cdp_metric_values WHERE total_events = 3")
    other = master_of(db, lonely)

    def count(name, window, as_of="2026-06-03T20:00Z"):
        rows = db.call_rows("c360.events_in_window", "acme", [one, other], name, window, as_of)
        return {row["master_profile_id"]: (row["event_count"], row["active_days"]) for row in rows}

    assert count("Clicked", "2 days") == {one: (1, 1), other: (0, 0)}
    assert count("Clicked", "3 days")[one] == (2, 2)
    assert count(None, "1 month")[one] == (3, 2)
    with pytest.raises(psycopg.Error) as refused:
        count("Clicked", "90 minutes")
    assert refused.value.sqlstate == "U4425"


def test_late_and_repeated_events_count_once_on_their_day(db, work, equals_events):
    ingest(db, page("m1", timestamp=ago(days=2)))
    work(db)

    for late in (1, 5, 33, 200, 700):
        ingest(db, page("m1", timestamp=ago(days=2)), track("Late", f"l{late}", timestamp=ago(days=late)))
        work(db)
        equals_events(db)

    assert db.value("SELECT sum(kept_count) FROM tenant_acme.cdp_activity_days") == 6


def test_a_late_event_and_a_new_one_together_are_both_found(db, work, equals_events):
    ingest(db, page("m1", timestamp=ago(days=20)), page("m2", timestamp=ago(days=2)))
    work(db)

    ingest(db, page("m3", timestamp=ago(days=1)), page("m4", timestamp=ago(days=19)))
    ingest(db, page("m5", timestamp=ago(days=2)))
    work(db)

    equals_events(db)


def test_a_new_event_of_who_was_here_often_reads_no_old_ones(db, work):
    for start in range(0, 6000, 2000):
        ingest(db, *(page(f"m{n}", timestamp=ago(hours=2, seconds=-n / 10)) for n in range(start, start + 2000)))
    work(db)
    db.execute("ANALYZE tenant_acme.cdp_behavioral_events")
    # The test and the functions it calls are one transaction, in which PostgreSQL counts the rows that are read.
    ingest(db, page("new", timestamp=ago(minutes=1)))
    while db.call("c360.resolve_identities", "acme")["remaining"]:
        pass
    before = db.value(COUNTS, "cdp_behavioral_events%")

    db.call("c360.refresh_profiles", "acme")

    assert db.value(COUNTS, "cdp_behavioral_events%") - before < 50
    assert db.value("SELECT sum(kept_count) FROM tenant_acme.cdp_activity_days") == 6001


def test_metrics_follow_a_merge_and_a_split(db, work, metrics, equals_events):
    ingest(db, order("o1", 30, "m1", anonymousId="a1"), order("o2", 12, "m2", anonymousId="a2"))
    work(db)
    raws = db.column("SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles ORDER BY raw_profile_id")
    apart = db.column("SELECT total_revenue FROM tenant_acme.cdp_metrics ORDER BY 1")

    db.call("c360.set_link_override", "acme", "must_link", [raws[0]], [raws[1]], "same person")
    work(db)
    assert (metrics(db)["total_revenue"], metrics(db)["events_7d"]) == (42, 2)
    equals_events(db)

    db.call(
        "c360.remove_link_override", "acme", db.value("SELECT link_override_id FROM tenant_acme.cdp_link_overrides")
    )
    work(db)

    assert db.column("SELECT total_revenue FROM tenant_acme.cdp_metrics ORDER BY 1") == apart == [12, 30]
    equals_events(db)


def test_an_id_that_was_merged_answers_for_its_survivor_and_an_unknown_one_for_nobody(db, work):
    raws = observe(db, user_id="lan"), observe(db, user_id="minh")
    work(db)
    before = {master_of(db, raw) for raw in raws}
    db.call("c360.set_link_override", "acme", "must_link", [raws[0]], [raws[1]], "same person")
    work(db)

    [survivor] = {master_of(db, raw) for raw in raws}
    [gone] = before - {survivor}
    assert db.call("c360.profile_metrics", "acme", gone)["master_profile_id"] == str(survivor)
    assert db.call("c360.profile_metrics", "acme", "00000000-0000-0000-0000-000000000007") is None


@pytest.mark.parametrize("mode", ["erase", "anonymise"])
def test_nothing_is_left_of_who_was_erased(connect, work, equals_events, mode):
    db = connect(autocommit=True)
    ingest(db, identify("lan", "m1"), {**order("o1", 5, "m2"), "userId": "lan"}, page("m3", anonymousId="a2"))
    work(db)
    lan = db.value("SELECT master_profile_id FROM tenant_acme.cdp_profile_identifiers WHERE value = 'lan'")

    counts = db.call("c360.erase_profile", "acme", "profile_id", str(lan), "case 7", mode)["tables"]

    assert (counts["cdp_metric_values"], counts["cdp_activity_days"] > 0) == (1, True)
    assert lan not in db.column("SELECT master_profile_id FROM tenant_acme.cdp_metric_values")
    work(db)
    equals_events(db)


def test_windows_go_on_counting_events_that_retention_removed(db, work):
    def send(received_at, *events):
        db.call("c360.ingest", "acme", {"batch": list(events)}, "web", received_at)

    send("2024-03-10T00:00Z", page("m1", timestamp="2024-03-09T10:00Z"), page("m2", timestamp="2024-03-10T00:00Z"))
    send("2024-04-10T00:00Z", page("m3", timestamp="2024-03-09T11:00Z"), page("m4", timestamp="2024-04-10T00:00Z"))
    db.call("c360.maintain_event_partitions", "acme", "0 days", "2024-06-15T12:00Z")
    work(db)
    before = [windows(db, only(db), at) for at in ("2024-03-12T00:00Z", "2024-04-12T00:00Z", "2024-06-01T00:00Z")]
    assert before[1] == [1, 1, 4, 1]

    db.call("c360.set_retention", "acme", "events", "40 days")
    while db.call("c360.apply_retention", "acme", "events", "2024-05-15T12:00Z", p_limit=1)["has_more"]:
        pass
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 2

    def after():
        return [windows(db, only(db), at) for at in ("2024-03-12T00:00Z", "2024-04-12T00:00Z", "2024-06-01T00:00Z")]

    assert after() == before
    send("2024-04-20T00:00Z", page("late", timestamp="2024-03-09T12:00Z"), page("new", timestamp="2024-04-20T00:00Z"))
    work(db)
    assert after() == [[before[0][0] + 1, before[0][1] + 1, before[0][2] + 1, 2], [1, 1, 5, 1], [0, 0, 6, 0]]


def test_events_in_the_default_partition_that_go_are_counted_still(db, work):
    db.call("c360.ingest", "acme", {"batch": [page("m1", timestamp="2022-03-09T10:00Z")]}, "web", "2022-03-10T00:00Z")
    work(db)
    assert windows(db, only(db), "2022-03-10T00:00Z")[0] == 1

    db.call("c360.set_retention", "acme", "events", "40 days")
    while db.call("c360.apply_retention", "acme", "events", "2024-05-15T12:00Z")["has_more"]:
        pass

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 0
    assert windows(db, only(db), "2022-03-10T00:00Z")[0] == 1


def test_an_event_that_commits_late_is_not_missed(connect, work, equals_events):
    late, early = connect(), connect()
    ingest(early, page("m0", timestamp=ago(days=3)))
    early.commit()
    work(early)
    early.commit()

    ingest(late, track("Slow", "m1", timestamp=ago(days=1), anonymousId="a2"))
    ingest(early, page("m2", timestamp=ago(hours=1)))
    early.commit()
    work(early)
    early.commit()
    late.commit()
    ingest(late, page("m3", timestamp=ago(days=2)))
    late.commit()

    work(early)

    equals_events(early)
    assert early.value("SELECT sum(kept_count) FROM tenant_acme.cdp_activity_days") == 4


def test_masked_attributes_do_not_show_in_metrics(db, work):
    ingest(db, order("o1", 30, "m1"))
    work(db)
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true"
            " WHERE tenant = 'acme' AND attribute IN ('total_revenue', 'event_summary')"
        )
        db.call("c360._grant_tenant", "acme")

    told = db.call("c360.profile_metrics", "acme", only(db))

    assert {"total_revenue", "avg_order_value", "refunded_value", "event_counts_7d"}.isdisjoint(told)
    readable = "SELECT has_column_privilege('c360_acme_reader', 'tenant_acme.cdp_metrics', %s, 'SELECT')"
    assert [db.value(readable, name) for name in ("total_revenue", "event_counts", "total_orders")] == [
        False,
        False,
        True,
    ]


def test_sessions_that_send_and_work_at_the_same_time_end_with_the_metrics_of_all_events(
    connect, in_background, work, equals_events
):
    senders, workers, last = [connect(), connect()], [connect(), connect()], connect()

    def send(session, name):
        for number in range(30):
            # In time, late by hours, late by weeks; two of three visitors are the other sender's too.
            late = (number * 7) % 3 * (number * 5 + 1)
            who = f"a{number % 3 if number % 3 else name}"
            ingest(session, track(f"E{number % 2}", f"{name}{number}", timestamp=ago(hours=late), anonymousId=who))
            session.commit()

    def refresh(session):
        for _ in range(25):
            session.call("c360.resolve_identities", "acme")
            session.commit()
            session.call("c360.refresh_profiles", "acme", 2)
            session.commit()

    running = [in_background(send, session, name) for session, name in zip(senders, "xy", strict=True)]
    running += [in_background(refresh, session) for session in workers]
    for one in running:
        one.result()
    work(last)

    equals_events(last)
    assert last.value("SELECT sum(kept_count) FROM tenant_acme.cdp_activity_days") == 60
