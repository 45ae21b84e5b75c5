"""What the measurements of the relay share: a tenant, a receiver in a process of its own, relays on demand."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from c360.embedded import EmbeddedPostgres
from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load
from c360.relay.secrets import load_keyring
from c360.relay.webhooks import add_webhook, of_tenant

TENANT = "bench"
TOPIC = "c360-updated-profiles"
BODY_BYTES = 1_000
_DEADLINE = 1_800.0
_MB = 1 << 20
_CONCURRENCY = 32

# One message a row, written as a producer does that has its body already.
_PUBLISH = """
INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
SELECT c360._uuid7(), %(tenant)s, %(topic)s, %(type)s, 'k' || number %% %(keys)s, repeat('x', %(bytes)s)
FROM generate_series(1, %(count)s) AS number
"""
_PUBLISH_ONE = """
INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
VALUES (c360._uuid7(), %s, %s, %s, %s, repeat('x', %s))
RETURNING message_id::text
"""


def _type_of(name: str) -> str:
    """Messages of each measurement have a type of their own, so that no webhook gets those of another."""
    return {"idle": "profile.created", "healthy": "profile.merged", "other": "profile.erased"}.get(
        name, "profile.updated"
    )


class Bench:
    """A server with one tenant, a receiver, and relays on demand."""

    def __init__(self, dsn: str, data_dir: Path, port: int) -> None:
        self.dsn = dsn
        self.data_dir = data_dir
        self.address = f"http://127.0.0.1:{port}"
        self.db = psycopg.connect(dsn, autocommit=True)

    def value(self, query: str, *values: Any) -> Any:
        row = self.db.execute(query.encode(), values).fetchone()
        assert row is not None
        return row[0]

    def subscribe(self, name: str, path: str | None = None, type_: str | None = None, **options: Any) -> None:
        with psycopg.connect(self.dsn) as connection:
            add_webhook(
                connection,
                load_keyring(self.data_dir),
                TENANT,
                f"{self.address}{path or '/' + name}",
                name=name,
                types=[_type_of(type_ or name)],
                options=options,
                allow_private=True,
            )

    def publish(self, name: str, count: int, keys: int = 20_000) -> None:
        values = {"tenant": TENANT, "topic": TOPIC, "type": _type_of(name), "keys": keys, "bytes": BODY_BYTES}
        self.db.execute(_PUBLISH.encode(), {**values, "count": count})

    def seen(self, name: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.address}/seen/{name}", timeout=60) as response:
            seen: dict[str, Any] = json.load(response)
            return seen

    def wait_for(self, name: str, count: int, seconds: float = _DEADLINE) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while (seen := self.seen(name))["count"] < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name}: {seen['count']} of {count} within {seconds:g} seconds")
            time.sleep(0.2)
        return seen

    @contextlib.contextmanager
    def relays(self, count: int = 1) -> Iterator[list[subprocess.Popen[bytes]]]:
        environment = {
            **os.environ,
            "C360_DSN": self.dsn,
            "C360_DATA_DIR": str(self.data_dir),
            "C360_WEBHOOK_ALLOW_PRIVATE": "1",
            "C360_LOG_LEVEL": "WARNING",
        }
        command = [sys.executable, "-m", "c360_cli", "relay"]
        running = [subprocess.Popen(command, env=environment) for _ in range(count)]
        try:
            yield running
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            for process in running:
                process.wait(60)

    def settle(self) -> None:
        """Until nothing waits in the database."""
        while self.value("SELECT count(*) FROM c360.deliveries"):
            time.sleep(0.1)

    def remove(self, name: str) -> None:
        with psycopg.connect(self.dsn) as connection:
            connection.execute(of_tenant("SELECT {tenant}.remove_subscription(%s)", TENANT).encode(), [name])

    def publish_one(self, name: str, key: str) -> tuple[str, float]:
        """One message: its id, and when it was committed by the monotonic clock of the machine."""
        row = self.db.execute(_PUBLISH_ONE, [TENANT, TOPIC, _type_of(name), key, BODY_BYTES]).fetchone()
        assert row is not None
        return str(row[0]), time.monotonic()

    def bare(self) -> float:
        command = [sys.executable, "-m", "benchmarks.relay.bare", f"{self.address}/bare"]
        arguments = [*map(str, (20_000, _CONCURRENCY, BODY_BYTES))]
        return float(subprocess.run([*command, *arguments], capture_output=True, text=True, check=True).stdout)


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    """Everything started for real and alone, with durable commits."""
    with tempfile.TemporaryDirectory(prefix="c360-relay-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with EmbeddedPostgres(Path(folder) / "data") as server, _receiver() as port:
            install(server.dsn, load())
            with psycopg.connect(server.dsn) as connection:
                create_tenant(connection, TENANT)
            yield Bench(server.dsn, Path(folder) / "data", port)


def milliseconds(committed: dict[str, float], seen: dict[str, Any]) -> list[float]:
    """From each commit to its receipt, of those among the latest a path has seen."""
    return [max(0.0, (at - committed[name]) * 1000) for name, at in seen["latest"] if name in committed]


def memory_mb(pid: int) -> float:
    """The most memory the process has had so far."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024 / _MB
    return 0.0


@contextlib.contextmanager
def _receiver() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.relay.receiver"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
