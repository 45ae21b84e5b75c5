"""Schemathesis asks whatever the OpenAPI of `/` allows, and what it does not: nothing fails, the gateway stays small.

`make fuzz` goes on for ten minutes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from faults.conftest import Gateway, gateway_process
from reads.conftest import SECRET, fill
from support.session import Session

CHECKS = (
    "not_a_server_error",
    "content_type_conformance",
    "response_schema_conformance",
    "ignored_auth",
    "unsupported_method",
    "allow_header_conformance",
)

MOST_MB = 50


@pytest.fixture
def running(command_line, database, tmp_path) -> Iterator[Gateway]:
    with psycopg.connect(database.dsn) as session:
        fill(Session(session))
    with gateway_process(command_line, database.dsn_as("c360_gateway"), tmp_path) as gateway:
        yield gateway


@pytest.mark.slow
def test_whatever_the_openapi_allows_and_forbids_is_answered(running, tmp_path, pytestconfig):
    url, gateway = running.url, running.process
    for _ in range(50):
        assert httpx.get(f"{url}/", headers={"apikey": SECRET}).status_code == 200
    before = gateway.memory_info().rss

    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--no-color", "run", f"{url}/"),
            *("--header", f"Authorization: Bearer {SECRET}"),
            *("--checks", ",".join(CHECKS)),
            *("--phases", "examples,coverage,fuzzing", "--max-time", str(pytestconfig.getoption("--fuzz-seconds"))),
            *("--continue-on-failure", "--workers", "2", "--generation-database", "none"),
            *("--suppress-health-check", "all", "--request-timeout", "30"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    print(done.stdout[-3000:])
    grown = (gateway.memory_info().rss - before) / 2**20
    print(f"the gateway grew by {grown:.1f} MB")
    assert grown < MOST_MB
