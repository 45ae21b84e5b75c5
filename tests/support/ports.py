"""Ports for processes of the tests to listen at."""

from __future__ import annotations

import random
import socket

_LOWEST, _HIGHEST = 15_000, 32_767

_chance = random.SystemRandom()


def free_port() -> int:
    """A port of this machine that nobody listens at.

    Below those that the system gives to connections and to servers that ask for any port: such a one could be somebody
    else's before the process listens at it.
    """
    while True:
        port = _chance.randint(_LOWEST, _HIGHEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
