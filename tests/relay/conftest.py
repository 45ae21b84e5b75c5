"""Relays as real processes, a real receiver, and short words for what tests of the relay do all the time."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from c360.relay.secrets import Keyring, load_keyring
from c360.relay.webhooks import NewWebhook, add_webhook
from support.command_line import CommandLine, Started, clean_environment
from support.receiver import Receiver
from support.session import Session

MASTER_KEY = base64.b64encode(secrets.token_bytes(32)).decode()
TOPIC = "c360-updated-profiles"
QUICK = {"retry_schedule": [0, 0.05, 0.05, 0.05], "timeout_seconds": 5}


@pytest.fixture
def master_key() -> str:
    """What the secrets of `subscribe` are encrypted with."""
    return MASTER_KEY


@pytest.fixture
def keyring() -> Keyring:
    return load_keyring(Path("/nowhere"), master_key=MASTER_KEY)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def session(connect: Callable[..., Session]) -> Session:
    """A session whose every statement is committed at once."""
    return connect(autocommit=True)


@pytest.fixture
def subscribe(session: Session, receiver: Receiver, keyring: Keyring) -> Callable[..., NewWebhook]:
    """subscribe(path="/hooks", tenant="acme", **options): a webhook of the receiver, which verifies its signatures."""

    def add(path: str = "/hooks", tenant: str = "acme", **options: Any) -> NewWebhook:
        extra = {name: options.pop(name) for name in ("topics", "types", "since") if name in options}
        made = add_webhook(
            session.connection,
            keyring,
            tenant,
            receiver.url(path),
            name=path.strip("/").replace("/", "-"),
            options={**QUICK, **options},
            allow_private=True,
            **extra,
        )
        receiver.secrets[path] = made.secret
        return made

    return add


@pytest.fixture
def publish(session: Session) -> Callable[..., Any]:
    """publish(n, key="a"): one message profile.updated with data {"n": n}, committed."""

    def write(n: int, key: str = "a", *, tenant: str = "acme", type_: str = "profile.updated", by: Any = None) -> Any:
        return (by or session).call("c360._publish", tenant, TOPIC, type_, key, {"n": n})

    return write


@pytest.fixture
def start_relay(command_line: CommandLine, database: Any, tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """start_relay(dsn=None, **environment): a relay process; stopped at the end of the test."""
    running: list[Started] = []
    environment = clean_environment(
        C360_MASTER_KEY=MASTER_KEY,
        C360_WEBHOOK_ALLOW_PRIVATE="1",
        C360_RELAY_POLL_SECONDS="0.1",
        C360_DATA_DIR=str(tmp_path),
    )

    def start(dsn: str | None = None, **changes: str) -> Started:
        address = {"DATABASE_URL": dsn or database.dsn}
        with Path(os.devnull).open() as nothing, (tmp_path / f"relay-{len(running)}.log").open("wb") as log:
            process = command_line.start(
                "relay", cwd=tmp_path, environment={**environment, **address, **changes}, streams=(nothing, log, log)
            )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def waiting(session: Session) -> Callable[[], int]:
    """How many deliveries are not settled, retries included."""

    def count() -> int:
        return int(
            session.value(
                "SELECT (SELECT count(*) FROM c360.deliveries) + (SELECT count(*) FROM c360.parked_deliveries)"
            )
        )

    return count
