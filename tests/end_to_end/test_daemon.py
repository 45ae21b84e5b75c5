"""`c360 up` starts, refuses and ends as an operator expects."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

from c360.daemon import database_url


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
