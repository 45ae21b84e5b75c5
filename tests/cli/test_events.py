"""`c360 events`: what arrives can be watched, loaded from files, and put right."""

import json
import os
import subprocess
import sys

import pytest

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

    assert json.loads(first.stdout) == {"accepted": 1500, "duplicates": 0, "rejected": 1}
    assert json.loads(second.stdout) == {"accepted": 0, "duplicates": 1500, "rejected": 1}
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
        events.insert(1, b'{"type":"page","anonymousId":"cut off')
    file = tmp_path / "events.json"
    file.write_bytes(b"[" + b",".join(events) + b"]" if shape == "array" else b"\n".join(events))

    done = c360("events", "load", "acme", str(file), "--json", "--dsn", database.dsn)

    assert json.loads(done.stdout) == {"accepted": 2, "duplicates": 0, "rejected": len(events) - 2}
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

    assert json.loads(done.stdout) == {"accepted": 2, "duplicates": 0, "rejected": 1}


def test_a_file_that_is_no_json_is_wrong_usage(c360, database, tmp_path):
    (tmp_path / "bad.json").write_text("{}\nnonsense\n")

    done = c360("events", "load", "acme", "bad.json", "--dsn", database.dsn)

    assert done.returncode == 2
    assert "line 2" in done.stderr


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
