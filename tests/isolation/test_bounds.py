"""Times, intervals and numbers of rows that a caller names are bounded, and what is there already breaks nothing."""

from __future__ import annotations

import psycopg
import pytest

EVENT = {"type": "identify", "userId": "u1", "messageId": "m1"}
COLUMNS = [{"name": "email", "kind": "text"}]
ID = "00000000-0000-0000-0000-000000000001"
TIMES = ["infinity", "-infinity", "294000-01-01", "4000-01-01 BC"]
TAKES_A_TIME = {
    "ingest": ("c360.ingest", "acme", [EVENT], "web"),
    "maintain_event_partitions": ("c360.maintain_event_partitions", "acme", "1 month"),
    "begin_import": ("c360.begin_import", "acme", "crm", "a", COLUMNS, None, {}, None),
    "refresh_scores": ("c360.refresh_scores", "acme"),
    "rfm": ("c360.rfm", "acme"),
    "rfm_summary": ("c360.rfm_summary", "acme"),
    "profile_as_of": ("c360.profile_as_of", "acme", ID),
    "add_subscription": (
        *("c360.add_subscription", "acme", ID, "crm", "https://crm.example", "key", b"123456789012", b""),
        *(["c360-updated-profiles"], [], {}),
    ),
}
TAKES_A_LIMIT = {
    "recent_events": ("c360.recent_events", "acme"),
    "recent_events after": ("c360.recent_events", "acme", "limit", 1),
    "rejected_events": ("c360.rejected_events", "acme", None),
    "list_imports": ("c360.list_imports", "acme"),
    "import_records": ("c360.import_records", "acme", None, None),
    "import_rejects": ("c360.import_rejects", "acme", 1),
    "match_reviews": ("c360.match_reviews", "acme", None),
    "metadata_history": ("c360.metadata_history", "acme"),
    "tail_topic": ("c360.tail_topic", "acme", "c360-updated-profiles", None),
}


def refused(session, function, *arguments):
    with pytest.raises(psycopg.Error) as caught:
        session.call_rows(function, *arguments)
    assert caught.value.diag.message_hint
    return caught.value.sqlstate


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("call", TAKES_A_TIME)
def test_times_that_are_infinite_or_far_away_are_refused(db, call, time):
    assert refused(db, *TAKES_A_TIME[call], time) == "U4424"


def test_an_import_does_not_end_at_infinity(db):
    begun = db.call("c360.begin_import", "acme", "crm", "a", COLUMNS)

    assert refused(db, "c360.finish_import", "acme", begun["import_id"], "infinity") == "U4424"


@pytest.mark.parametrize("interval", ["300 years", "-1 day", "25 months"])
def test_partitions_are_not_made_for_more_than_two_years(db, interval):
    assert refused(db, "c360.maintain_event_partitions", "acme", interval) == "U4425"


@pytest.mark.parametrize("limit", [-1, 2_147_483_647, None])
@pytest.mark.parametrize("call", TAKES_A_LIMIT)
def test_numbers_of_rows_that_make_no_sense_are_refused(db, call, limit):
    arguments = [limit if argument == "limit" else argument for argument in TAKES_A_LIMIT[call]]
    if arguments == list(TAKES_A_LIMIT[call]):
        arguments.append(limit)

    assert refused(db, *arguments) == "U4426"


@pytest.mark.parametrize("size", [0, -1, 1_000_001, None])
def test_batches_of_the_resolver_are_bounded(db, size):
    assert refused(db, "c360.resolve_identities", "acme", size) == "U2400"


def test_rows_at_infinity_do_not_keep_partitions_from_being_made(db):
    db.call("c360.ingest", "acme", [EVENT])
    for number, at in enumerate(("infinity", "-infinity", "4000-01-01 BC")):
        db.execute(
            "INSERT INTO tenant_acme.cdp_behavioral_events"
            " (received_at, occurred_at, clock_status, raw_profile_id, source, message_id, type, event_name, payload)"
            " SELECT %s, occurred_at, clock_status, raw_profile_id, source, %s, type, event_name, payload"
            " FROM tenant_acme.cdp_behavioral_events WHERE message_id = 'm1'",
            at,
            f"stray{number}",
        )

    answer = db.call("c360.maintain_event_partitions", "acme", "1 month", "2031-01-15")

    assert answer["created"] >= 2
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 4


def test_many_strays_are_put_away_in_several_calls(db):
    for year in range(2008, 2014):
        for month in range(1, 13):
            event = {**EVENT, "messageId": f"{year}-{month}"}
            db.call("c360.ingest", "acme", [event], "web", f"{year}-{month:02}-03 12:00Z")

    answers = [db.call("c360.maintain_event_partitions", "acme", "0 days") for _ in range(4)]

    assert [answer["created"] for answer in answers[:2]] == [36, 36]
    assert sum(answer["moved"] for answer in answers) == 72
    assert answers[3] == {"created": 0, "moved": 0}
