"""A real gateway on a free port over a real database, logged in as the role it runs under."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvloop

from c360.adapters.database import Database as Door
from c360.gateway import serve_gateway
from c360.settings import Settings
from support.ports import free_port
from support.waiting import wait_until

# How many sessions of the test's own database wait for a lock.
LOCK_WAITS = """
    SELECT count(*)
    FROM pg_stat_activity
    WHERE datname = current_database()
      AND wait_event_type = 'Lock'
"""


@dataclass
class Gateway:
    """A running gateway: its address, and the way to stop it."""

    url: str
    stop: Callable[[], None]
    thread: threading.Thread


@contextlib.contextmanager
def running_gateway(dsn: str, **options: Any) -> Iterator[Gateway]:
    settings = Settings(gateway_port=free_port(), **options)
    ready: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        stop = asyncio.Event()
        async with await Door.connect(dsn, application_name="test gateway", acquire_timeout=5) as db:
            ready.append((asyncio.get_running_loop(), stop))
            await serve_gateway(db, settings, stop)

    # The loop of `c360 gateway`; that of asyncio leaves Nagle's algorithm on, which costs 40 ms a request.
    thread = threading.Thread(target=uvloop.run, args=(run(),))
    thread.start()
    wait_until(lambda: ready)
    loop, event = ready[0]
    gateway = Gateway(f"http://127.0.0.1:{settings.gateway_port}", lambda: loop.call_soon_threadsafe(event.set), thread)
    wait_until(lambda: _is_listening(settings.gateway_port))
    try:
        yield gateway
    finally:
        with contextlib.suppress(RuntimeError):
            gateway.stop()
        thread.join()


def _is_listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture
def gateway(database) -> Iterator[Gateway]:
    with running_gateway(database.dsn_as("c360_gateway")) as running:
        yield running


@pytest.fixture
def http(gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url) as client:
        yield client


@pytest.fixture
def make_key(connect) -> Callable[..., str]:
    """make_key(name="web", kind="write", origins=[...], tenant="acme") registers a key and answers it."""
    session = connect(autocommit=True)

    def make(name: str = "web", kind: str = "write", origins: list[str] | None = None, tenant: str = "acme") -> str:
        key = f"c360_wk_{name}"
        session.call(
            "c360.create_api_key",
            tenant,
            name,
            kind,
            name,
            hashlib.sha256(key.encode()).digest(),
            key[:12],
            origins or [],
        )
        return key

    return make
