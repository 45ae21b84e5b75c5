"""No client clock loses an event: occurred_at is the best estimate, received_at is ours."""

from __future__ import annotations

import pytest

from support.events import ingest, page

RECEIVED = "2026-03-10T12:00:00Z"


def clock(db, event, kind=None, **batch):
    body = {"batch": [page(None, **event)], **batch}
    db.value("SELECT c360._ingest_body('tenant_acme', 'web', %s, %s::jsonb::text, %s)", kind, body, RECEIVED)
    occurred_at, status, is_received_then = db.row(
        """
        SELECT to_json(occurred_at AT TIME ZONE 'UTC'), clock_status, received_at = %s::timestamptz
        FROM tenant_acme.cdp_behavioral_events
        """,
        RECEIVED,
    )
    assert is_received_then
    return occurred_at, status


@pytest.mark.parametrize(
    ("event", "occurred_at", "status"),
    [
        ({}, "2026-03-10T12:00:00", "missing"),
        ({"timestamp": None}, "2026-03-10T12:00:00", "missing"),
        ({"timestamp": "2026-03-10T11:59:00Z"}, "2026-03-10T11:59:00", "ok"),
        ({"timestamp": "1999-12-31T23:59:59Z"}, "1999-12-31T23:59:59", "ok"),
        ({"timestamp": "2026-03-10"}, "2026-03-10T00:00:00", "ok"),
        ({"timestamp": "2026-03-10T18:59:00"}, "2026-03-10T18:59:00", "ok"),
        ({"timestamp": "2026-03-10T18:59:00.250+07:00"}, "2026-03-10T11:59:00.25", "ok"),
        ({"timestamp": "20260310T115900Z"}, "2026-03-10T11:59:00", "ok"),
        ({"originalTimestamp": "2026-03-10T11:59:00Z"}, "2026-03-10T11:59:00", "ok"),
        (
            {"originalTimestamp": "2031-01-01T00:00:00Z", "sentAt": "2031-01-01T00:00:05Z"},
            "2026-03-10T11:59:55",
            "corrected",
        ),
        ({"timestamp": "2031-01-01T00:00:00Z", "sentAt": "2031-01-01T00:00:05Z"}, "2026-03-10T11:59:55", "corrected"),
        ({"timestamp": "1970-01-01T00:00:10Z", "sentAt": "1970-01-01T00:00:15Z"}, "2026-03-10T11:59:55", "corrected"),
        ({"timestamp": "2010-01-01T00:00:00Z", "sentAt": RECEIVED}, "2010-01-01T00:00:00", "corrected"),
        ({"timestamp": "2026-03-10T11:00:00Z", "sentAt": "rubbish"}, "2026-03-10T11:00:00", "ok"),
        ({"timestamp": "2026-03-11T11:59:00Z"}, "2026-03-11T11:59:00", "ok"),
        ({"timestamp": "2026-03-11T12:00:01Z"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "1969-12-31T23:59:59Z"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "9999-12-31T23:59:59Z"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "0001-01-01T00:00:00Z", "sentAt": "9999-12-31T23:59:59Z"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "9999-12-31T23:59:59Z", "sentAt": "0001-01-01T00:00:00Z"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "2026-02-30T00:00:00Z"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "now"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "infinity"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "-infinity", "sentAt": "infinity"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "epoch"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "yesterday"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "10/03/2026"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "2026-03-10T11:59:00 Europe/Berlin"}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": ""}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": 1773143940000}, "2026-03-10T11:59:00", "ok"),
        ({"timestamp": "1773143940"}, "2026-03-10T11:59:00", "ok"),
        ({"timestamp": "Tue, 10 Mar 2026 11:59:00 GMT"}, "2026-03-10T11:59:00", "ok"),
        ({"originalTimestamp": 1773143940, "sentAt": 1773143945}, "2026-03-10T11:59:55", "corrected"),
        ({"timestamp": 45}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": {"a": 1}}, "2026-03-10T12:00:00", "implausible"),
        ({"timestamp": "2026-03-10T11:59:00+99:99"}, "2026-03-10T12:00:00", "implausible"),
    ],
)
def test_the_time_of_an_event_is_the_best_estimate(db, event, occurred_at, status):
    assert clock(db, event) == (occurred_at, status)


@pytest.mark.parametrize(
    "setting", ["TimeZone = 'Asia/Ho_Chi_Minh'", "DateStyle = 'German, DMY'", "IntervalStyle = 'iso_8601'"]
)
def test_the_settings_of_the_session_do_not_matter(db, setting):
    db.execute(f"SET LOCAL {setting}")

    assert clock(db, {"timestamp": "2026-03-10T01:02:03"}) == ("2026-03-10T01:02:03", "ok")


def test_sent_at_of_the_batch_corrects_its_events(db):
    event = {"originalTimestamp": "2026-03-10T13:00:00Z"}

    assert clock(db, event, sentAt="2026-03-10T13:00:30Z") == ("2026-03-10T11:59:30", "corrected")


def test_an_import_is_history_and_its_timestamp_is_taken_as_it_is(db):
    event = {
        "timestamp": "2015-06-01T00:00:00Z",
        "originalTimestamp": "2015-06-01T01:00:00Z",
        "sentAt": "2015-06-01T01:00:01Z",
    }

    assert clock(db, event, kind="import") == ("2015-06-01T00:00:00", "ok")


def test_an_implausible_time_is_kept_in_the_payload(db):
    ingest(db, page("m1", timestamp="2999-01-01T00:00:00Z"))

    assert db.column("SELECT payload ->> 'timestamp' FROM tenant_acme.cdp_behavioral_events") == [
        "2999-01-01T00:00:00Z"
    ]


def test_the_activity_follows_the_corrected_clock(db):
    ingest(db, page("m1", timestamp="2020-01-02T00:00:00Z"), page("m2", timestamp="2020-01-01T00:00:00Z"))
    ingest(db, page("m3", timestamp="2020-01-03T00:00:00Z"))

    first, last, count = db.row("SELECT first_at, last_at, event_count FROM tenant_acme.cdp_activity")
    assert (first.date().isoformat(), last.date().isoformat(), count) == ("2020-01-01", "2020-01-03", 3)
