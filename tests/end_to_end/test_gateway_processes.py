"""A gateway of several processes is one gateway: one address, one pace of a key, one set of figures."""

from __future__ import annotations

import contextlib
import hashlib
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psutil
import pytest

from end_to_end.conftest import is_ready, process
from support.command_line import CommandLine
from support.events import event_count, page

KEY = "c360_wk_of_several_processes"


@pytest.fixture
def tenant(database: Any, connect: Callable[..., Any]) -> Any:
    session = connect(autocommit=True)
    digest = hashlib.sha256(KEY.encode()).digest()
    session.call("c360.create_api_key", "acme", "web", "write", "web", digest, KEY[:8])
    return session


@pytest.fixture
def url(environment: dict[str, str]) -> str:
    return f"http://127.0.0.1:{environment['C360_GATEWAY_PORT']}"


@pytest.fixture
def several(
    command_line: CommandLine, environment: dict[str, str], url: str, tenant: Any, wait_until: Callable[..., Any]
) -> Iterator[psutil.Process]:
    """A gateway of two processes; the one that keeps them up."""
    environment["C360_GATEWAY_WORKERS"] = "2"
    with process(command_line, "gateway", environment=environment) as started:
        keeper = psutil.Process(started.pid)
        wait_until(lambda: len(serving(keeper)) == 2 and is_ready(url))
        yield keeper


def serving(keeper: psutil.Process) -> list[psutil.Process]:
    """The processes that listen."""
    return [one for one in keeper.children() if _listens(one)]


def _listens(one: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return any(connection.status == psutil.CONN_LISTEN for connection in one.net_connections())
    return False


def send(url: str, name: str) -> int:
    """The status of one event on a connection of its own."""
    return httpx.post(f"{url}/v1/page", json=page(name), auth=(KEY, ""), timeout=20).status_code


def figure(url: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)", httpx.get(f"{url}/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_they_take_events_together_and_count_them_together(several: psutil.Process, url: str, tenant: Any) -> None:
    with ThreadPoolExecutor(8) as senders:
        statuses = list(senders.map(lambda n: send(url, f"m{n}"), range(60)))

    assert statuses == [200] * 60
    assert event_count(tenant) == 60
    for _ in range(10):
        assert figure(url, 'c360_gateway_events_total{outcome="accepted"}') == 60
        assert figure(url, "c360_gateway_in_flight") == 0


def test_one_that_is_killed_is_started_again_and_loses_no_figures(
    several: psutil.Process, url: str, tenant: Any, wait_until: Callable[..., Any]
) -> None:
    assert send(url, "before") == 200
    killed, other = serving(several)

    killed.kill()

    wait_until(lambda: len(serving(several)) == 2 and killed not in serving(several))
    assert other.is_running()
    assert [send(url, f"m{n}") for n in range(10)] == [200] * 10
    assert figure(url, 'c360_gateway_events_total{outcome="accepted"}') == 11


def test_a_key_has_one_pace_in_all_of_them(
    command_line: CommandLine, environment: dict[str, str], url: str, tenant: Any, wait_until: Callable[..., Any]
) -> None:
    environment.update(C360_GATEWAY_WORKERS="2", C360_GATEWAY_REQUESTS_PER_SECOND="5")
    with process(command_line, "gateway", environment=environment), ThreadPoolExecutor(40) as senders:
        wait_until(lambda: is_ready(url))
        began = time.monotonic()
        statuses = list(senders.map(lambda n: send(url, f"m{n}"), range(40)))
        lasted = time.monotonic() - began

    assert set(statuses) == {200, 429}
    assert statuses.count(200) <= 5 * (lasted + 2) + 2


def test_the_address_is_nobody_elses(several: psutil.Process, environment: dict[str, str]) -> None:
    for workers in ("1", "2"):
        environment["C360_GATEWAY_WORKERS"] = workers
        done = subprocess.run(
            [sys.executable, "-m", "c360_cli", "gateway"], env=environment, capture_output=True, text=True, check=False
        )

        assert done.returncode == 1
        assert "U9013" in done.stderr


@pytest.fixture
def doomed(
    environment: dict[str, str], url: str, tenant: Any, wait_until: Callable[..., Any]
) -> Iterator[subprocess.Popen[str]]:
    """A gateway of two processes that will not end well."""
    environment["C360_GATEWAY_WORKERS"] = "2"
    command = [sys.executable, "-m", "c360_cli", "gateway"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as started:
        keeper = psutil.Process(started.pid)
        wait_until(lambda: len(serving(keeper)) == 2 and is_ready(url))
        yield started
        started.kill()


def test_they_end_with_the_one_that_keeps_them_up(
    doomed: subprocess.Popen[str], wait_until: Callable[..., Any]
) -> None:
    left = serving(psutil.Process(doomed.pid))

    doomed.kill()

    wait_until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in left))


def test_processes_that_die_again_and_again_end_the_gateway(
    doomed: subprocess.Popen[str], wait_until: Callable[..., Any]
) -> None:
    keeper = psutil.Process(doomed.pid)

    def is_over() -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in serving(keeper):
                one.kill()
        return doomed.poll() is not None

    wait_until(is_over)

    assert doomed.returncode == 1
    assert doomed.stderr is not None
    assert "U9014" in doomed.stderr.read()
