"""Daemon and server are killed in the middle of the traffic. `make bench-crash` does the same twenty times over."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from benchmarks.crash.__main__ import run


@pytest.mark.slow
def test_kill_9_of_daemon_and_server_loses_nothing_and_doubles_nothing() -> None:
    with tempfile.TemporaryDirectory(prefix="c360-crash-") as folder:
        Path(folder).chmod(0o755)

        verdict = asyncio.run(run(rounds=5, events_per_round=200, seed=3, folder=Path(folder)))

    assert verdict.crash_events_acknowledged == 1000
    assert verdict.crash_client_retries > 0
    assert verdict.holds, verdict.figures()
