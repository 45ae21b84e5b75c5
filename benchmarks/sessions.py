"""How long visits take: of all events kept before an upgrade, and of a batch that just came.

    make bench-sessions          python -m benchmarks.sessions [--events 1000000]

Starts an embedded PostgreSQL in a temporary folder and writes events straight into a tenant's tables: twenty for each
visitor, in visits of four, and a hundredth of all for one visitor who never leaves. Then all visits are worked out.
Then batches of 1,000 events go through c360.ingest and the resolver, one for each of 1,000 visitors, and the refresh
alone is timed; then one event of the visitor who never leaves, in time and late. Prints a line for each and last one
JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.tenant import fresh_tenant
from c360.governance.tenants import as_owner

_BATCHES = 7
_EACH = 20
# Visitor number v of `visitors`; number 0 has as many events as a hundredth of all.
_FILL = (
    """
    INSERT INTO tenant_acme.cdp_raw_profiles (source, identifiers, traits, observed_at)
    SELECT 'web', jsonb_build_object('anonymous_id', 'v' || v), '{}', now() - interval '9 days'
    FROM generate_series(0, %(visitors)s::integer) AS v
    """,
    """
    INSERT INTO tenant_acme.cdp_behavioral_events (
        received_at, occurred_at, clock_status, raw_profile_id, source, message_id, type, event_name, payload
    )
    SELECT said.at, said.at, 'ok', raw.raw_profile_id, 'web', 'old' || said.v || '-' || said.n, 'page', 'page',
        jsonb_build_object(
            'type', 'page', 'messageId', 'old' || said.v || '-' || said.n, 'anonymousId', 'v' || said.v,
            'context', jsonb_build_object(
                'page', jsonb_build_object(
                    'url', 'https://shop.example/p' || said.n || '?utm_source=zalo&utm_medium=oa',
                    'title', 'Page ' || said.n,
                    'path', '/p' || said.n, 'referrer', 'https://search.example/?q=x'
                ),
                'userAgent', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36'
                    ' (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
                'locale', 'vi-VN', 'library', jsonb_build_object('name', '@c360/sdk', 'version', '1')
            )
        )
    FROM (
        SELECT v, n, now() - interval '8 days' + (n / 4) * interval '1 day' + (n %% 4) * interval '5 minutes' AS at
        FROM generate_series(1, %(visitors)s::integer) AS v
        CROSS JOIN generate_series(0, %(each)s::integer - 1) AS n
        UNION ALL
        SELECT 0, n, now() - interval '8 days' + n * interval '1 minute' * 10000 / %(long)s
        FROM generate_series(0, %(long)s::integer - 1) AS n
    ) AS said
    JOIN tenant_acme.cdp_raw_profiles AS raw
        ON raw.content_hash = sha256(convert_to(
            'web' || chr(31) || '{"anonymous_id": "v' || said.v || '"}' || chr(31) || '{}', 'UTF8'
        ))
    """,
    """
    INSERT INTO tenant_acme.cdp_activity (raw_profile_id, event_name, first_at, last_at, event_count)
    SELECT raw_profile_id, event_name, min(occurred_at), max(occurred_at), count(*)
    FROM tenant_acme.cdp_behavioral_events
    GROUP BY raw_profile_id, event_name
    """,
)


def fill(connection: psycopg.Connection, events: int, each: int = _EACH) -> int:
    """Events of visitors who came before, so many each; answers how many visitors."""
    visitors = events * 99 // 100 // each
    with as_owner(connection):
        connection.execute("SET LOCAL c360.internal_write = 'on'")
        for statement in _FILL:
            connection.execute(statement, {"visitors": visitors, "each": each, "long": events // 100})  # type: ignore[arg-type]
    connection.commit()
    return visitors


def refresh(connection: psycopg.Connection) -> float:
    """Seconds until no visits wait."""
    started = time.perf_counter()
    has_more = True
    while has_more:
        [answer] = connection.execute("SELECT c360.refresh_sessions('acme')").fetchone() or [{}]
        connection.commit()
        has_more = answer["has_more"]
    return time.perf_counter() - started


def take(connection: psycopg.Connection, events: list[dict[str, Any]]) -> None:
    """Ingest and resolve."""
    connection.execute("SELECT c360.ingest('acme', %s, 'web')", [Jsonb(events)])
    connection.commit()
    remaining = True
    while remaining:
        [answer] = connection.execute("SELECT c360.resolve_identities('acme', 5000)").fetchone() or [{}]
        connection.commit()
        remaining = answer["remaining"]


def page(number: int, visitor: int, **more: Any) -> dict[str, Any]:
    context = {"page": {"url": f"https://shop.example/new{number}?utm_source=zalo"}}
    return {"type": "page", "messageId": f"new{number}", "anonymousId": f"v{visitor}", "context": context, **more}


def measure(connection: psycopg.Connection, events: int) -> dict[str, float]:
    visitors = fill(connection, events)
    figures: dict[str, float] = {"events": events, "visitors": visitors + 1}
    figures["all_visits_s"] = refresh(connection)
    [figures["visits"]] = connection.execute("SELECT count(*) FROM tenant_acme.cdp_visits").fetchone() or [0]
    batches = []
    for batch in range(_BATCHES):
        first = 1 + batch * 1000 % visitors
        take(connection, [page(batch * 1000 + n, first + n) for n in range(1000)])
        batches.append(refresh(connection) * 1000)
    figures["batch1000_median_ms"] = statistics.median(batches)
    figures["batch1000_worst_ms"] = max(batches)
    take(connection, [page(900_000, 0)])
    figures["one_event_of_long_stay_ms"] = refresh(connection) * 1000
    take(connection, [page(900_001, 0, timestamp="2020-01-01T00:00:00Z")])
    figures["one_late_event_ms"] = refresh(connection) * 1000
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description="How long visits take.")
    parser.add_argument("--events", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with fresh_tenant() as connection:
        figures = measure(connection, arguments.events)
    for name, value in figures.items():
        print(f"{name:36} {value:>12,.1f}" if isinstance(value, float) else f"{name:36} {value:>12,}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
