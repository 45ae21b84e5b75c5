"""Events per second through c360.ingest in one session.

    make bench-ingest            python -m benchmarks.ingest [--events 50000] [--batches 100,1000] [--people 5000]

Starts an embedded PostgreSQL in a temporary folder, with a tenant for each batch size. The events are made before the
clock starts: nine of ten are page views and track events of known visitors, one identifies. Prints a line for each
batch size; last one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from c360.embedded import EmbeddedPostgres
from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load

PAGES = ["/", "/shop", "/cart", "/about", "/blog"]
EVENTS = ["Product Viewed", "Product Added", "Cart Viewed", "Checkout Started"]


def event(number: int, people: int, dice: random.Random) -> dict[str, Any]:
    person = dice.randrange(people)
    base = {
        "messageId": f"ajs-next-{number}-5f0c6b1e",
        "anonymousId": f"a8a0c8a2-{person:08x}",
        "timestamp": "2026-01-01T10:00:00.123Z",
        "context": {
            "ip": "203.0.113.7",
            "locale": "vi-VN",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
            "page": {"path": dice.choice(PAGES), "url": "https://shop.example/", "title": "Shop"},
            "library": {"name": "analytics.js", "version": "2.11.1"},
        },
    }
    kind = dice.random()
    if kind < 0.1:
        traits = {"email": f"person{person}@example.com", "name": f"Person {person}"}
        return {**base, "type": "identify", "userId": f"u{person}", "traits": traits}
    if kind < 0.5:
        return {**base, "type": "page", "properties": {"path": "/shop"}}
    return {**base, "type": "track", "event": dice.choice(EVENTS), "properties": {"sku": "A-1", "price": 12.5}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--batches", default="100,1000")
    parser.add_argument("--people", type=int, default=5_000)
    options = parser.parse_args()
    figures: dict[str, float] = {"ingest_events": options.events}
    with tempfile.TemporaryDirectory(prefix="c360-bench-") as folder:
        Path(folder).chmod(0o755)
        with EmbeddedPostgres(Path(folder) / "data") as server:
            install(server.dsn, load())
            with psycopg.connect(server.dsn, autocommit=True) as connection:
                print(
                    f"{'batch':>6} {'events/s':>9} {'first tenth':>12} {'last tenth':>11} {'p50 ms':>8} {'p99 ms':>8}"
                )
                for size in map(int, options.batches.split(",")):
                    create_tenant(connection, f"batch_{size}")
                    figures |= report(
                        run(connection, f"batch_{size}", batches(options.events, size, options.people)), size
                    )
    print(json.dumps(figures))


def batches(events: int, size: int, people: int) -> list[str]:
    """Request bodies of `size` events each."""
    dice = random.Random(1)
    return [
        json.dumps({"batch": [event(start + n, people, dice) for n in range(size)]}) for start in range(0, events, size)
    ]


def run(connection: psycopg.Connection, tenant: str, batches: list[str]) -> list[float]:
    """Seconds each batch took."""
    seconds = []
    for batch in batches:
        started = time.perf_counter()
        connection.execute("SELECT c360.ingest(%s, %s::jsonb, 'web')", (tenant, batch))
        seconds.append(time.perf_counter() - started)
    return seconds


def report(seconds: list[float], size: int) -> dict[str, float]:
    """Print the line of one batch size; answers its figures."""
    tenth = max(len(seconds) // 10, 1)
    whole, first, last = (round(size * len(part) / sum(part)) for part in (seconds, seconds[:tenth], seconds[-tenth:]))
    p50, p99 = (round(sorted(seconds)[len(seconds) * at // 100] * 1000, 2) for at in (50, 99))
    print(f"{size:>6} {whole:>9,} {first:>12,} {last:>11,} {p50:>8} {p99:>8}")
    return {
        f"ingest_events_per_s_batch_{size}": whole,
        f"ingest_events_per_s_batch_{size}_last_tenth": last,
        f"ingest_batch_{size}_p50_ms": p50,
        f"ingest_batch_{size}_p99_ms": p99,
    }


if __name__ == "__main__":
    main()
