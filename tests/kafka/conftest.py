"""Brokers: those that librdkafka pretends to be, in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from support import kafka_broker
from support.command_line import CommandLine, Started, clean_environment
from support.kafka_broker import Broker
from support.kafka_log import QUIET
from support.session import Session
from support.topics import TOPIC


@pytest.fixture
def brokers() -> Iterator[str]:
    """Addresses of three brokers that keep what they are sent for as long as the test lasts."""
    owner = Producer({"bootstrap.servers": "none", "test.mock.num.brokers": 3, "logger": QUIET})
    known = owner.list_topics(timeout=20).brokers.values()
    yield ",".join(f"{broker.host}:{broker.port}" for broker in known)
    owner.close()


@pytest.fixture
def session(connect: Callable[..., Session]) -> Session:
    """A session whose every statement is committed at once."""
    return connect(autocommit=True)


@pytest.fixture
def publish(session: Session) -> Callable[..., Any]:
    """publish(n, key="a"): one message profile.updated with data {"n": n}, committed."""

    def write(n: int, key: str = "a", *, tenant: str = "acme", topic: str = TOPIC, **more: Any) -> Any:
        return session.call("c360._publish", tenant, topic, "profile.updated", key, {"n": n, **more})

    return write


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real broker of Kafka."""
    if not kafka_broker.is_there():
        pytest.skip("no jars of Kafka: make test-engines fetches them, where mvn and java are there")
    with kafka_broker.running_broker(tmp_path_factory.mktemp("kafka") / "broker") as broker:
        yield broker


@pytest.fixture
def start(command_line: CommandLine, database: Any, tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """start("kafka", "relay", **environment): a process of c360, whose log is tmp_path/<n>.log; ended with the test."""
    running: list[Started] = []

    def begin(*arguments: str, user: str | None = None, **environment: str) -> Started:
        dsn = database.dsn if user is None else database.dsn_as(user)
        said = clean_environment(
            DATABASE_URL=dsn, C360_DATA_DIR=str(tmp_path), C360_RELAY_POLL_SECONDS="0.1", C360_LOG_FORMAT="json"
        )
        with Path(os.devnull).open() as nothing, (tmp_path / f"{len(running)}.log").open("wb") as log:
            running.append(
                command_line.start(
                    *arguments, cwd=tmp_path, environment={**said, **environment}, streams=(nothing, log, log)
                )
            )
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()
