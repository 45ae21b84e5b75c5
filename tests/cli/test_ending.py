"""How a command ends when somebody ends it: a reader that has enough, Ctrl-C, a disk that is full."""

import functools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
import typer

from c360_cli.output import in_steps
from support.command_line import clean_environment
from support.events import ingest, track

_CLI_WAITS = """
    SELECT count(*)
    FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'c360%' AND wait_event_type = 'Lock'
"""

_CLI_HAS_ASKED = """
    SELECT count(*)
    FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'c360 cli' AND state = 'idle' AND query <> ''
"""


@pytest.fixture
def started(database, tmp_path):
    """started(arguments...): c360 as a process of its own, its output in pipes."""
    running = []

    def start(*arguments, unbuffered=False, **streams):
        environment = clean_environment(DATABASE_URL=database.dsn, **({"PYTHONUNBUFFERED": "1"} if unbuffered else {}))
        options = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            # A shell that runs the tests in the background has it ignored.
            "preexec_fn": functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
            **streams,
        }
        command = [sys.executable, "-m", "c360_cli", *arguments]
        running.append(subprocess.Popen(command, cwd=tmp_path, env=environment, **options))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def many_events(connect):
    session = connect(autocommit=True)
    ingest(session, *(track("Seen", f"m{number}") for number in range(2000)))
    return session


def ended(process):
    """Exit code and what was said, when it ended by itself."""
    said = process.stderr.read().decode()
    return process.wait(60), said


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [
        ("events", "tail", "acme", "--limit", "2000"),
        ("events", "tail", "acme", "--limit", "2000", "--json"),
        ("events", "tail", "acme", "--limit", "2000", "--follow"),
        ("topic", "tail", "acme", "c360-id-resolution", "--follow"),
        (
            "topic",
            "list",
        ),
        ("--help",),
        ("tenant", "--help"),
        ("tenant", "create", "--help"),
        ("--version",),
    ],
)
def test_a_command_whose_reader_has_enough_is_done(started, many_events, arguments, unbuffered):
    process = started(*arguments, unbuffered=unbuffered)
    if arguments[0] == "events":
        assert process.stdout.readline()
    process.stdout.close()

    assert ended(process) == (0, "")


def test_following_ends_with_its_reader_though_nothing_more_comes(started, many_events):
    process = started("events", "tail", "acme", "--limit", "1", "--follow")
    assert b"Seen" in process.stdout.readline()

    process.stdout.close()

    assert ended(process) == (0, "")


def test_what_nobody_reads_is_not_committed(started, many_events):
    many_events.value("SELECT tenant_acme.create_topic_consumer('c360-behavioral-events', 'reader')")
    process = started("topic", "read", "acme", "c360-behavioral-events", "reader", "--commit", "--follow")
    process.stdout.close()

    assert ended(process) == (0, "")


def test_work_goes_on_when_nobody_listens_to_remarks(started, database, connect):
    process = started("tenant", "create", "globex", stderr=subprocess.PIPE)
    process.stderr.close()

    assert process.wait(120) == 0
    assert connect().value("SELECT count(*) FROM c360.tenants WHERE tenant = 'globex'") == 1


def test_a_command_without_an_output_does_its_work(started, database):
    process = started("status", stdout=None, preexec_fn=functools.partial(os.close, 1))

    assert ended(process) == (0, "")


def test_a_full_disk_is_said(started, many_events):
    with Path("/dev/full").open("wb") as full:
        process = started("events", "tail", "acme", "--limit", "2000", stdout=full)
        code, said = ended(process)

    assert code == 1
    assert said.startswith("U9019: the output cannot be written")
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [("events", "tail", "acme"), ("topic", "tail", "acme", "c360-id-resolution")])
def test_following_that_somebody_ends_is_done(started, many_events, wait_until, arguments):
    process = started(*arguments, "--follow")
    threading.Thread(target=process.stdout.read, daemon=True).start()
    wait_until(lambda: many_events.value(_CLI_HAS_ASKED))

    process.send_signal(signal.SIGINT)

    assert ended(process) == (0, "")


def test_ctrl_c_undoes_what_was_not_committed(started, connect, wait_until):
    holder, watcher = connect(), connect(autocommit=True)
    holder.execute("LOCK TABLE c360.tenants IN ACCESS EXCLUSIVE MODE")
    process = started("tenant", "create", "globex")
    wait_until(lambda: watcher.value(_CLI_WAITS))

    process.send_signal(signal.SIGINT)
    code, said = ended(process)
    holder.rollback()

    assert (code, said) == (130, "interrupted.\n")
    assert watcher.value("SELECT count(*) FROM c360.tenants WHERE tenant = 'globex'") == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("identity", "rebuild", "acme"), "rebuilding: stopped; nothing was changed.\n"),
        (
            ("identity", "resolve", "acme"),
            "resolving: stopped after 0 observations, which stay done; run it again to go on.\n",
        ),
    ],
)
def test_long_work_that_is_stopped_says_what_became_of_it(started, many_events, connect, wait_until, arguments, told):
    holder = connect()
    holder.execute("LOCK TABLE tenant_acme.cdp_profile_links IN ACCESS EXCLUSIVE MODE")
    process = started(*arguments)
    wait_until(lambda: many_events.value(_CLI_WAITS))

    process.send_signal(signal.SIGINT)
    code, said = ended(process)
    holder.rollback()

    assert (code, said.splitlines(keepends=True)[-1]) == (130, told)
    assert many_events.value("SELECT count(*) FROM tenant_acme.cdp_profile_links") == 0


@pytest.mark.parametrize(
    ("error", "ends_with", "total", "of"),
    [(KeyboardInterrupt, typer.Exit, 90, " of 90"), (psycopg.OperationalError, psycopg.OperationalError, None, "")],
)
def test_steps_say_how_far_they_came(capsys, error, ends_with, total, of):
    def load():
        with in_steps("loading", "rows", total) as steps:
            steps.advance(3)
            steps.advance(4)
            raise error

    with pytest.raises(ends_with):
        load()

    assert capsys.readouterr().err == f"loading: stopped after 7{of} rows, which stay done; run it again to go on.\n"
