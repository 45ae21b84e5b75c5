"""Partitions are made ahead of time; what arrives without one is kept and moved, never lost."""

from __future__ import annotations

import pytest

from support.events import event_count, ingest, page

AT = "2031-01-15T00:00:00Z"


def partitions(db, table="tenant_acme.cdp_behavioral_events"):
    return db.column(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1", table
    )


def receive_at(db, received_at, *events):
    return db.call("c360.ingest", "acme", {"batch": list(events)}, "web", received_at)


def test_a_new_tenant_has_the_partition_of_this_month(db):
    ingest(db, page("m1"))

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events_default") == 0


def test_partitions_are_made_ahead_and_a_second_call_has_nothing_to_do(db):
    first = db.call("c360.maintain_event_partitions", "acme", "2 months", AT)
    second = db.call("c360.maintain_event_partitions", "acme", "2 months", AT)

    assert (first, second) == ({"created": 3, "moved": 0}, {"created": 0, "moved": 0})
    assert {f"tenant_acme.cdp_behavioral_events_y2031m0{month}" for month in (1, 2, 3)} <= set(partitions(db))


def test_events_without_a_partition_are_kept_and_moved_into_theirs(db):
    receive_at(db, "2031-01-31T23:59:59.999999Z", page("m1"))
    receive_at(db, "2031-02-01T00:00:00Z", page("m2"))
    receive_at(db, "1999-07-01T00:00:00Z", page("m3"))
    before = db.rows("SELECT * FROM tenant_acme.cdp_behavioral_events ORDER BY event_id")

    answer = db.call("c360.maintain_event_partitions", "acme", "0 days", AT)

    assert answer == {"created": 3, "moved": 3}
    assert db.rows("SELECT * FROM tenant_acme.cdp_behavioral_events ORDER BY event_id") == before
    assert db.rows("SELECT message_id FROM tenant_acme.cdp_behavioral_events_y2031m01") == [("m1",)]
    assert db.rows("SELECT message_id FROM tenant_acme.cdp_behavioral_events_y2031m02") == [("m2",)]
    assert db.rows("SELECT message_id FROM tenant_acme.cdp_behavioral_events_y1999m07") == [("m3",)]
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events_default") == 0


def test_new_events_land_in_a_moved_partition_and_duplicates_are_still_known(db):
    receive_at(db, AT, page("m1"))
    db.call("c360.maintain_event_partitions", "acme", "0 days", AT)

    answer = receive_at(db, AT, page("m1"), page("m2"))

    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events_y2031m01") == 2


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/Los_Angeles"])
def test_months_are_those_of_utc_whatever_the_session_says(db, zone):
    db.execute(f"SET LOCAL TimeZone = '{zone}'")
    receive_at(db, "2031-01-01T00:00:00Z", page("m1"))

    db.call("c360.maintain_event_partitions", "acme", "1 day", "2031-01-31T23:30:00Z")

    assert [name[-8:] for name in partitions(db) if "_y2031" in name] == ["y2031m01", "y2031m02"]


def test_partitions_carry_indexes_keys_and_comments(db):
    receive_at(db, AT, page("m1"))
    db.call("c360.maintain_event_partitions", "acme", "0 days", AT)

    assert db.value("SELECT obj_description('tenant_acme.cdp_behavioral_events_y2031m01'::regclass, 'pg_class')")
    shape = """
        SELECT
            (SELECT count(*) FROM pg_index WHERE indrelid = part.oid),
            (
                SELECT array_agg(contype::text ORDER BY contype)
                FROM pg_constraint
                WHERE conrelid = part.oid
                  AND contype <> 'n'
            )
        FROM pg_class AS part
        WHERE part.oid = %s::regclass
    """
    made = db.rows(shape, "tenant_acme.cdp_behavioral_events_y2031m01")
    assert made == db.rows(shape, "tenant_acme.cdp_behavioral_events_default")


def test_two_maintainers_and_a_sender_at_once_lose_nothing(connect, in_background):
    sender, alice, bob = connect(autocommit=True), connect(autocommit=True), connect(autocommit=True)

    def send():
        return sum(
            receive_at(sender, f"2031-{1 + n % 12:02}-15T00:00:00Z", page(f"m{n}"))["accepted"] for n in range(200)
        )

    def maintain(session):
        return [session.call("c360.maintain_event_partitions", "acme", f"{months} months", AT) for months in range(12)]

    work = [in_background(send), in_background(maintain, alice), in_background(maintain, bob)]
    assert work[0].result() == 200
    for future in work[1:]:
        future.result()
    alice.call("c360.maintain_event_partitions", "acme", "11 months", AT)

    assert event_count(sender) == 200
    assert sender.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events_default") == 0


def test_a_partition_waits_for_writers_and_not_the_other_way_round_for_ever(connect, in_background, wait_until_blocked):
    writer, upkeep = connect(), connect()

    receive_at(writer, AT, page("m1"))
    waiting = in_background(upkeep.call, "c360.maintain_event_partitions", "acme", "0 days", AT)
    wait_until_blocked(upkeep)
    writer.commit()

    assert waiting.result() == {"created": 1, "moved": 1}
    upkeep.commit()
    assert event_count(writer) == 1
