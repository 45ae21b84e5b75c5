"""Commit to webhook: how long after an identify was acknowledged does another system know?

    make bench-latency            python -m benchmarks.latency [--events 200]

Starts everything for real and alone: an embedded PostgreSQL in a temporary folder with durable commits, gateway,
worker and relay as a process, and a receiver on loopback that verifies each signature. Sends one identify at a time,
each of a new person, and measures from the HTTP 200 (which comes after the commit) to the receipt of that person's
profile.created. Prints a table and last one JSON object.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
from standardwebhooks import Webhook

from c360.embedded import EmbeddedPostgres
from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load
from c360.relay.secrets import load_keyring
from c360.relay.webhooks import add_webhook

TENANT = "bench"
_WARM_UP = 20
_DEADLINE = 20.0


class Receiver:
    """Notes when the profile of each person arrived."""

    def __init__(self) -> None:
        self.secret: str | None = None
        self.seen: dict[str, float] = {}
        self.changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                at = time.perf_counter()
                if receiver.secret is not None:
                    Webhook(receiver.secret).verify(body, {name.lower(): value for name, value in self.headers.items()})
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()
                with receiver.changed:
                    receiver.seen[body] = at
                    receiver.changed.notify_all()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, text: str) -> float:
        """When a message that contains the text arrived."""

        def found() -> float | None:
            return next((at for body, at in self.seen.items() if text in body), None)

        with self.changed:
            if not self.changed.wait_for(lambda: found() is not None, timeout=_DEADLINE):
                raise TimeoutError(f"no webhook for {text} within {_DEADLINE:g} seconds")
            at = found()
            self.seen.clear()
        assert at is not None
        return at


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="c360-latency-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        _measure(Path(folder) / "data", options.events)


def _measure(data_dir: Path, count: int) -> None:
    receiver = Receiver()
    with EmbeddedPostgres(data_dir) as server:
        install(server.dsn, load())
        with psycopg.connect(server.dsn) as connection:
            create_tenant(connection, TENANT)
            hook = add_webhook(
                connection,
                load_keyring(data_dir),
                TENANT,
                receiver.url,
                name="bench",
                types=["profile.created"],
                allow_private=True,
            )
        receiver.secret = hook.secret
        key = _write_key(server.dsn)
        with _daemon(server.dsn, data_dir) as address:
            for number in range(_WARM_UP):
                _one(receiver, address, key, f"warm{number}")
            seconds = [_one(receiver, address, key, f"person{number}x") for number in range(count)]
    _report(seconds)


def _one(receiver: Receiver, address: str, key: str, person: str) -> float:
    email = f"{person}@example.com"
    event = {"type": "identify", "userId": person, "messageId": f"m-{person}", "traits": {"email": email}}
    request = urllib.request.Request(
        f"{address}/v1/identify",
        data=json.dumps({**event, "writeKey": key}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=_DEADLINE) as response:
        response.read()
    committed = time.perf_counter()
    return max(0.0, receiver.wait_for(email) - committed)


def _write_key(dsn: str) -> str:
    command = [sys.executable, "-m", "c360_cli", "key", "create", TENANT, "--source", "bench", "--dsn", dsn]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextlib.contextmanager
def _daemon(dsn: str, data_dir: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "C360_DSN": dsn,
        "C360_DATA_DIR": str(data_dir),
        "C360_GATEWAY_PORT": str(port),
        "C360_WEBHOOK_ALLOW_PRIVATE": "1",
    }
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.parts", dsn], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_ready(process, address)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"{address}/readyz", timeout=2),
        ):
            return
        time.sleep(0.1)
    raise RuntimeError("the gateway did not get ready")


def _report(seconds: list[float]) -> None:
    ms = sorted(second * 1000 for second in seconds)
    cuts = statistics.quantiles(ms, n=100, method="inclusive")
    p50, p90, p99 = cuts[49], cuts[89], cuts[98]
    print(f"{'commit to webhook':<20}{'min':>9}{'p50':>9}{'p90':>9}{'p99':>9}{'max':>9}")
    print(f"{'ms':<20}{ms[0]:>9.1f}{p50:>9.1f}{p90:>9.1f}{p99:>9.1f}{ms[-1]:>9.1f}")
    print(
        json.dumps(
            {
                "commit_to_webhook_p50_ms": round(p50, 1),
                "commit_to_webhook_p99_ms": round(p99, 1),
                "commit_to_webhook_events": len(ms),
            }
        )
    )


if __name__ == "__main__":
    main()
