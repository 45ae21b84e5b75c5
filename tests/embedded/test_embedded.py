"""The embedded server: start, find again, stop, survive, and belong to one process at a time."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from c360.domain.errors import EmbeddedPostgresError
from c360.embedded import EmbeddedPostgres, find_running
from c360.embedded.account import account_for
from c360.embedded.configuration import socket_fits

OWNER_PROCESS = """
import sys
from pathlib import Path
from c360.embedded import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1])).start()
print(server.dsn, flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def data_dir():
    folder = Path(tempfile.mkdtemp(prefix="c360-embedded-", dir="/tmp"))
    folder.chmod(0o711)
    data_dir = folder / "data"
    yield data_dir
    server = EmbeddedPostgres(data_dir)
    if data_dir.exists() and find_running(data_dir):
        server.start(wait=10)
        server.stop("immediate")
    shutil.rmtree(folder)


@contextlib.contextmanager
def owner_process(data_dir):
    """Another process that owns the server until its stdin closes or it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER_PROCESS, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        process.address = process.stdout.readline().strip()
        yield process
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def server_pid(data_dir):
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def write_row(address):
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (id integer)")
        connection.execute("INSERT INTO kept VALUES (1)")


def count_rows(address):
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def test_data_port_and_password_are_the_same_after_stop_and_start(data_dir):
    with EmbeddedPostgres(data_dir) as server:
        first = server.dsn
        write_row(first)

    assert find_running(data_dir) is None
    with EmbeddedPostgres(data_dir) as server:
        assert server.dsn == first
        assert find_running(data_dir) == first
        assert count_rows(first) == 1


def test_the_role_is_no_superuser_and_owns_the_database(data_dir):
    with EmbeddedPostgres(data_dir) as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute(
            "SELECT rolsuper, rolcreaterole, pg_has_role(datdba, 'USAGE')"
            " FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()"
        ).fetchone() == (False, True, True)


def test_nobody_gets_in_without_the_password(data_dir):
    with EmbeddedPostgres(data_dir) as server:
        port = psycopg.conninfo.conninfo_to_dict(server.dsn)["port"]
        for host in ("127.0.0.1", str(data_dir / "run")):
            for user in ("c360", "postgres"):
                with pytest.raises(psycopg.OperationalError):
                    psycopg.connect(host=host, port=port, user=user, dbname="c360", password="wrong")

        assert stat.S_IMODE((data_dir / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE((data_dir / "run").stat().st_mode) == 0o700


def test_a_second_owner_is_refused_and_told_who_the_first_one_is(data_dir):
    with owner_process(data_dir) as owner:
        with pytest.raises(EmbeddedPostgresError) as refused:
            EmbeddedPostgres(data_dir).start()

        assert refused.value.code == "U9010"
        assert str(owner.pid) in refused.value.detail
        assert refused.value.hint
        assert find_running(data_dir) == owner.address


def test_a_second_owner_may_wait_for_the_first_to_leave(data_dir, in_background):
    with owner_process(data_dir) as owner:
        waiting = in_background(EmbeddedPostgres(data_dir).start, wait=30)
        owner.stdin.close()
        server = waiting.result()

    assert server.dsn == owner.address
    server.stop()


def test_the_next_start_takes_over_from_a_killed_owner(data_dir):
    with owner_process(data_dir) as owner:
        write_row(owner.address)
        before = server_pid(data_dir)
        kill(owner.pid)

    with EmbeddedPostgres(data_dir) as server:
        assert server_pid(data_dir) == before
        assert server.dsn == owner.address
        assert count_rows(server.dsn) == 1


def test_the_next_start_recovers_when_owner_and_server_were_killed(data_dir):
    with owner_process(data_dir) as owner:
        write_row(owner.address)
        before = server_pid(data_dir)
        kill(before)
        kill(owner.pid)

    with EmbeddedPostgres(data_dir) as server:
        assert server_pid(data_dir) != before
        assert count_rows(server.dsn) == 1


def test_a_process_number_reused_by_a_stranger_does_not_stop_the_start(data_dir):
    with owner_process(data_dir) as owner:
        write_row(owner.address)
        kill(server_pid(data_dir))
        kill(owner.pid)
    pid_file = data_dir / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    with EmbeddedPostgres(data_dir) as server:
        assert count_rows(server.dsn) == 1


def test_a_taken_port_is_exchanged_for_a_free_one(data_dir):
    import socket

    with EmbeddedPostgres(data_dir) as server:
        first = server.dsn
    port = int((data_dir / "port").read_text())
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", port))
        stranger.listen()

        with EmbeddedPostgres(data_dir) as server:
            assert server.dsn != first
            with psycopg.connect(server.dsn) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_interrupted_creation_is_started_over(data_dir):
    (data_dir / "postgres.new").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18\n")

    with EmbeddedPostgres(data_dir) as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_data_of_another_major_version_is_refused_with_the_remedy(data_dir):
    with EmbeddedPostgres(data_dir):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("15\n")

    with pytest.raises(EmbeddedPostgresError) as refused:
        EmbeddedPostgres(data_dir).start()

    assert refused.value.code == "U9012"
    assert "pg_upgrade" in refused.value.hint
    (data_dir / "postgres" / "PG_VERSION").write_text("18\n")


def test_a_setting_below_the_include_wins_over_ours(data_dir):
    with EmbeddedPostgres(data_dir):
        pass
    with (data_dir / "postgres" / "postgresql.conf").open("a") as theirs:
        theirs.write("max_connections = 33\n")

    with EmbeddedPostgres(data_dir) as server, psycopg.connect(server.dsn) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("33",)


def test_a_socket_folder_with_a_long_name_is_not_used(tmp_path):
    assert socket_fits(Path("/run/c360"))
    assert not socket_fits(Path("/" + "x" * 100))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the user")
def test_started_by_root_the_server_runs_as_somebody_else(data_dir):
    with EmbeddedPostgres(data_dir):
        owner = Path(f"/proc/{server_pid(data_dir)}").stat().st_uid

    assert owner == account_for(data_dir / "postgres").uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the user")
def test_a_folder_closed_to_the_server_is_refused_with_the_remedy(data_dir):
    data_dir.mkdir()
    data_dir.parent.chmod(0o700)

    with pytest.raises(EmbeddedPostgresError) as refused:
        EmbeddedPostgres(data_dir).start()

    assert refused.value.code == "U9012"
    assert stat.S_IMODE(data_dir.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the user")
def test_programs_the_server_cannot_reach_are_copied_once(tmp_path, monkeypatch):
    from c360.embedded import binaries

    account = account_for(tmp_path / "data")
    closed = tmp_path / "closed" / "pginstall"
    (closed / "bin").mkdir(parents=True)
    (closed / "bin" / "postgres").write_text("#!/bin/sh\n")
    closed.parent.chmod(0o700)
    monkeypatch.setattr(binaries, "_COPIES", tmp_path / "copies")

    first = binaries.reachable(closed, account, "1.0")
    second = binaries.reachable(closed, account, "1.0")

    assert first == second
    assert first.folder.is_relative_to(tmp_path / "copies")
    assert (first.folder / "postgres").is_file()
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["1.0"]
