"""One record of a stream: its events in order, in time and space that grow with it and not with its square."""

import json

import pytest

PLACES = "SELECT index, event, unstorable FROM c360._unpack_record('r', %s)"
TEMPORARY = "SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()"


def written(db):
    db.execute("SELECT pg_stat_force_next_flush()")
    db.rollback()
    return db.value(TEMPORARY)


@pytest.mark.parametrize("shape", [list, lambda events: {"batch": events, "context": {"ip": "192.0.2.1"}}])
def test_a_long_list_of_events_takes_no_temporary_files(connect, shape):
    db = connect()
    events = [{"type": "track", "event": f"e{number}", "properties": {"n": "x" * 100}} for number in range(2500)]
    before = written(db)
    rows = db.rows(PLACES, json.dumps(shape(events)))

    assert [row[0] for row in rows] == list(range(2500))
    assert [row[1]["event"] for row in rows] == [event["event"] for event in events]
    assert [row[1]["messageId"] for row in rows] == [f"r-{number}" for number in range(2500)]
    assert written(db) - before < 20_000_000


def test_lines_lists_and_what_is_no_json_are_numbered_through(db):
    record = '{"event": "a"}\nnot json\n[{"event": "b"}, 7]\n\n[]\n{"batch": [{"event": "c"}]}'
    rows = db.rows(PLACES, record)

    assert [row[0] for row in rows] == [0, 1, 2, 3, 4]
    assert [row[2] for row in rows] == [None, "not json", None, None, None]
    assert [row[1] and row[1]["event"] if isinstance(row[1], dict) else row[1] for row in rows] == [
        "a",
        None,
        "b",
        7,
        "c",
    ]
