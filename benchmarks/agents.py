"""How long one call of an agent for the context of a person takes.

    make bench-agents          python -m benchmarks.agents [--profiles 100000] [--calls 500]

Starts an embedded PostgreSQL in a temporary folder and writes golden records with ten events each, orders, engagement,
a fit of lifetime value, rules of leads, two segments and ten rules of activation. Then the function that the gateway
calls answers about people anywhere among them, over one connection. Prints a line for each figure and last one JSON
object.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time

import psycopg

from benchmarks import segments
from benchmarks.tenant import fresh_tenant
from c360.domain.tenants import Segment
from c360.governance.segmenting import fill_segments, put_segment
from c360.governance.tenants import as_owner

_KEY = hashlib.sha256(b"agent").digest()
_RULES = 10
_DERIVED = (
    """
    INSERT INTO tenant_acme.cdp_raw_identifiers (raw_profile_id, identifier_type, value, is_usable)
    SELECT raw_profile_id, 'user_id', identifiers ->> 'user_id', true FROM tenant_acme.cdp_raw_profiles
    """,
    """
    INSERT INTO tenant_acme.cdp_activity (raw_profile_id, event_name, first_at, last_at, event_count)
    SELECT raw_profile_id, event_name, min(occurred_at), max(occurred_at), count(*)
    FROM tenant_acme.cdp_behavioral_events
    GROUP BY raw_profile_id, event_name
    """,
    """
    INSERT INTO tenant_acme.cdp_activity_days (raw_profile_id, day, event_name, kept_count)
    SELECT raw_profile_id, occurred_at::date, event_name, count(*)
    FROM tenant_acme.cdp_behavioral_events
    GROUP BY raw_profile_id, occurred_at::date, event_name
    """,
    """
    INSERT INTO tenant_acme.cdp_purchases (
        raw_profile_id, event_id, source, message_id, kind, order_id, occurred_at, amount_minor, currency
    )
    SELECT raw_profile_id, event_id, source, message_id, 'order', message_id, occurred_at, 1000 + event_id % 9000, 'VND'
    FROM tenant_acme.cdp_behavioral_events
    WHERE event_name = 'Order Completed'
    """,
)
_CALL = "SELECT c360_v1.agent_context_by_key(%s, %s)"


def fill(connection: psycopg.Connection, profiles: int) -> None:
    segments.fill(connection, profiles)
    with as_owner(connection):
        connection.execute("SET LOCAL c360.internal_write = 'on'")
        for statement in _DERIVED:
            connection.execute(statement)  # type: ignore[arg-type]
        connection.execute("SET LOCAL search_path = pg_catalog, tenant_acme, pg_temp")
        connection.execute("SELECT c360._refresh_purchase_histories('acme', NULL)")
    connection.commit()
    connection.execute("SELECT c360.fit_clv('acme')")
    connection.execute("""SELECT c360.set_lead('acme', '{"Cart": {"event": "Cart Viewed", "points": 20}}')""")
    connection.execute(
        """SELECT c360.set_consent_purpose('acme', 'service', '{"basis": "contract", "allows_by_default": true}')"""
    )
    for name, condition in (("hue", "city = 'Hue'"), ("buyers", "event_count('Order Completed', '30 days') >= 1")):
        put_segment(connection, "acme", Segment(name=name, condition=condition), is_new=True)
        connection.commit()
    fill_segments(connection, "acme", lambda _: None)
    for number in range(_RULES):
        when = {"segment_entered": "hue"} if number % 2 else {"event": "Cart Viewed", "wait": "30 minutes"}
        rule = {"when": when, "channel": "zalo", "purpose": "service", "cap": {"count": 2, "within": "7 days"}}
        rule |= {"quiet": {"from": "21:00", "to": "08:00"}, "not_in_segment": "buyers", "attributes": ["city"]}
        connection.execute("SELECT c360.set_activation_rule('acme', %s, %s)", (f"rule_{number}", json.dumps(rule)))
    connection.execute("SELECT c360.create_api_key('acme', 'bot', 'agent', 'bot', %s, 'c360_ak_')", [_KEY])
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")


def measure(connection: psycopg.Connection, profiles: int, calls: int) -> dict[str, float]:
    fill(connection, profiles)
    took, sizes = [], []
    for number in range(calls):
        asked = {"identifierType": "user_id", "value": f"u{1 + number * 7919 % profiles}", "purpose": "service"}
        started = time.perf_counter()
        row = connection.execute(_CALL, (_KEY, json.dumps(asked))).fetchone()
        took.append((time.perf_counter() - started) * 1000)
        assert row is not None
        sizes.append(len(json.dumps(row[0])))
    ranks = statistics.quantiles(took, n=100)
    return {
        "profiles": profiles,
        "agent_context_p50_ms": round(ranks[49], 2),
        "agent_context_p95_ms": round(ranks[94], 2),
        "agent_context_bytes": round(statistics.median(sizes)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="How long the context of a person takes.")
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=500)
    arguments = parser.parse_args()
    with fresh_tenant() as connection:
        figures = measure(connection, arguments.profiles, arguments.calls)
    for name, value in figures.items():
        print(f"{name:32} {value:12.1f}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
