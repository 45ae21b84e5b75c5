"""Events per second through c360.ingest in one session.

    python -m benchmarks.ingest --dsn ... [--events 100000] [--batch 100] [--people 5000]

Makes a tenant of its own, bench_<random>, and drops it at the end. The events are made before the clock starts: nine of
ten are page views and track events of known visitors, one identifies. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import time
from typing import Any

import psycopg

from c360.governance import create_tenant, drop_tenant

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
    parser.add_argument("--dsn", default="")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--people", type=int, default=5_000)
    options = parser.parse_args()
    dice = random.Random(1)
    batches = [
        json.dumps({"batch": [event(start + n, options.people, dice) for n in range(options.batch)]})
        for start in range(0, options.events, options.batch)
    ]
    tenant = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(options.dsn, autocommit=True) as connection:
        create_tenant(connection, tenant)
        try:
            report(run(connection, tenant, batches), options.batch, len(batches[0]) // options.batch)
        finally:
            drop_tenant(connection, tenant, confirm=tenant)


def run(connection: psycopg.Connection, tenant: str, batches: list[str]) -> list[float]:
    """Seconds each batch took."""
    seconds = []
    for batch in batches:
        started = time.perf_counter()
        connection.execute("SELECT c360.ingest(%s, %s::jsonb, 'web')", (tenant, batch))
        seconds.append(time.perf_counter() - started)
    return seconds


def report(seconds: list[float], batch: int, event_bytes: int) -> None:
    tenth = max(len(seconds) // 10, 1)
    print(
        json.dumps(
            {
                "batch": batch,
                "events": batch * len(seconds),
                "event_bytes": event_bytes,
                "events_per_s": round(batch * len(seconds) / sum(seconds)),
                "events_per_s_first_tenth": round(batch * tenth / sum(seconds[:tenth])),
                "events_per_s_last_tenth": round(batch * tenth / sum(seconds[-tenth:])),
                "batch_p50_ms": round(sorted(seconds)[len(seconds) // 2] * 1000, 2),
                "batch_p99_ms": round(sorted(seconds)[len(seconds) * 99 // 100] * 1000, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
