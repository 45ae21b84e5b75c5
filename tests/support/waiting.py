"""Wait for conditions, never for time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Far more than a machine needs that does other things as well: it ends when the condition holds.
DEADLINE = 240.0
_POLL = 0.02


def wait_until(condition: Callable[[], T], *, timeout: float = DEADLINE) -> T:
    """Ask again and again until the answer is true; returns that answer. Fails at the deadline."""
    deadline = time.monotonic() + timeout
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still not so after {timeout:g} seconds: {condition}")
        time.sleep(_POLL)
    return answer
