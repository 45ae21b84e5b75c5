"""Events go by whole months; what was computed from them, and that they were there, stays."""

from __future__ import annotations

import pytest

from retention.conftest import AT
from support.events import event_count, identify, page, track
from support.observations import resolve

OLD, MIDDLE, NEW = "2022-03-10T00:00:00Z", "2023-06-10T00:00:00Z", "2024-06-10T00:00:00Z"


def receive(db, received_at, *events, tenant="acme"):
    return db.call("c360.ingest", tenant, {"batch": list(events)}, "web", received_at)


def partitions(db, tenant="acme"):
    names = db.column(
        "SELECT part.relname FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid"
        " WHERE inhparent = %s::regclass AND part.relname ~ '_y202[0-4]' ORDER BY 1",
        f"tenant_{tenant}.cdp_behavioral_events",
    )
    return [name[-8:] for name in names]


def messages_of(db, tenant="acme"):
    return db.column(f"SELECT message_id FROM tenant_{tenant}.cdp_behavioral_events ORDER BY message_id")


def lay_out(db, tenant="acme"):
    """One event in each of three months, each in a partition of its own."""
    for received_at, message_id in ((OLD, "old"), (MIDDLE, "middle"), (NEW, "new")):
        receive(db, received_at, page(message_id), tenant=tenant)
    db.call("c360.maintain_event_partitions", tenant, "0 days", AT)


def what_follows_from_events(db):
    """Every row of what is computed from events, without the times of the computation."""
    tables = (
        "cdp_profiles",
        "cdp_profile_metrics",
        "cdp_profile_links",
        "cdp_profile_identifiers",
        "cdp_purchases",
        "cdp_activity",
    )
    times = ["refreshed_at", "updated_at", "linked_at"]
    return {
        table: db.column(
            f"SELECT to_jsonb(own.*) - %s::text[] AS row FROM tenant_acme.{table} AS own ORDER BY row", times
        )
        for table in tables
    }


def test_events_are_kept_for_ever_unless_somebody_says_otherwise(db):
    lay_out(db)

    answer = db.call("c360.apply_retention", "acme", None, AT)

    assert "events" not in answer["kinds"]
    assert messages_of(db) == ["middle", "new", "old"]


def test_months_that_were_over_before_are_dropped_whole(db, keep, run):
    lay_out(db)
    keep(db, "events", 365)

    done = run(db, "events")

    assert [name[-8:] for name in done["partitions"]] == ["y2022m03"]
    assert messages_of(db) == ["middle", "new"]
    # The month in which the first day to be kept lies stays whole.
    assert partitions(db) == ["y2023m06", "y2024m06"]


def test_the_last_moment_of_a_month_counts(db, keep, run):
    receive(db, "2023-06-30T23:59:59.999999Z", page("june"))
    receive(db, "2023-07-01T00:00:00Z", page("july"))
    db.call("c360.maintain_event_partitions", "acme", "0 days", AT)
    keep(db, "events", 1)

    before = run(db, "events", at="2023-07-01T23:59:59Z")
    assert before["partitions"] == []
    assert run(db, "events", at="2023-07-02T00:00:00Z")["removed"] == 1
    assert messages_of(db) == ["july"]


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "America/Los_Angeles"])
def test_months_are_those_of_utc_whatever_the_session_says(db, keep, run, zone):
    db.execute(f"SET LOCAL TimeZone = '{zone}'")
    db.execute("SET LOCAL DateStyle = 'SQL, DMY'")
    lay_out(db)
    keep(db, "events", 365)

    assert [name[-8:] for name in run(db, "events")["partitions"]] == ["y2022m03"]
    assert partitions(db) == ["y2023m06", "y2024m06"]


def test_a_dry_run_counts_exactly_and_changes_nothing(db, keep, look, run):
    lay_out(db)
    receive(db, "2021-01-01T00:00:00Z", page("stray"))
    keep(db, "events", 365)
    before = (messages_of(db), partitions(db), db.value("SELECT count(*) FROM c360.retention_states"))

    found = look(db, "events")

    assert found["removed"] == 2
    assert [name[-8:] for name in found["partitions"]] == ["y2022m03"]
    assert (messages_of(db), partitions(db), db.value("SELECT count(*) FROM c360.retention_states")) == before
    assert run(db, "events")["removed"] == found["removed"]


def test_a_dry_run_may_look_ahead(db, keep, look):
    lay_out(db)
    keep(db, "events", 365)

    assert look(db, "events", at="2999-01-01T00:00:00Z")["removed"] == 3


def test_strays_in_the_default_partition_go_in_small_steps_and_odd_times_stay(db, keep, run):
    receive(db, "2021-01-01T00:00:00Z", *(page(f"stray{n}") for n in range(7)))
    receive(db, "2034-01-01T00:00:00Z", page("future"))
    receive(db, "2023-06-20T00:00:00Z", page("kept"))
    for odd in ("infinity", "-infinity"):
        db.execute(
            "INSERT INTO tenant_acme.cdp_behavioral_events_default OVERRIDING SYSTEM VALUE"
            " SELECT event_id + 1000000, %s, occurred_at, clock_status, raw_profile_id, source, message_id || %s, type,"
            " event_name, payload FROM tenant_acme.cdp_behavioral_events WHERE message_id = 'future'",
            odd,
            odd,
        )
    keep(db, "events", 365)

    done = run(db, "events", limit=3)

    assert (done["removed"], done["steps"]) == (7, 4)
    assert messages_of(db) == ["future", "future-infinity", "futureinfinity", "kept"]


def test_a_partition_that_somebody_made_by_hand_goes_by_its_bounds_and_not_by_its_name(db, keep, run):
    db.execute("SET LOCAL ROLE c360_owner")
    db.execute(
        "CREATE TABLE tenant_acme.year_2020 PARTITION OF tenant_acme.cdp_behavioral_events"
        " FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2021-01-01 00:00+00')"
    )
    db.execute(
        "CREATE TABLE tenant_acme.cdp_behavioral_events_y2000m01 PARTITION OF tenant_acme.cdp_behavioral_events"
        " FOR VALUES FROM ('2090-01-01 00:00+00') TO (MAXVALUE)"
    )
    keep(db, "events", 365)

    assert run(db, "events")["partitions"] == ["year_2020"]


def test_a_late_repeat_of_a_removed_event_is_still_a_duplicate(db, keep, run):
    lay_out(db)
    receive(db, "2021-01-01T00:00:00Z", page("stray"))
    keep(db, "events", 365)
    run(db, "events")

    answer = receive(db, AT, page("old"), page("stray"), page("middle"), page("fresh"))

    assert (answer["accepted"], answer["duplicates"]) == (1, 3)
    assert messages_of(db) == ["fresh", "middle", "new"]


def test_what_was_computed_from_removed_events_stays_and_a_rebuild_gives_the_same(db, keep, run):
    order = {"properties": {"order_id": "o1", "total": 12.5, "currency": "USD"}}
    visit = {"context": {"page": {"url": "https://shop.example/last"}}, "channel": "app"}
    receive(
        db,
        OLD,
        identify("u1", "i1", email="lan@example.com"),
        track("Order Completed", "o1", userId="u1", **order),
        page("p1", userId="u1", **visit),
    )
    receive(db, MIDDLE, track("Session Started", "s1", userId="u1"))
    resolve(db)
    db.call("c360.refresh_scores", "acme", AT)
    db.call("c360.maintain_event_partitions", "acme", "0 days", AT)
    before = what_follows_from_events(db)
    keep(db, "events", 100)

    assert len(run(db, "events")["partitions"]) == 2
    assert event_count(db) == 0

    db.call("c360.refresh_scores", "acme", AT)
    profile_ids = db.column("SELECT master_profile_id FROM tenant_acme.cdp_master_profiles WHERE status = 'active'")
    db.rows("SELECT * FROM tenant_acme.refresh_activity(%s)", profile_ids)
    db.call("c360.rebuild_identities", "acme")

    assert what_follows_from_events(db) == before
    assert before["cdp_profile_metrics"][0]["last_seen_touchpoint_url"] == "https://shop.example/last"
    assert before["cdp_profile_metrics"][0]["last_known_channel"] == "app"


def test_a_later_page_counts_more_than_one_that_was_removed(db, keep, run):
    def at(url):
        return {"context": {"page": {"url": url}}}

    receive(db, OLD, page("p1", userId="u1", **at("https://shop.example/old")))
    receive(db, MIDDLE, page("p2", userId="u1", **at("https://shop.example/middle")))
    resolve(db)
    db.call("c360.maintain_event_partitions", "acme", "0 days", AT)
    keep(db, "events", 100)
    run(db, "events", limit=1)
    shown = "SELECT last_seen_touchpoint_url FROM tenant_acme.cdp_profile_metrics"
    ids = db.column("SELECT master_profile_id FROM tenant_acme.cdp_master_profiles")
    db.rows("SELECT * FROM tenant_acme.refresh_activity(%s)", ids)
    assert db.value(shown) == "https://shop.example/middle"

    receive(db, NEW, page("p3", userId="u1", **at("https://shop.example/new")))
    resolve(db)

    assert db.value(shown) == "https://shop.example/new"


def test_readers_do_not_see_the_pages_that_were_noted(db):
    assert db.value(
        "SELECT NOT has_column_privilege('c360_acme_reader', 'tenant_acme.cdp_past_touchpoints', 'url', 'SELECT')"
        " AND has_column_privilege('c360_acme_admin', 'tenant_acme.cdp_past_touchpoints', 'url', 'SELECT')"
    )


def test_the_other_tenant_keeps_what_it_keeps(connect, keep, run, globex):
    session = connect(autocommit=True)
    for tenant in ("acme", "globex"):
        lay_out(session, tenant)
    keep(session, "events", 365)

    run(session, "events")
    session.call("c360.apply_retention", "globex", None, AT)

    assert messages_of(session) == ["middle", "new"]
    assert messages_of(session, "globex") == ["middle", "new", "old"]
