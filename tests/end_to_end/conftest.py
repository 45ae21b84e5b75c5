"""`c360 up` as a real process on a database of the test, a key, and a receiver that verifies signatures."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.command_line import CommandLine, Started
from support.ports import free_port
from support.receiver import Received, Receiver
from support.session import Session
from support.waiting import wait_until

_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class System:
    """A running c360, seen from outside."""

    url: str
    write_key: str
    session: Session
    receiver: Receiver
    command: Callable[..., str]

    def send(self, kind: str, **event: Any) -> None:
        """Send one event over HTTP and expect it to be accepted."""
        answer = httpx.post(f"{self.url}/v1/{kind}", json=event, auth=(self.write_key, ""), timeout=20)
        assert (answer.status_code, answer.json()["accepted"]) == (200, 1), answer.text

    def profile(self, **identifier: str) -> dict[str, Any]:
        """The golden record of an identifier, once everything sent so far is resolved."""
        wait_until(lambda: not self.session.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue"))
        ((kind, value),) = identifier.items()
        return dict(self.session.call("c360.profile", "acme", kind, value))

    def webhook(self, kind: str) -> Received:
        """The first webhook of a type; its signature was verified."""

        def arrived() -> list[Received]:
            return [one for one in self.receiver.to("/crm") if one.body["type"] == kind]

        return wait_until(arrived)[0]


@contextlib.contextmanager
def process(command_line: CommandLine, *arguments: str, environment: dict[str, str]) -> Iterator[Started]:
    """A command of c360 that runs until the context ends; SIGTERM must end it with 0."""
    with Path(os.devnull).open() as nothing:
        streams = (nothing, sys.__stdout__, sys.__stderr__)
        started = command_line.start(*arguments, cwd=_ROOT, environment=environment, streams=streams)
    try:
        yield started
        assert started.poll() is None, f"c360 {arguments} ended by itself"
    finally:
        started.send_signal(signal.SIGTERM)
        code = started.wait()
    assert code == 0


@pytest.fixture
def environment(database: Any, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(_ROOT / "controlplane"), str(_ROOT / "cli")]),
        "DATABASE_URL": database.dsn,
        "C360_DATA_DIR": str(tmp_path),
        "C360_WEBHOOK_ALLOW_PRIVATE": "1",
        "C360_GATEWAY_PORT": str(free_port()),
    }


def run_command(command_line: CommandLine, environment: dict[str, str], *arguments: str) -> str:
    done = command_line.run(*arguments, cwd=_ROOT, environment=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=[("up",), ("gateway", "relay", "worker")], ids=["one process", "three processes"])
def parts(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return request.param


@pytest.fixture
def system(
    parts: tuple[str, ...], environment: dict[str, str], connect: Callable[..., Session], command_line: CommandLine
) -> Iterator[System]:
    url = f"http://127.0.0.1:{environment['C360_GATEWAY_PORT']}"

    def command(*arguments: str) -> str:
        return run_command(command_line, environment, *arguments)

    with Receiver() as receiver, contextlib.ExitStack() as running:
        added = json.loads(
            command("webhook", "add", "acme", receiver.url("/crm"), "--topic", "c360-updated-profiles", "--json")
        )
        receiver.secrets["/crm"] = added["secret"]
        write_key = json.loads(command("key", "create", "acme", "--source", "web", "--json"))["key"]
        for part in parts:
            running.enter_context(process(command_line, part, environment=environment))
        wait_until(lambda: is_ready(url))
        yield System(url, write_key, connect(autocommit=True), receiver, command)
        assert receiver.refused == []


def is_ready(url: str) -> bool:
    """Whether a gateway says that it can take events."""
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False
