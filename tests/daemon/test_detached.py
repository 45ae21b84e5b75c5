"""`c360 up --detach` and `--stop` with real processes, killed ones among them."""

import fcntl
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil
import pytest

from c360 import daemon, running
from c360.embedded import EmbeddedPostgres, find_running
from support.command_line import clean_environment
from support.ports import free_port
from support.terminal import CTRL_C, at_a_terminal

GONE = 60


@pytest.fixture
def folder():
    """A data directory that the user of a server can reach, and nothing left of it afterwards."""
    above = Path(tempfile.mkdtemp(prefix="c360-detached-", dir="/tmp"))
    above.chmod(0o711)
    folder = above / "data"
    yield folder
    left = running.find_up(folder)
    if left is not None:
        psutil.Process(left.pid).kill()
    if (folder / "postgres").exists() and find_running(folder):
        EmbeddedPostgres(folder).start(wait=20).stop("immediate")
    shutil.rmtree(above)


@pytest.fixture
def c360(folder, tmp_path):
    """c360(arguments...): a command on that data directory, as a process of its own."""

    def run(*arguments, **more):
        environment = clean_environment(**{"C360_DATA_DIR": str(folder), "C360_GATEWAY_PORT": str(free_port()), **more})
        return subprocess.run(
            [sys.executable, "-m", "c360_cli", *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


def started(done):
    """What a --detach --json told."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_on_the_embedded_database_from_nothing_to_nothing(c360, folder):
    done = c360("up", "--detach")

    assert done.returncode == 0, done.stderr
    told = dict(line.split(None, 1) for line in done.stdout.splitlines())
    assert httpx.get(f"{told['address']}/readyz").status_code == 200
    assert told["log"] == str(folder / "c360.log")
    assert (folder / "c360.log").stat().st_mode & 0o777 == 0o600
    assert all(json.loads(line)["event"] for line in (folder / "c360.log").read_text().splitlines())

    second = c360("up", "--detach")
    assert second.returncode == 1
    assert second.stderr.startswith("U9016")
    assert told["process"] in second.stderr
    foreground = c360("up")
    assert (foreground.returncode, foreground.stderr[:5]) == (1, "U9016")

    assert told["address"] in c360("status").stdout
    assert json.loads(c360("status", "--json").stdout)["up"]["pid"] == int(told["process"])

    stopped = c360("up", "--stop")
    assert stopped.returncode == 0
    assert told["process"] in stopped.stderr
    assert find_running(folder) is None
    assert json.loads(c360("status", "--json").stdout)["up"] is None
    again = c360("up", "--stop")
    assert (again.returncode, again.stdout) == (0, "")
    assert "nothing to stop" in again.stderr


def test_on_a_database_of_ones_own(c360, database, folder):
    told = started(c360("up", "--detach", "--json", "--dsn", database.dsn))

    assert httpx.get(f"{told['address']}/readyz").status_code == 200
    assert psutil.Process(told["pid"]).is_running()
    assert database.dsn not in " ".join(path.read_text() for path in folder.iterdir())
    assert json.loads(c360("up", "--stop", "--json").stdout)["stopped"] == told
    assert not (folder / "postgres").exists()


def test_a_killed_one_is_not_taken_for_running_and_the_next_takes_its_place(c360, database, wait_until):
    first = started(c360("up", "--detach", "--json", "--dsn", database.dsn))
    psutil.Process(first["pid"]).kill()
    wait_until(lambda: c360("up", "--stop", "--json").stdout == '{"stopped": null}\n')

    second = started(c360("up", "--detach", "--json", "--dsn", database.dsn))

    assert second["pid"] != first["pid"]
    assert c360("up", "--stop").returncode == 0


def test_a_number_that_somebody_has_by_now_is_never_believed(c360, folder):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        folder.mkdir()
        known = {
            "pid": stranger.pid,
            "address": "http://127.0.0.1:1",
            "log": None,
            "since": "2026-01-01T00:00:00+00:00",
        }
        (folder / "up.lock").write_text(json.dumps(known))

        done = c360("up", "--stop")

        assert (done.returncode, stranger.poll()) == (0, None)
        assert "nothing to stop" in done.stderr
        stranger.kill()


def test_a_taken_port_is_said_at_once_and_nothing_is_made(c360, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        several = [c360("up", *more, C360_GATEWAY_PORT=str(taken.getsockname()[1])) for more in ([], ["--detach"])]

    for done in several:
        assert done.returncode == 1
        assert done.stderr.startswith("U9013")
    assert not folder.exists()


def test_a_database_that_is_not_there_is_said_at_once(c360, folder):
    done = c360("up", "--detach", "--dsn", "postgresql://nobody@127.0.0.1:1/none")

    assert done.returncode == 1
    assert done.stderr.startswith("U9102")
    assert not folder.exists()


def test_one_that_ends_before_it_is_ready_tells_why(c360, empty_database, folder):
    done = c360("up", "--detach", "--dsn", empty_database.dsn)

    assert done.returncode == 1
    assert done.stderr.startswith("U9018")
    assert "U9007" in done.stderr
    assert str(folder / "c360.log") in done.stderr
    assert running.find_up(folder) is None


def test_ctrl_c_while_it_starts_leaves_nothing_running(folder, tmp_path, wait_until):
    environment = clean_environment(C360_DATA_DIR=str(folder), C360_GATEWAY_PORT=str(free_port()))
    with subprocess.Popen(
        [sys.executable, "-m", "c360_cli", "up", "--detach"],
        env=environment,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background has it ignored.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as process:
        wait_until(lambda: running.find_up(folder))
        process.send_signal(signal.SIGINT)
        assert process.wait(GONE) == 130

    wait_until(lambda: running.find_up(folder) is None)
    assert not (folder / "postgres").exists() or find_running(folder) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_one_of_another_user_is_not_stopped(c360, database, folder):
    told = started(c360("up", "--detach", "--json", "--dsn", database.dsn))
    refused = []
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            running.stop_up(folder, 1)
        except Exception as error:
            os._exit(7 if getattr(error, "code", None) == "U9012" else 1)
        os._exit(0)
    refused.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    assert refused == [7]
    assert psutil.Process(told["pid"]).is_running()
    assert c360("up", "--stop").returncode == 0


def test_what_was_accepted_before_a_stop_is_there(c360, database, connect):
    session = connect(autocommit=True)
    told = started(c360("up", "--detach", "--json", "--dsn", database.dsn))
    key = c360("key", "create", "acme", "--source", "web", "--name", "web", "--dsn", database.dsn).stdout.strip()
    for number in range(20):
        event = {"anonymousId": "a", "event": "Seen", "messageId": f"m{number}"}
        assert httpx.post(f"{told['address']}/v1/track", json=event, auth=(key, "")).status_code == 200

    assert c360("up", "--stop").returncode == 0

    assert session.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 20


def test_a_log_is_kept_short_while_all_go_on_writing(tmp_path, monkeypatch):
    monkeypatch.setattr(daemon, "_LONGEST_LOG", 1000)
    log = tmp_path / "c360.log"
    with log.open("a") as writer:
        for number in range(100):
            writer.write(f"{number:020}\n")
            writer.flush()
            daemon._shorten(log)

    lines = (tmp_path / "c360.log.1").read_text().split() + log.read_text().split()
    assert log.stat().st_size <= 1000
    assert [int(line) for line in lines] == list(range(100 - len(lines), 100))
    assert (tmp_path / "c360.log.1").stat().st_mode & 0o777 == 0o600


def test_detach_and_stop_are_not_one(c360):
    done = c360("up", "--detach", "--stop")

    assert (done.returncode, done.stderr[:5]) == (2, "U9100")


def test_a_stop_waits_for_what_does_not_end_and_says_so(folder):
    script = (
        "import signal, sys, time; from pathlib import Path; from c360.running import registered\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "with registered(Path(sys.argv[1]), 'http://127.0.0.1:1', None): print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        stdout=subprocess.PIPE,
        env=clean_environment(),
    ) as stubborn:
        assert stubborn.stdout.readline() == b"held\n"
        began = time.monotonic()
        with pytest.raises(running.OperationsRefused) as refused:
            running.stop_up(folder, 0.5)
        assert time.monotonic() - began >= 0.5
        stubborn.kill()

    assert refused.value.code == "U9018"
    assert running.find_up(folder) is None


def test_a_process_that_only_has_the_number_is_not_stopped(folder):
    """One was killed, its number is that of somebody else by now, and a third one holds the lock."""
    folder.mkdir()
    with subprocess.Popen(["sleep", "600"]) as innocent:
        told = {"pid": innocent.pid, "address": "http://127.0.0.1:1", "log": None, "since": "2026-01-01"}
        (folder / "up.lock").write_text(json.dumps(told))
        with (folder / "up.lock").open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(running.OperationsRefused) as refused:
                running.stop_up(folder, 0.5)
        assert innocent.poll() is None
        innocent.kill()

    assert refused.value.code == "U9016"


def test_at_a_terminal_it_says_where_everything_is_and_ctrl_c_ends_it(database, folder, tmp_path):
    port = free_port()
    environment = clean_environment(C360_DATA_DIR=str(folder), DATABASE_URL=database.dsn)
    with at_a_terminal("up", "--port", str(port), environment=environment, cwd=tmp_path) as terminal:
        before = terminal.until(f"c360 takes events at http://127.0.0.1:{port}")
        terminal.until("c360 psql")
        terminal.until("Ctrl-C stops it")
        terminal.type(CTRL_C)

        assert terminal.process.wait(GONE) == 0
    assert "[info] started part=gateway" in before
    assert "{" not in before
