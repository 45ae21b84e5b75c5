"""How fast webhooks leave, what producers pay for them, and what is left behind in the database.

    make bench-relay            python -m benchmarks.relay [--messages 20000] [--backlog 300000] [--rounds 3]

Starts everything for real and alone: an embedded PostgreSQL in a temporary folder with durable commits, relays as
processes of their own, and a receiver in another. Every figure of a round is measured next to what it is compared with,
the median of the rounds is printed. Last comes one JSON object.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import json
import os
import signal
import statistics
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
_CONCURRENCY = 32
_BODY_BYTES = 1_000
_PRODUCERS = 8
_DEADLINE = 1_800.0
_QUIET = 0.4
_MB = 1 << 20

# One message a row, written as a producer does that has its body already.
_PUBLISH = """
INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
SELECT c360._uuid7(), %(tenant)s, %(topic)s, %(type)s, 'k' || number %% %(keys)s, repeat('x', %(bytes)s)
FROM generate_series(1, %(count)s) AS number
"""
_PRODUCE = """
DO $$
BEGIN
    FOR i IN 1..{transactions} LOOP
        INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
        SELECT gen_random_uuid(), '{tenant}', '{topic}', 'profile.updated', 'k' || number, repeat('x', {bytes})
        FROM generate_series(1, {rows}) AS number;
        COMMIT;
    END LOOP;
END;
$$
"""


def _type_of(name: str) -> str:
    """Messages of each measurement have a type of their own, so that no webhook gets those of another."""
    return {"idle": "profile.created", "healthy": "profile.merged"}.get(name, "profile.updated")


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
        values = {"tenant": TENANT, "topic": TOPIC, "type": _type_of(name), "keys": keys, "bytes": _BODY_BYTES}
        self.db.execute(_PUBLISH.encode(), {**values, "count": count})

    def seen(self, name: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.address}/seen/{name}", timeout=60) as response:
            seen: dict[str, Any] = json.load(response)
            return seen

    def wait_for(self, name: str, count: int) -> dict[str, Any]:
        deadline = time.monotonic() + _DEADLINE
        while (seen := self.seen(name))["count"] < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name}: {seen['count']} of {count} within {_DEADLINE:g} seconds")
            time.sleep(0.1)
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

    def bare(self) -> float:
        command = [sys.executable, "-m", "benchmarks.relay.bare", f"{self.address}/bare"]
        arguments = [*map(str, (20_000, _CONCURRENCY, _BODY_BYTES))]
        return float(subprocess.run([*command, *arguments], capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000, help="deliveries of one measurement")
    parser.add_argument("--backlog", type=int, default=300_000, help="messages that wait when the relay starts")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="c360-relay-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with EmbeddedPostgres(Path(folder) / "data") as server, _receiver() as port:
            install(server.dsn, load())
            with psycopg.connect(server.dsn) as connection:
                create_tenant(connection, TENANT)
            _measure(Bench(server.dsn, Path(folder) / "data", port), options)


def _measure(bench: Bench, options: argparse.Namespace) -> None:
    figures: dict[str, float] = {}
    rounds = [_deliveries(bench, options.messages, number) for number in range(options.rounds)]
    for name in rounds[0]:
        figures[name] = statistics.median(found[name] for found in rounds)
    figures |= _latency(bench, 200)
    for rows, transactions in ((1, 500), (100, 50)):
        word = "row" if rows == 1 else "rows"
        ratios = [_producers(bench, rows, transactions) for _ in range(options.rounds)]
        figures[f"producer_ratio_{rows}{word}"] = statistics.median(ratios)
    figures |= _backlog(bench, options.backlog)
    print(f"{'':<34}{'':>12}")
    for name, value in figures.items():
        print(f"{name:<34}{value:>12,.3f}")
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


def _deliveries(bench: Bench, messages: int, number: int) -> dict[str, float]:
    """One subscription, every message of a key of its own: beside a bare loop of the client library, and two relays."""
    rates: dict[int, float] = {}
    bare = bench.bare()
    figures: dict[str, float] = {}
    for relays in (1, 2):
        name = f"speed{relays}r{number}"
        bench.subscribe(name)
        bench.publish(name, messages)
        wal, dead = bench.value("SELECT pg_current_wal_lsn()"), _dead_rows(bench)
        with bench.relays(relays):
            seen = bench.wait_for(name, messages)
            bench.settle()
        rates[relays] = messages / (seen["last"] - seen["first"])
        if relays == 1:
            figures["wal_bytes_per_delivery"] = (
                float(bench.value("SELECT pg_current_wal_lsn() - %s::pg_lsn", wal)) / messages
            )
            figures["dead_rows_per_delivery"] = (_dead_rows(bench) - dead) / messages
        with psycopg.connect(bench.dsn) as connection:
            connection.execute(of_tenant("SELECT {tenant}.remove_subscription(%s)", TENANT).encode(), [name])
    return {
        "bare_requests_per_s": bare,
        "deliveries_per_s": rates[1],
        "deliveries_vs_bare": rates[1] / bare,
        "two_relays_vs_one": rates[2] / rates[1],
        **figures,
    }


def _dead_rows(bench: Bench) -> int:
    """Row versions that updates and deletes in the tables of the relay have left behind so far."""
    time.sleep(1.5)  # what sessions count arrives with a delay
    return int(
        bench.value(
            "SELECT sum(n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE schemaname = 'c360' AND relname IN"
            " ('deliveries', 'parked_deliveries', 'lanes', 'subscription_states', 'ticks', 'relays')"
        )
    )


def _latency(bench: Bench, count: int) -> dict[str, float]:
    """COMMIT to receipt while nothing else happens: each message comes to a relay that went to sleep."""
    bench.subscribe("idle")
    with bench.relays():
        bench.publish("idle", 1)
        bench.wait_for("idle", 1)
        committed: list[float] = []
        for _ in range(count):
            time.sleep(_QUIET)
            bench.publish("idle", 1)
            committed.append(time.monotonic())
        times = bench.wait_for("idle", count + 1)["times"][1:]
    cuts = statistics.quantiles(
        [max(0.0, (there - here) * 1000) for here, there in zip(committed, times, strict=True)],
        n=100,
        method="inclusive",
    )
    return {"commit_to_receipt_p50_ms": cuts[49], "commit_to_receipt_p99_ms": cuts[98]}


def _producers(bench: Bench, rows: int, transactions: int) -> float:
    """Speed of eight connections that write messages while a relay runs, against the same without trigger and relay."""
    bench.db.execute("ALTER TABLE c360.messages DISABLE TRIGGER USER")
    alone = _write(bench, rows, transactions)
    bench.db.execute("ALTER TABLE c360.messages ENABLE TRIGGER USER")
    with bench.relays():
        bench.publish("idle", 1)
        time.sleep(3)
        return _write(bench, rows, transactions) / alone


def _write(bench: Bench, rows: int, transactions: int) -> float:
    """Transactions a second of all producers together."""
    text = _PRODUCE.format(transactions=transactions, rows=rows, tenant=TENANT, topic=TOPIC, bytes=_BODY_BYTES).encode()

    def write(_: int) -> None:
        with psycopg.connect(bench.dsn, autocommit=True) as connection:
            connection.execute(text)

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(_PRODUCERS) as pool:
        list(pool.map(write, range(_PRODUCERS)))
    return _PRODUCERS * transactions / (time.monotonic() - began)


def _backlog(bench: Bench, backlog: int) -> dict[str, float]:
    """A relay that starts before a long backlog, of a healthy, a slow and a dead endpoint at once."""
    bench.subscribe("healthy")
    bench.subscribe("slow", "/slow", "healthy")
    bench.subscribe("dead", "/dead", "healthy")
    bench.publish("healthy", backlog)
    most = 0.0
    with bench.relays() as running:
        deadline = time.monotonic() + _DEADLINE
        while (seen := bench.seen("healthy"))["count"] < backlog:
            most = max(most, _memory(running[0].pid))
            if time.monotonic() > deadline:
                raise TimeoutError(f"{seen['count']} of {backlog} within {_DEADLINE:g} seconds")
            time.sleep(1)
    return {
        "drain_messages": float(backlog),
        "drain_per_s": backlog / (seen["last"] - seen["first"]),
        "drain_memory_mb": most,
    }


def _memory(pid: int) -> float:
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


if __name__ == "__main__":
    main()
