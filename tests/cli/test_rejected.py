"""`c360 events rejected`: many refused events are looked through, corrected and settled from the command line."""

from __future__ import annotations

import functools
import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from support.command_line import clean_environment
from support.events import event_count, ingest

NOBODY = {"type": "track", "event": "Bought"}
DEEP = "import sys; open(sys.argv[1], 'w').write('[' * 100_000)"
STATUSES = "SELECT message_id, status FROM tenant_acme.cdp_rejected_events"


@pytest.fixture
def session(connect):
    session = connect(autocommit=True)
    ingest(
        session,
        {**NOBODY, "messageId": "m1", "properties": {"price": "A"}},
        {"type": "track", "anonymousId": "a1", "messageId": "m2"},
    )
    ingest(session, {**NOBODY, "event": "Seen", "messageId": "m3"}, source="app")
    return session


@pytest.fixture
def rejected(c360, database):
    def run(command, *arguments, **environment):
        options = ("--dsn", database.dsn)
        return c360("events", "rejected", command, "acme", *arguments, *options, **environment)

    return run


def numbers(session, *message_ids):
    found = dict(session.rows("SELECT message_id, rejected_event_id FROM tenant_acme.cdp_rejected_events"))
    return [found[one] for one in message_ids]


def ids_in(done):
    assert done.returncode == 0, done.stderr
    return [row["message_id"] for row in json.loads(done.stdout)]


@pytest.mark.parametrize(
    ("options", "message_ids"),
    [
        ((), ["m3", "m2", "m1"]),
        (("--code", "U1109"), ["m2"]),
        (("--code", "U1109", "--code", "U1108"), ["m3", "m2", "m1"]),
        (("--source", "app"), ["m3"]),
        (("--event", "Bought", "--event", "Seen"), ["m3", "m1"]),
        (("--message-id", "m1"), ["m1"]),
        (("--since", "2h", "--until", "2100-01-01"), ["m3", "m2", "m1"]),
        (("--until", "30m"), []),
        (("--contains", '"price"'), ["m1"]),
        (("--contains", "m", "--source", "web"), ["m2", "m1"]),
        (("--contains", "nowhere"), []),
    ],
)
def test_a_filter_says_which_are_listed(session, rejected, options, message_ids):
    assert ids_in(rejected("list", "--json", *options)) == message_ids


@pytest.mark.parametrize(
    ("options", "message_ids"), [(("--source", "web"), ["m2", "m1"]), (("--contains", "price"), ["m1"])]
)
def test_the_same_filter_counts_sums_up_and_exports(session, rejected, options, message_ids):
    assert rejected("count", *options).stdout.strip() == str(len(message_ids))
    summary = json.loads(rejected("summary", "--json", *options).stdout)
    assert sum(row["event_count"] for row in summary) == len(message_ids)
    exported = [json.loads(line)["payload"]["messageId"] for line in rejected("export", *options).stdout.splitlines()]
    assert exported == message_ids


def test_a_list_goes_on_where_the_page_before_ended(session, rejected):
    first = rejected("list", "--limit", "2")
    before = re.search(r"--before (\d+)", first.stderr)[1]

    assert ids_in(rejected("list", "--json", "--before", before)) == ["m1"]
    assert ids_in(rejected("list", "--json", "--before", before, "--contains", "m")) == ["m1"]


def test_what_the_sender_wrote_cannot_steer_the_terminal(session, rejected):
    ingest(session, {**NOBODY, "event": "\x1b[31mred"})

    assert "·[31mred" in rejected("list").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("redrive",),
        ("discard", "--yes"),
        ("redrive", "1", "--code", "U1109"),
        ("redrive", "1", "--file", "-"),
        ("discard", "1", "--all"),
        ("redrive", "--file", "-", "--patch", "{}"),
        ("redrive", "--contains", "", "--all"),
        ("redrive", "--contains", "x", "--print-sql"),
        ("redrive", "1", "--after", "7"),
    ],
)
def test_what_is_meant_has_to_be_said_in_one_way(session, rejected, arguments):
    assert rejected(*arguments).returncode == 2
    assert {status for _, status in session.rows(STATUSES)} == {"rejected"}


def test_a_time_that_is_none_is_refused_and_not_left_out(session, rejected):
    for text in ("", "yesterday evening"):
        done = rejected("discard", "--code", "U1108", "--since", text, "--yes")
        assert (done.returncode, done.stderr[:5]) == (2, "U9100")


def test_a_redrive_by_filter_is_tried_run_and_repeated(session, rejected):
    command = ("redrive", "--all", "--patch", '{"userId": "u1"}', "--json")

    tried = rejected(*command, "--dry-run")
    left = session.call("c360.count_rejected_events", "acme")
    done, again = rejected(*command), rejected(*command)

    assert (tried.returncode, left, event_count(session)) == (1, 3, 2)
    assert {**json.loads(tried.stdout), "dry_run": False} == json.loads(done.stdout)
    told = json.loads(done.stdout)
    assert (told["redriven"], told["codes"], told["rejected"][0]["messageId"]) == (2, {"U1109": 1}, "m2")
    assert json.loads(again.stdout)["redriven"] == 0


def test_a_redrive_goes_through_more_than_a_batch_and_can_go_on_after_a_number(session, rejected):
    for start in range(0, 450, 50):
        ingest(session, *({**NOBODY, "messageId": f"n{number}"} for number in range(start, start + 50)))
    [after] = numbers(session, "n9")

    done = rejected("redrive", "--code", "U1108", "--patch", '{"userId": "u1"}', "--after", str(after), "--json")

    assert json.loads(done.stdout)["redriven"] == 440
    assert session.call("c360.count_rejected_events", "acme", {"code": "U1108"}) == 12


def test_a_text_chooses_what_is_redriven_and_discarded(session, rejected):
    redriven = rejected("redrive", "--contains", '"price"', "--patch", '{"userId": "u1"}', "--json")
    discarded = rejected("discard", "--contains", "Seen", "--yes", "--json")

    assert (json.loads(redriven.stdout)["redriven"], json.loads(discarded.stdout)) == (1, {"discarded": 1})
    assert dict(session.rows(STATUSES)) == {"m1": "redriven", "m2": "rejected", "m3": "discarded"}


def test_discarding_by_filter_says_how_many_before_it_asks(session, rejected):
    asked = rejected("discard", "--code", "U1108")
    done = rejected("discard", "--code", "U1108", "--yes", "--json")

    assert (asked.returncode, "Discard 2 of tenant acme?" in asked.stderr) == (2, True)
    assert json.loads(done.stdout) == {"discarded": 2}
    assert dict(session.rows(STATUSES))["m2"] == "rejected"


def test_what_is_exported_is_corrected_in_a_file_and_redriven(session, rejected, tmp_path):
    file = tmp_path / "fixed.jsonl"
    rejected("export", "--output", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        line["payload"] |= {"userId": "u1", "event": "Fixed"}
    file.write_text("\n".join(map(json.dumps, lines)))

    tried = rejected("redrive", "--file", str(file), "--dry-run", "--json")
    printed = rejected("redrive", "--file", str(file), "--print-sql")
    assert event_count(session) == 0
    done = rejected("redrive", "--file", str(file), "--json")

    assert json.loads(tried.stdout)["redriven"] == json.loads(done.stdout)["redriven"] == 3
    assert {name for (name,) in session.rows("SELECT event_name FROM tenant_acme.cdp_behavioral_events")} == {"Fixed"}
    assert session.value(printed.stdout)["redriven"] == 0


def test_numbers_go_out_and_come_back_digit_by_digit(session, rejected, tmp_path):
    numerals = {"price": "0.10", "id": "12345678901234567890123456789012345678901", "ratio": "0.12345678901234567890"}
    members = ", ".join(f'"{name}": {numeral}' for name, numeral in numerals.items())
    sent = f'[{{"type": "page", "messageId": "n1", "properties": {{{members}}}}}]'
    session.execute("SELECT c360.ingest_request('acme', 'web', 'batch', %s)", sent)
    file = tmp_path / "same.jsonl"

    rejected("export", "--message-id", "n1", "--output", str(file))
    file.write_text(file.read_text().replace('"type"', '"userId":"u1","type"'))
    done = rejected("redrive", "--file", str(file))

    assert done.returncode == 0, done.stderr
    properties = "SELECT value::text FROM tenant_acme.cdp_behavioral_events, jsonb_each(payload -> 'properties')"
    assert sorted(session.column(properties)) == sorted(numerals.values())


@pytest.mark.parametrize("note", [r'"\u0000"', r'"\ud800"', "NaN", "1e999999"])
def test_what_no_line_can_hold_as_json_goes_out_and_comes_back_as_text(session, rejected, tmp_path, note):
    sent = f'{{"type":"page","userId":"u1","note":{note}}}'
    session.execute("SELECT c360.ingest_request('acme', 'web', 'batch', %s)", f"[{sent}]")
    file = tmp_path / "same.jsonl"

    rejected("export", "--code", "U1102", "--output", str(file))
    again = rejected("redrive", "--file", str(file), "--json")
    line = json.loads(file.read_text(), parse_constant=str, parse_float=str)
    line["payload"] = sent.replace(note, "7")
    file.write_text(json.dumps(line))
    mended = rejected("redrive", "--file", str(file), "--json")

    assert json.loads(again.stdout)["codes"] == {"U1102": 1}
    assert json.loads(mended.stdout)["redriven"] == 1


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "7",
        '{"payload": {}}',
        '{"rejected_event_id": 1}',
        '{"rejected_event_id": "1", "payload": {}}',
        '{"rejected_event_id": true, "payload": {}}',
    ],
)
def test_a_file_with_a_bad_line_is_refused_whole_and_the_line_named(session, rejected, tmp_path, line):
    [first] = numbers(session, "m1")
    file = tmp_path / "fixed.jsonl"
    file.write_text(json.dumps({"rejected_event_id": first, "payload": {**NOBODY, "userId": "u1"}}) + f"\n\n{line}\n")

    done = rejected("redrive", "--file", str(file))

    assert (done.returncode, "line 3" in done.stderr, event_count(session)) == (2, True, 0)


def test_two_corrections_of_one_event_are_refused_and_none_is_taken(session, rejected, tmp_path):
    [first] = numbers(session, "m1")
    file = tmp_path / "fixed.jsonl"
    file.write_text("\n".join([json.dumps({"rejected_event_id": first, "payload": {**NOBODY, "userId": "u1"}})] * 2))

    done = rejected("redrive", "--file", str(file))

    assert (done.returncode, "line 2" in done.stderr, event_count(session)) == (2, True, 0)


def test_events_that_are_gone_are_named_and_cost_the_others_nothing(session, rejected, tmp_path):
    [first] = numbers(session, "m1")
    file = tmp_path / "fixed.jsonl"
    fixed = {**NOBODY, "userId": "u1"}
    file.write_text("\n".join(json.dumps({"rejected_event_id": one, "payload": fixed}) for one in (first, 4711)))

    done = rejected("redrive", "--file", str(file), "--json")

    assert done.returncode == 1
    assert (json.loads(done.stdout)["redriven"], json.loads(done.stdout)["unknown"]) == (1, [4711])


def editor(tmp_path, code):
    """An editor: a program that gets the file's text as `text` and gives it back."""
    program = tmp_path / "editor.py"
    program.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[-1])\n"
        "head = f'{file.stat().st_mode & 0o777:o} {file}\\n'\n"
        f"pathlib.Path({str(tmp_path / 'seen')!r}).write_text(head + file.read_text())\n"
        f"text = file.read_text()\n{code}\nfile.write_text(text)\n"
    )
    return f"{sys.executable} {program}"


def test_an_event_is_corrected_in_the_editor_and_redriven(session, rejected, tmp_path):
    [first] = numbers(session, "m1")
    opened = editor(tmp_path, 'text = text.replace(\'"type"\', \'"userId": "u1", "type"\')')

    tried = rejected("edit", str(first), "--dry-run", "--json", EDITOR=opened)
    assert event_count(session) == 0
    printed = rejected("edit", str(first), "--print-sql", EDITOR=opened)
    done = rejected("edit", str(first), "--json", EDITOR="false", VISUAL=opened)

    assert json.loads(tried.stdout)["redriven"] == json.loads(done.stdout)["redriven"] == 1
    assert session.value(printed.stdout)["redriven"] == 0
    seen = (tmp_path / "seen").read_text()
    mode, path = seen.splitlines()[0].split()
    assert (mode, Path(path).exists()) == ("600", False)
    assert '\n  "properties": {\n    "price": "A"\n  }' in seen
    assert "U1108" in done.stderr


@pytest.mark.parametrize(
    ("code", "exit_code", "said"),
    [
        ("", 0, "Nothing was changed"),
        ("text = text[:-3]", 2, "no JSON"),
        ("text = '[1]'", 2, "An event is a JSON object"),
        ("sys.exit(3)", 2, "ended with 3"),
        ("text = text.replace('Bought', 'Sold')", 1, "U1108"),
    ],
)
def test_what_the_editor_leaves_that_is_no_better_changes_nothing(session, rejected, tmp_path, code, exit_code, said):
    [first] = numbers(session, "m1")

    done = rejected("edit", str(first), EDITOR=editor(tmp_path, code))

    assert (done.returncode, said in done.stderr) == (exit_code, True), done.stderr
    assert dict(session.rows(STATUSES))["m1"] == "rejected"


def test_a_correction_that_was_none_may_be_tried_again(session, command_line, database, tmp_path):
    [first] = numbers(session, "m1")
    # First something that is no JSON, then an event that is refused again, then the right one.
    tries = f"""
tries = pathlib.Path({str(tmp_path / "tries")!r})
number = len(tries.read_text()) if tries.exists() else 0
tries.write_text("x" * (number + 1))
text = [text[:-3], text + "}}", text.replace('"type"', '"userId": "u1", "type"')][number]
"""
    command = ("events", "rejected", "edit", "acme", str(first), "--dsn", database.dsn)
    environment = clean_environment(VISUAL=editor(tmp_path, tries))

    done = command_line.run(*command, cwd=tmp_path, environment=environment, text="y\n\n")

    assert (done.returncode, done.stderr.count("Edit again?"), event_count(session)) == (0, 2, 1), done.stderr


def test_an_editor_that_is_not_there_is_named(session, rejected):
    [first] = numbers(session, "m1")

    done = rejected("edit", str(first), EDITOR="no-such-editor")

    assert (done.returncode, "no-such-editor" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("editor_command", "said"),
    [("vi '", "cannot be started"), ("rm", "left no file"), (f'{sys.executable} -c "{DEEP}"', "no JSON")],
)
def test_what_goes_wrong_in_the_editor_is_said_in_a_sentence(session, rejected, editor_command, said):
    [first] = numbers(session, "m1")

    done = rejected("edit", str(first), EDITOR=editor_command)

    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr


@pytest.mark.parametrize("payload", ['"a\\u0000b"', '"a\\ud800b"', "[" * 20_000 + "]" * 20_000])
def test_a_correction_that_no_database_can_hold_is_named_by_its_line(session, rejected, tmp_path, payload):
    [first] = numbers(session, "m1")
    (tmp_path / "lines").write_text(f'{{"rejected_event_id": {first}, "payload": {payload}}}')

    done = rejected("redrive", "--file", str(tmp_path / "lines"))

    assert (done.returncode, "line 1 is no correction" in done.stderr) == (2, True), done.stderr


def test_a_terminal_obeys_nothing_that_customers_sent(session, database):
    ingest(session, {"type": "track", "messageId": "\x1b[2J", "anonymousId": "a1", "note": "\x9b2J"})
    number = session.value("SELECT max(rejected_event_id) FROM tenant_acme.cdp_rejected_events")
    command = [
        sys.executable,
        "-m",
        "c360_cli",
        "events",
        "rejected",
        "show",
        "acme",
        str(number),
        "--dsn",
        database.dsn,
    ]
    here, there = pty.openpty()

    with os.fdopen(here, "rb", buffering=0) as screen:
        done = subprocess.run(
            command, stdin=there, stdout=there, stderr=there, check=False, env={**os.environ, "PYTHONUTF8": "1"}
        )
        os.close(there)
        shown = screen.read(65_536).decode()

    assert done.returncode == 0
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "·2J" in shown


def test_a_text_that_is_no_utf8_is_refused(rejected):
    done = rejected("list", "--contains", os.fsdecode(b"\xff"))

    assert (done.returncode, "no UTF-8" in done.stderr) == (2, True), done.stderr


def test_a_settled_event_is_not_edited(session, rejected):
    [first] = numbers(session, "m1")
    rejected("discard", str(first), "--yes")

    assert "discarded already" in rejected("edit", str(first), EDITOR="true").stderr


@pytest.fixture(params=["reader", "writer"])
def kind(request, session):
    """A right that dba has for a while: roles belong to the whole server."""
    session.execute(f"GRANT c360_acme_{request.param} TO dba")
    yield request.param
    session.execute(f"REVOKE c360_acme_{request.param} FROM dba")


def test_only_administrators_search_texts_export_and_edit(session, c360, database, kind):
    [first] = numbers(session, "m1")

    def run(command, *arguments):
        as_person = {"EDITOR": "true", "PGOPTIONS": f"-c role=c360_acme_{kind}"}
        return c360("events", "rejected", command, "acme", *arguments, "--dsn", database.dsn, **as_person)

    for command in (("list",), ("count",), ("summary",), ("show", str(first))):
        assert run(*command).returncode == 0
    for command in (("list", "--contains", "a"), ("export",), ("edit", str(first)), ("redrive", "--contains", "a")):
        done = run(*command)
        assert (done.returncode, done.stderr[:5]) == (1, "42501"), command
    for command in (("redrive", "--all"), ("discard", "--all", "--yes")):
        assert (run(*command).stderr[:5] == "42501") == (kind == "reader")


def test_a_run_that_is_stopped_says_where_to_go_on(session, database, connect, tmp_path, wait_until):
    for start in range(0, 1000, 100):
        ingest(session, *({**NOBODY, "messageId": f"n{number}"} for number in range(start, start + 100)))
    holder = connect()
    ingest(holder, {**NOBODY, "userId": "u2", "messageId": "n700"})
    command = [sys.executable, "-m", "c360_cli", "events", "rejected", "redrive", "acme", "--all"]
    command += ["--patch", '{"userId": "u1"}', "--dsn", database.dsn]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1"}
    # A shell that runs the tests in the background has it ignored.
    heard = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment, preexec_fn=heard
    ) as run:
        wait_until(lambda: session.call("c360.count_rejected_events", "acme") < 500)
        run.send_signal(signal.SIGINT)
        said = run.stderr.read()
    holder.rollback()

    assert (run.returncode, "--after" in said) == (130, True), said
    after = re.search(r"--after (\d+)", said)[1]
    assert session.value(
        "SELECT message_id FROM tenant_acme.cdp_rejected_events WHERE rejected_event_id = %s", int(after)
    )
    assert 0 < event_count(session) < 1000
