"""How long metrics take: of all golden records after an upgrade, of a batch that just came, and when they are read.

    make bench-metrics          python -m benchmarks.metrics [--events 1000000] [--each 20]

Starts an embedded PostgreSQL in a temporary folder with the events of benchmarks.sessions: --each for each visitor, and
a hundredth of all for one visitor who never leaves. All are resolved and worked out. Then batches of 1,000 events go
through c360.ingest and the resolver, one for each of 1,000 visitors, every tenth an order, and the refresh alone is
timed; then one event of the visitor who never leaves, in time and late. At last the view is read for 1,000 golden
records and for all. Prints a line for each and last one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

import psycopg

from benchmarks.sessions import fill, page, take
from benchmarks.tenant import fresh_tenant
from c360.governance.tenants import as_owner

_BATCHES = 7
_QUEUE = """
    INSERT INTO tenant_acme.cdp_resolution_queue (raw_profile_id)
    SELECT raw_profile_id
    FROM tenant_acme.cdp_raw_profiles
"""
_SOME = """
    SELECT sum(metric.events_30d), sum(metric.active_days_30d), sum(metric.total_revenue)
    FROM tenant_acme.cdp_metrics AS metric
    WHERE metric.master_profile_id = ANY (
        ARRAY(SELECT master_profile_id FROM tenant_acme.cdp_master_profiles ORDER BY master_profile_id LIMIT 1000)
    )
"""
_ALL = "SELECT count(*) FROM tenant_acme.cdp_metrics AS metric WHERE metric.events_30d >= 10"


def refresh(connection: psycopg.Connection) -> float:
    """Seconds until nothing waits."""
    started = time.perf_counter()
    has_more = True
    while has_more:
        [answer] = connection.execute("SELECT c360.refresh_profiles('acme')").fetchone() or [{}]
        connection.commit()
        has_more = answer["has_more"]
    return time.perf_counter() - started


def timed(connection: psycopg.Connection, query: str) -> float:
    """Milliseconds of a query, the second time."""
    connection.execute(query)  # type: ignore[arg-type]
    started = time.perf_counter()
    connection.execute(query)  # type: ignore[arg-type]
    return (time.perf_counter() - started) * 1000


def event(number: int, visitor: int) -> dict[str, Any]:
    if number % 10:
        return page(number, visitor)
    properties = {"order_id": f"o{number}", "total": number % 90 + 10}
    return {**page(number, visitor), "type": "track", "event": "Order Completed", "properties": properties}


def measure(connection: psycopg.Connection, events: int, each: int = 20) -> dict[str, float]:
    visitors = fill(connection, events, each)
    with as_owner(connection):
        connection.execute(_QUEUE)
    connection.commit()
    take(connection, [page(800_000, 1)])
    figures: dict[str, float] = {"events": events, "visitors": visitors + 1}
    figures["all_metrics_s"] = refresh(connection)
    connection.autocommit = True
    with as_owner(connection):
        connection.execute("ANALYZE")
    connection.autocommit = False
    batches = []
    for batch in range(_BATCHES):
        first = 1 + batch * 1000 % visitors
        take(connection, [event(batch * 1000 + n, first + n) for n in range(1000)])
        batches.append(refresh(connection) * 1000)
    figures["batch1000_update_ms"] = statistics.median(batches)
    figures["batch1000_worst_ms"] = max(batches)
    take(connection, [page(900_000, 0)])
    figures["one_event_of_long_stay_ms"] = refresh(connection) * 1000
    take(connection, [page(900_001, 0, timestamp="2020-01-01T00:00:00Z")])
    figures["one_late_event_ms"] = refresh(connection) * 1000
    figures["read_1000_profiles_ms"] = timed(connection, _SOME)
    figures["read_all_profiles_ms"] = timed(connection, _ALL)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description="How long metrics take.")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=20)
    arguments = parser.parse_args()
    with fresh_tenant() as connection:
        figures = measure(connection, arguments.events, arguments.each)
    for name, value in figures.items():
        print(f"{name:36} {value:>12,.1f}" if isinstance(value, float) else f"{name:36} {value:>12,}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
