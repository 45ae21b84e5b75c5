"""What PostgreSQL says of the rows of a lake: columns, days, checksums."""

from __future__ import annotations

import hashlib

import pytest

from support.events import page, track

LONG_AGO = "2024-03-31T23:59:59.999999Z"
NEXT = "2024-04-01T00:00:00Z"


def receive(db, received_at, *events, tenant="acme"):
    return db.call("c360.ingest", tenant, {"batch": list(events)}, "web", received_at)


def checksum(db, table, partition, columns):
    """Worked out here, from the texts of the rows alone."""
    shown = ", ".join(f"c{number:02d}" for number in range(1, len(columns) + 1))
    rows = db.rows(f"SELECT {shown} FROM c360.lake_rows('acme', '{table}', '{partition}')")
    texts = ["\x1f".join("\x1e" if value is None else value for value in row) for row in rows]
    return sum(int(hashlib.md5(text.encode()).hexdigest()[:15], 16) for text in texts), len(rows)


def columns(db, table):
    return db.column("SELECT column_name FROM c360.lake_schema('acme') WHERE table_name = %s", table)


def test_the_schema_names_person_time_and_key_of_every_table(db):
    listed = db.records("SELECT * FROM c360.lake_schema('acme')")

    assert {row["table_name"] for row in listed} == {
        "events",
        "purchases",
        "profile_history",
        "messages",
        "profile_links",
    }
    person = {row["table_name"]: row["column_name"] for row in listed if row["is_person"]}
    assert person == {
        "events": "raw_profile_id",
        "purchases": "raw_profile_id",
        "profile_history": "master_profile_id",
        "messages": "key",
        "profile_links": "raw_profile_id",
    }
    assert not any(row["table_name"] == "messages" and row["column_name"] == "tenant" for row in listed)
    types = {row["column_name"]: row["lake_type"] for row in listed if row["table_name"] == "events"}
    assert types["event_id"] == "int64"
    assert types["received_at"] == "timestamp(us, UTC)"
    assert types["payload"] == "string"


def test_a_month_ends_where_the_next_begins(db):
    receive(db, LONG_AGO, page("last of march"))
    receive(db, NEXT, page("first of april"))

    march = db.call_rows("c360.lake_days", "acme", "events", "y2024m03")
    april = db.call_rows("c360.lake_days", "acme", "events", "y2024m04")

    assert [(str(day["dt"]), day["row_count"]) for day in march] == [("2024-03-31", 1)]
    assert [(str(day["dt"]), day["row_count"]) for day in april] == [("2024-04-01", 1)]


@pytest.mark.parametrize("is_partitioned", [False, True])
def test_months_are_found_in_the_default_partition_too(db, is_partitioned):
    receive(db, LONG_AGO, page())
    if is_partitioned:
        db.call("c360.maintain_event_partitions", "acme")

    months = db.call_rows("c360.lake_months", "acme", "events")

    assert next(month["partition"] for month in months if month["is_over"]) == "y2024m03"
    assert db.call_rows("c360.lake_days", "acme", "events", "y2024m03")[0]["row_count"] == 1


def test_the_checksum_is_of_every_column_of_every_row(db):
    receive(
        db,
        LONG_AGO,
        track("Order Completed", "m1", properties={"revenue": -0.0, "note": "đặt hàng 🎁", "n": None}),
        track("Order Completed", "m2", properties={"revenue": 1e300, "n": 123456789012345678901234567890}),
        track("\\N", "m3", properties={"text": 'a"b\nc,\t'}),
    )
    db.call("c360.resolve_identities", "acme")

    for table, partition in (
        ("events", "y2024m03"),
        ("profile_links", "all"),
    ):
        days = db.call_rows("c360.lake_days", "acme", table, partition)
        expected, count = checksum(db, table, partition, columns(db, table))
        assert (sum(day["checksum"] for day in days), sum(day["row_count"] for day in days)) == (expected, count)
        assert count > 0


@pytest.mark.parametrize("table", ["purchases", "profile_history", "messages"])
def test_other_tables_have_months_as_well(db, table):
    receive(db, None, track("Order Completed", "m1", properties={"order_id": "1", "revenue": 10, "currency": "EUR"}))
    db.call("c360.resolve_identities", "acme")

    month = db.call_rows("c360.lake_months", "acme", table)[-1]["partition"]

    days = db.call_rows("c360.lake_days", "acme", table, month)
    expected, count = checksum(db, table, month, columns(db, table))
    assert (sum(day["checksum"] for day in days), sum(day["row_count"] for day in days)) == (expected, count)
    assert count > 0


def test_settings_of_the_session_change_no_checksum(db):
    receive(db, LONG_AGO, page())
    days = "SELECT row_count, checksum FROM c360.lake_days('acme', 'events', 'y2024m03')"
    before = db.rows(days)

    db.execute("SET LOCAL timezone = 'Asia/Ho_Chi_Minh'")
    db.execute("SET LOCAL datestyle = 'German'")
    db.execute("SET LOCAL extra_float_digits = -3")

    assert db.rows(days) == before
