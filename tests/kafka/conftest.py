"""Brokers: those that librdkafka pretends to be, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka import Producer

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
