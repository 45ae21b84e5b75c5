"""A gateway as a process of its own, and a client that sends every event until it is taken."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from end_to_end.conftest import is_ready, process
from support.command_line import CommandLine
from support.events import page
from support.ports import free_port
from support.session import Session
from support.waiting import wait_until

_ROOT = Path(__file__).resolve().parents[2]
_PAUSE = 0.02


@dataclass(frozen=True)
class Gateway:
    """Where a gateway is, and its process."""

    url: str
    process: psutil.Process


@contextlib.contextmanager
def gateway_process(command_line: CommandLine, dsn: str, folder: Path, **variables: str) -> Iterator[Gateway]:
    """`c360 gateway` until the context ends."""
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(_ROOT / "controlplane"), str(_ROOT / "cli")]),
        "DATABASE_URL": dsn,
        "C360_GATEWAY_PORT": str(port),
        "C360_DATA_DIR": str(folder),
        **variables,
    }
    with process(command_line, "gateway", environment=environment) as started:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: is_ready(url))
        yield Gateway(url, psutil.Process(started.pid))


def key_of(session: Session, tenant: str) -> str:
    """A write key of the tenant."""
    key = f"c360_wk_{tenant}_faults"
    session.call(
        "c360.create_api_key", tenant, "faults", "write", "web", hashlib.sha256(key.encode()).digest(), key[:12]
    )
    return key


@dataclass
class Traffic:
    """Senders that repeat an event with the same messageId until it is answered with 200, one after the other."""

    url: str
    key: str
    senders: int = 8
    more: dict[str, Any] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    refused: Counter[tuple[int, str, str | None]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    _enough: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Traffic:
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(self.senders)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def finish(self) -> None:
        """No further events; those that are not taken yet are sent until they are."""
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def p99(self) -> float:
        """Seconds within which 99 of 100 answers came."""
        return sorted(self.seconds)[len(self.seconds) * 99 // 100]

    def _send(self, number: int) -> None:
        with httpx.Client(base_url=self.url, auth=(self.key, ""), timeout=60) as client:
            for event in itertools.count():
                if self._enough.is_set():
                    return
                message_id = f"s{number}-{event}"
                while not self._is_taken(client, message_id):
                    time.sleep(_PAUSE)
                self.acknowledged.append(message_id)
                time.sleep(_PAUSE)

    def _is_taken(self, client: httpx.Client, message_id: str) -> bool:
        began = time.monotonic()
        reply = client.post("/v1/page", json=page(message_id, **self.more))
        self.seconds.append(time.monotonic() - began)
        if reply.status_code == 200:
            outcome = reply.json()
            return outcome["accepted"] + outcome["duplicates"] == 1
        self.refused[(reply.status_code, reply.json()["code"], reply.headers.get("Retry-After"))] += 1
        return False


def stored(session: Session, tenant: str = "acme") -> Counter[str]:
    """How often each messageId is among the events."""
    return Counter(session.column(f"SELECT message_id FROM tenant_{tenant}.cdp_behavioral_events"))
