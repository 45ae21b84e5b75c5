"""`c360 up` starts, refuses and ends as an operator expects."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from c360.daemon import database_url
from end_to_end.conftest import is_ready, process
from support.ports import free_port
from support.waiting import DEADLINE


def test_an_outdated_database_is_refused_with_the_command_that_mends_it(
    empty_database: Any, environment: dict[str, str]
) -> None:
    environment["DATABASE_URL"] = empty_database.dsn

    done = subprocess.run(
        [sys.executable, "-m", "c360_cli", "up"], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "U9007" in done.stderr
    assert "c360 db upgrade" in done.stderr


def test_a_taken_port_is_refused_in_words(database: Any, environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment["C360_GATEWAY_PORT"] = str(taken.getsockname()[1])

        done = subprocess.run(
            [sys.executable, "-m", "c360_cli", "up"], env=environment, capture_output=True, text=True, check=False
        )

    assert done.returncode == 1
    assert "U9013" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_of_keywords_becomes_a_url_with_the_same_meaning() -> None:
    url = database_url("host=/var/run/pg port=5433 user='a b' password='p@s/s' dbname=c360 sslmode=disable")

    assert url == "postgresql://a%20b:p%40s%2Fs@/c360?host=%2Fvar%2Frun%2Fpg&port=5433&sslmode=disable"


@contextlib.contextmanager
def waiting_part(part: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A part that has said that it waits for its database; SIGTERM must end it with 0."""
    started = subprocess.Popen(
        [sys.executable, "-m", "c360_cli", part], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        assert started.stderr is not None
        assert "waiting for the database" in started.stderr.readline()
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        _, said = started.communicate(timeout=DEADLINE)
    assert started.returncode == 0, said


@pytest.mark.parametrize("part", ["up", "gateway", "relay", "worker"])
def test_parts_that_start_before_the_database_wait_for_it(
    part: str, environment: dict[str, str], server: Any, database: Any, wait_until: Callable[..., Any]
) -> None:
    working = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name ~ '^c360 (?!daemon)'"
    with server.admin() as admin:
        admin.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT 0")
        with waiting_part(part, environment):
            admin.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT -1")
            wait_until(lambda: admin.execute(working, [database.name]).fetchone()[0] > 0)


def test_a_part_that_waits_for_its_database_ends_when_told(environment: dict[str, str]) -> None:
    environment["DATABASE_URL"] = f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere"

    with waiting_part("worker", environment):
        pass


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A folder that the user who runs PostgreSQL can reach."""
    with tempfile.TemporaryDirectory(prefix="c360-daemon-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "data"


@pytest.mark.slow
def test_a_killed_embedded_server_is_started_again(
    command_line: Any, environment: dict[str, str], wait_until: Callable[..., Any], data_folder: Path
) -> None:
    del environment["DATABASE_URL"]
    environment["C360_DATA_DIR"] = str(data_folder)
    url = f"http://127.0.0.1:{environment['C360_GATEWAY_PORT']}"
    recorded = data_folder / "postgres" / "postmaster.pid"
    with process(command_line, "up", environment=environment):
        wait_until(lambda: is_ready(url))
        killed = int(recorded.read_text().split("\n", 1)[0])

        os.kill(killed, signal.SIGKILL)

        wait_until(lambda: is_ready(url) and int(recorded.read_text().split("\n", 1)[0]) != killed)
        assert httpx.get(f"{url}/livez").status_code == 200
