"""A session, messages of a topic, and what brings them there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.session import Session
from support.topics import TOPIC


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
