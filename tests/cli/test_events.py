"""`c360 events`: what arrives can be watched, loaded from files, and put right."""

import gzip
import json
import os
import signal
import subprocess
import sys
import tracemalloc

import openpyxl
import pytest

from c360.importing.events import events_of
from c360.importing.formats import reader_of
from support.events import event_count, ingest, page, track


@pytest.fixture
def session(connect):
    return connect(autocommit=True)


def test_the_last_events_are_shown_oldest_first(c360, database, session):
    ingest(session, page("m1"), track("Bought [red]\x1b[31m", "m2"), page("m3"))

    done = c360("events", "tail", "acme", "--limit", "2", "--dsn", database.dsn)
    as_json = c360("events", "tail", "acme", "--limit", "2", "--json", "--dsn", database.dsn)

    assert done.returncode == 0, done.stderr
    assert "Bought [red]·[31m" in done.stdout
    assert [json.loads(line)["message_id"] for line in as_json.stdout.splitlines()] == ["m2", "m3"]


def test_following_shows_new_events_also_those_that_commit_late(database, connect, session, tmp_path):
    ingest(session, page("m1"))
    late = connect()
    ingest(late, page("m2"))
    command = [sys.executable, "-m", "c360_cli", "events", "tail", "acme", "--follow", "--json", "--dsn", database.dsn]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as tail:
        lines = iter(tail.stdout.readline, "")
        shown = [json.loads(next(lines))["message_id"]]
        ingest(session, track("Early", "m3"))
        shown.append(json.loads(next(lines))["message_id"])
        late.commit()
        shown.append(json.loads(next(lines))["message_id"])
        tail.terminate()

    assert shown == ["m1", "m3", "m2"]


@pytest.mark.parametrize("shape", ["array", "lines"])
def test_events_are_loaded_from_a_file_and_loading_again_adds_none(c360, database, session, tmp_path, shape):
    events = [*(page(f"m{number}") for number in range(1500)), {"type": "page"}]
    file = tmp_path / "events.json"
    file.write_text(json.dumps(events) if shape == "array" else "\n".join(map(json.dumps, events)))

    first = c360("events", "load", "acme", str(file), "--json", "--dsn", database.dsn)
    second = c360("events", "load", "acme", str(file), "--json", "--dsn", database.dsn)

    assert json.loads(first.stdout) == {"accepted": 1500, "duplicates": 0, "rejected": 1, "encoding": "utf-8"}
    assert json.loads(second.stdout) == {"accepted": 0, "duplicates": 1500, "rejected": 1, "encoding": "utf-8"}
    assert event_count(session) == 1500


@pytest.mark.parametrize("shape", ["array", "lines"])
def test_a_broken_event_of_a_file_costs_no_other(c360, database, session, tmp_path, shape):
    events = [
        b'{"type":"page","anonymousId":"a","messageId":"m1","x":"\xc3\xa9\xe2\x80\xa8"}',
        b'{"type":"page","anonymousId":"a","x":NaN}',
        b'{"type":"page","anonymousId":"a\xff"}',
        b'{"type":"page","anonymousId":"a\0"}',
        rb'{"type":"page","anonymousId":"a\u0000"}',
        b'{"type":"page","anonymousId":"a","messageId":"m2"}',
    ]
    if shape == "lines":
        events[1:1] = [b'{"type":"page","anonymousId":"cut off', b'of a line that was cut"}', b"-- log rotated --"]
    file = tmp_path / "events.json"
    file.write_bytes(b"[" + b",".join(events) + b"]" if shape == "array" else b"\n".join(events))

    done = c360("events", "load", "acme", str(file), "--json", "--dsn", database.dsn)

    answer = json.loads(done.stdout)
    assert (answer["accepted"], answer["duplicates"], answer["rejected"]) == (2, 0, len(events) - 2)
    kept = session.column("SELECT payload FROM tenant_acme.cdp_rejected_events")
    assert (len(kept), any("NaN" in text for text in kept), any(r"\udcff" in text for text in kept)) == (
        len(events) - 2,
        True,
        True,
    )


def test_an_event_larger_than_a_request_is_refused_alone(c360, database, tmp_path):
    file = tmp_path / "events.json"
    file.write_text("\n".join(json.dumps(event) for event in (page("m1"), page("m2", text="x" * 600_000), page("m3"))))

    done = c360("events", "load", "acme", str(file), "--json", "--dsn", database.dsn)

    answer = json.loads(done.stdout)
    assert (answer["accepted"], answer["duplicates"], answer["rejected"]) == (2, 0, 1)


def test_a_file_that_is_no_json_is_wrong_usage(c360, database, tmp_path):
    (tmp_path / "bad.json").write_text("\nnonsense\n{}\n")

    done = c360("events", "load", "acme", "bad.json", "--dsn", database.dsn)

    assert done.returncode == 2
    assert "bad.json does not begin with JSON" in done.stderr


def test_the_same_file_brings_nothing_twice_also_without_message_ids(c360, database, session, tmp_path):
    event = {"type": "page", "anonymousId": "a", "timestamp": "2024-02-29T10:00:00Z"}
    empty = {**event, "messageId": ""}
    (tmp_path / "one.jsonl").write_text("\n".join(map(json.dumps, [event, event, empty])))
    (tmp_path / "other.json").write_text(json.dumps([event]))

    loaded = [
        json.loads(c360("events", "load", "acme", file, "--json", "--dsn", database.dsn).stdout)
        for file in ("one.jsonl", "one.jsonl", "other.json")
    ]

    assert [(each["accepted"], each["duplicates"]) for each in loaded] == [(3, 0), (0, 3), (1, 0)]
    assert event_count(session) == 4


def test_times_of_a_file_are_taken_as_they_are(c360, database, session, tmp_path):
    event = {"type": "page", "anonymousId": "a", "timestamp": "2024-02-29T10:00:00Z", "sentAt": "2024-02-29T10:00:01Z"}
    (tmp_path / "events.jsonl").write_text(json.dumps(event))

    c360("events", "load", "acme", "events.jsonl", "--dsn", database.dsn)

    found = session.value("SELECT occurred_at FROM tenant_acme.cdp_behavioral_events")
    assert found.isoformat() == "2024-02-29T10:00:00+00:00"


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "xlsx"])
def test_rows_of_a_table_become_events(c360, database, session, tmp_path, kind):
    rows = [
        [
            "event",
            "type",
            "User ID",
            "timestamp",
            "message_id",
            "properties.total",
            "context.page.path",
            "colour",
            "email",
        ],
        ["Order Completed", "", "u1", "2024-02-29T10:00:00Z", "m1", "12.50", "/cart", "red", ""],
        ["", "Identify", "u1", "2024-02-29", "m2", "", "", "", "an@shop.vn"],
        ["", "", "u1", "2024-02-29", "m3", "", "", "", "lost@shop.vn"],
    ]
    file = tmp_path / f"events.{kind}"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(file)
    else:
        content = "\n".join(map(",".join, rows)).encode("utf-16")
        file.write_bytes(gzip.compress(content) if kind == "csv.gz" else content)

    done = c360("events", "load", "acme", file.name, "--json", "--dsn", database.dsn)

    answer = json.loads(done.stdout)
    assert (answer["accepted"], answer["rejected"]) == (2, 1), done.stderr
    assert session.column("SELECT payload FROM tenant_acme.cdp_behavioral_events ORDER BY message_id") == [
        {
            "type": "track",
            "event": "Order Completed",
            "userId": "u1",
            "timestamp": "2024-02-29T10:00:00Z",
            "messageId": "m1",
            "properties": {"total": "12.50", "colour": "red"},
            "context": {"page": {"path": "/cart"}},
        },
        {
            "type": "identify",
            "userId": "u1",
            "timestamp": "2024-02-29",
            "messageId": "m2",
            "traits": {"email": "an@shop.vn"},
        },
    ]
    assert session.column("SELECT code FROM tenant_acme.cdp_rejected_events") == ["U1105"]


def test_a_table_without_events_is_wrong_usage(c360, database, tmp_path):
    (tmp_path / "people.csv").write_text("id,email\n1,an@shop.vn\n")

    done = c360("events", "load", "acme", "people.csv", "--dsn", database.dsn)

    assert (done.returncode, "c360 import" in done.stderr) == (2, True)


@pytest.mark.parametrize("ending", ["Ctrl-C", "connection lost"])
def test_loading_that_was_stopped_says_how_far_it_came_and_goes_on(
    c360, database, session, connect, tmp_path, wait_until, ending
):
    events = [page(f"m{number}") for number in range(2_500)]
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)))
    command = ["events", "load", "acme", "events.jsonl", "--source", "web", "--dsn", database.dsn]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ours = "application_name = 'c360 cli' AND datname = current_database()"
    # The second batch waits for somebody who has sent one of its events.
    other = connect()
    ingest(other, page("m1500", anonymousId="somebody else"))
    with subprocess.Popen(
        [sys.executable, "-m", "c360_cli", *command], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(
            lambda: session.value(f"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND {ours}")
        )
        if ending == "Ctrl-C":
            process.send_signal(signal.SIGINT)
        else:
            session.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")
        said = process.stderr.read()
    other.rollback()

    again = c360(*command, "--json")

    assert process.returncode == (130 if ending == "Ctrl-C" else 1)
    assert "stopped after row 1,000 of events.jsonl; run the same command again to go on" in said
    assert "Traceback" not in said
    answer = json.loads(again.stdout)
    assert (answer["accepted"], answer["duplicates"], answer["rejected"]) == (1_500, 1_000, 0)
    assert event_count(session) == 2_500


def test_loading_holds_no_file_in_memory(tmp_path):
    path = tmp_path / "events.jsonl"
    with path.open("w") as file:
        file.writelines(json.dumps(page(f"m{number}", text="x" * 400)) + "\n" for number in range(60_000))
    tracemalloc.start()
    try:
        count = sum(1 for _ in events_of(reader_of(path)))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 60_000
    assert most < path.stat().st_size / 5


def test_rejected_events_are_listed_shown_corrected_and_discarded(c360, database, session):
    ingest(session, {"type": "track", "anonymousId": "a1", "messageId": "m1"}, {"type": "page"})
    dsn = ("--dsn", database.dsn)

    listed = c360("events", "rejected", "list", "acme", "--json", *dsn)
    second, first = (event["rejected_event_id"] for event in json.loads(listed.stdout))
    shown = c360("events", "rejected", "show", "acme", str(first), *dsn)
    unchanged = c360("events", "rejected", "redrive", "acme", str(first), *dsn)
    patch = json.dumps({"event": "Bought"})
    corrected = c360("events", "rejected", "redrive", "acme", str(first), "--patch", patch, "--json", *dsn)
    discarded = c360("events", "rejected", "discard", "acme", str(second), "--yes", "--json", *dsn)

    assert json.loads(shown.stdout)["messageId"] == "m1"
    assert (unchanged.returncode, "U1109" in unchanged.stderr) == (1, True)
    assert json.loads(corrected.stdout)["redriven"] == 1
    assert json.loads(discarded.stdout) == {"discarded": 1}
    assert json.loads(c360("events", "rejected", "list", "acme", "--json", *dsn).stdout) == []
    assert event_count(session) == 1


def test_a_patch_that_is_no_object_is_wrong_usage(c360, database):
    done = c360("events", "rejected", "redrive", "acme", "1", "--patch", "[1]", "--dsn", database.dsn)

    assert done.returncode == 2


def test_dry_runs_print_sql_that_does_the_same_later(c360, database, session, tmp_path):
    ingest(session, {"type": "track", "anonymousId": "a1", "messageId": "m1"}, {"type": "page"})
    (tmp_path / "events.json").write_text(json.dumps(page("m2", title="Nguyễn's \\ shop")))
    ids = session.column("SELECT rejected_event_id FROM c360.rejected_events('acme') ORDER BY 1")
    rejected = ("events", "rejected")

    load = c360("events", "load", "acme", "events.json", "--dry-run")
    redrive = c360(*rejected, "redrive", "acme", str(ids[0]), "--patch", '{"event": "Bought"}', "--print-sql")
    discard = c360(*rejected, "discard", "acme", str(ids[1]), "--dry-run")

    assert event_count(session) == 0
    assert session.value(load.stdout)["accepted"] == 1
    assert session.value(redrive.stdout)["redriven"] == 1
    assert session.value(discard.stdout) == 1


def test_an_unknown_rejected_event_and_an_unknown_file_are_told_apart(c360, database):
    unknown = c360("events", "rejected", "show", "acme", "99", "--dsn", database.dsn)
    missing = c360("events", "load", "acme", "nowhere.json", "--dsn", database.dsn)

    assert (unknown.returncode, unknown.stderr[:5]) == (1, "U1404")
    assert (missing.returncode, "nowhere.json" in missing.stderr) == (2, True)
