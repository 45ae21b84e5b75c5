"""How long one segment takes for a batch of 1,000 golden records that were touched, and for everybody.

    make bench-segments          python -m benchmarks.segments [--profiles 100000]

Starts an embedded PostgreSQL in a temporary folder and writes golden records with ten events each straight into a
tenant's tables. A segment over an attribute, one over a window of events and one made of both are filled. Then, seven
times, an attribute of 1,000 golden records anywhere among them changes, and the refresh alone is timed, for each one
by itself. Prints a line for each figure and last one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

import psycopg

from benchmarks.tenant import fresh_tenant
from c360.domain.tenants import Segment
from c360.governance.segmenting import fill_segments, put_segment
from c360.governance.tenants import as_owner

_BATCHES = 7
_SEGMENTS = {
    "attribute": "city = 'Hue' AND last_seen_at IS NOT NULL",
    "window": "city = 'Hue' AND event_count('Order Completed', '30 days') >= 1",
    "nested": "in_segment('attribute') AND NOT in_segment('window')",
}
_FILL = (
    """
    INSERT INTO tenant_acme.cdp_raw_profiles (source, identifiers, traits, observed_at)
    SELECT 'web', jsonb_build_object('user_id', 'u' || n), '{}', now() - interval '90 days'
    FROM generate_series(1, %(profiles)s::integer) AS n
    """,
    """
    INSERT INTO tenant_acme.cdp_master_profiles (master_profile_id, city)
    SELECT gen_random_uuid(), (ARRAY['Hue', 'Hanoi', 'Vinh'])[1 + n %% 3]
    FROM generate_series(1, %(profiles)s::integer) AS n
    """,
    """
    INSERT INTO tenant_acme.cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule)
    SELECT raw.raw_profile_id, master.master_profile_id, raw.raw_profile_id, 'new'
    FROM (SELECT raw_profile_id, row_number() OVER () AS n FROM tenant_acme.cdp_raw_profiles) AS raw
    JOIN (SELECT master_profile_id, row_number() OVER () AS n FROM tenant_acme.cdp_master_profiles) AS master USING (n)
    """,
    """
    INSERT INTO tenant_acme.cdp_profile_metrics (master_profile_id, last_seen_at)
    SELECT master_profile_id, now() FROM tenant_acme.cdp_master_profiles
    """,
    """
    INSERT INTO tenant_acme.cdp_behavioral_events (
        received_at, occurred_at, clock_status, raw_profile_id, source, message_id, type, event_name, payload
    )
    SELECT said.at, said.at, 'ok', said.raw_profile_id, 'web', 'm' || said.raw_profile_id || '-' || said.n, 'track',
        (ARRAY['Order Completed', 'Product Viewed', 'Cart Viewed', 'Product Added'])[1 + said.n %% 4], '{}'
    FROM (
        SELECT raw_profile_id, n, now() - (raw_profile_id * 7 + n * 11) %% 90 * interval '1 day' AS at
        FROM tenant_acme.cdp_raw_profiles
        CROSS JOIN generate_series(0, 9) AS n
    ) AS said
    """,
)
_CHANGE = """
    UPDATE tenant_acme.cdp_master_profiles AS master
    SET city = CASE master.city WHEN 'Hue' THEN 'Vinh' ELSE 'Hue' END
    FROM (SELECT master_profile_id FROM tenant_acme.cdp_master_profiles ORDER BY random() LIMIT 1000) AS chosen
    WHERE master.master_profile_id = chosen.master_profile_id
    RETURNING master.master_profile_id
"""
_EVALUATE = "SELECT c360._evaluate_segment('acme', %s, %s, now(), 'event', true)"


def fill(connection: psycopg.Connection, profiles: int) -> None:
    """Golden records, their links, and events as if they had come through the gateway."""
    with as_owner(connection):
        connection.execute("SET LOCAL c360.internal_write = 'on'")
        for statement in _FILL:
            connection.execute(statement, {"profiles": profiles})  # type: ignore[arg-type]
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    connection.autocommit = False


def batch(connection: psycopg.Connection, segment: str) -> float:
    """Milliseconds that 1,000 changed golden records take."""
    with as_owner(connection):
        connection.execute("SET LOCAL c360.internal_write = 'on'")
        ids = [row[0] for row in connection.execute(_CHANGE)]
        connection.execute("SET LOCAL search_path = pg_catalog, tenant_acme, pg_temp")
        started = time.perf_counter()
        connection.execute(_EVALUATE, (segment, ids))
        took = time.perf_counter() - started
    connection.commit()
    return took * 1000


def measure(connection: psycopg.Connection, profiles: int) -> dict[str, float]:
    fill(connection, profiles)
    figures: dict[str, float] = {"profiles": profiles}
    for name, condition in _SEGMENTS.items():
        put_segment(connection, "acme", Segment(name=name, condition=condition), is_new=True)
        connection.commit()
        started = time.perf_counter()
        fill_segments(connection, "acme", lambda _: None)
        figures[f"fill_{name}_s"] = time.perf_counter() - started
        figures[f"segment_{name}_batch1000_ms"] = statistics.median(batch(connection, name) for _ in range(_BATCHES))
    figures["segment_batch1000_ms"] = figures["segment_window_batch1000_ms"]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description="How long segments take.")
    parser.add_argument("--profiles", type=int, default=100_000)
    arguments = parser.parse_args()
    with fresh_tenant() as connection:
        figures = measure(connection, arguments.profiles)
    for name, value in figures.items():
        print(f"{name:32} {value:12.1f}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
