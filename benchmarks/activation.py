"""How fast rules of activation decide, preview everybody, and answer right before something is sent.

    make bench-activation        python -m benchmarks.activation [--profiles 100000]

Starts an embedded PostgreSQL in a temporary folder and writes golden records with their observation, activity and
answers to a purpose straight into a tenant's tables; every third is in a segment, every tenth said no, every fourth was
contacted before. The rule is previewed, and _may_send() is asked about 500 of them at a time. Then one thing is due for
each of them, under a rule with a segment, an address, consent, a cap, once_per and quiet hours, and run_activations()
is called as a worker does until nothing is left. Last a new rule that waits for a score looks at everybody. Prints a
line for each figure and last one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg

from benchmarks.tenant import fresh_tenant
from c360.governance.tenants import as_owner

_QUESTIONS = 20
_IDS = 500
_RULE = {
    "when": {"event": "Cart Viewed", "wait": "30 minutes", "unless": ["Order Completed"]},
    "segment": "regulars",
    "channel": "email",
    "purpose": "marketing",
    "needs": ["email"],
    "attributes": ["first_name", "email"],
    "cap": {"count": 2, "within": "7 days"},
    "once_per": "1 day",
    "quiet": {"from": "02:00", "to": "02:01"},
    "expires_after": "5 days",
}
_LINE = {"when": {"score_crossed": {"score": "engagement", "above": 2}}, "channel": "email", "purpose": "marketing"}
_FILL = (
    """
    INSERT INTO tenant_acme.cdp_raw_profiles (source, identifiers, traits, observed_at)
    SELECT 'web', jsonb_build_object('user_id', 'u' || n), jsonb_build_object('email', 'u' || n || '@shop.vn'),
        now() - interval '90 days'
    FROM generate_series(1, %(profiles)s::integer) AS n
    """,
    """
    INSERT INTO tenant_acme.cdp_master_profiles (master_profile_id, first_name, email, city, created_at)
    SELECT gen_random_uuid(), 'U' || n, 'u' || n || '@shop.vn', 'Hue', now() - interval '90 days'
    FROM generate_series(1, %(profiles)s::integer) AS n
    """,
    """
    INSERT INTO tenant_acme.cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule)
    SELECT raw.raw_profile_id, master.master_profile_id, raw.raw_profile_id, 'new'
    FROM (SELECT raw_profile_id, row_number() OVER () AS n FROM tenant_acme.cdp_raw_profiles) AS raw
    JOIN (SELECT master_profile_id, row_number() OVER () AS n FROM tenant_acme.cdp_master_profiles) AS master USING (n)
    """,
    """
    INSERT INTO tenant_acme.cdp_activity (raw_profile_id, event_name, first_at, last_at, event_count)
    SELECT raw_profile_id, name, now() - interval '60 days',
        now() - interval '2 hours' - (number - 1) * interval '3 days', 4
    FROM tenant_acme.cdp_raw_profiles
    CROSS JOIN unnest(ARRAY['Cart Viewed', 'Order Completed', 'Product Viewed', 'page'])
        WITH ORDINALITY AS had (name, number)
    """,
    """
    INSERT INTO tenant_acme.cdp_consent_marks (raw_profile_id, purpose, subject, granted_at, denied_at)
    SELECT raw_profile_id, purpose, c360._subject_of('user_id', 'u' || raw_profile_id),
        CASE WHEN raw_profile_id %% 10 > 0 THEN now() - interval '50 days' END,
        CASE WHEN raw_profile_id %% 10 = 0 THEN now() - interval '50 days' END
    FROM tenant_acme.cdp_raw_profiles
    CROSS JOIN unnest(ARRAY['marketing', 'service']) AS purpose
    """,
    """
    INSERT INTO tenant_acme.cdp_segment_members (segment, master_profile_id, entered_at)
    SELECT 'regulars', link.master_profile_id, now()
    FROM tenant_acme.cdp_profile_links AS link
    WHERE link.raw_profile_id %% 3 = 0
    """,
    """
    INSERT INTO tenant_acme.cdp_activations (
        activation_id, rule, master_profile_id, trigger_key, happened_at, decided_at, is_requested, channel, purpose,
        expires_at
    )
    SELECT gen_random_uuid(), 'cart', link.master_profile_id, 'before:' || link.raw_profile_id,
        now() - interval '3 days', now() - interval '3 days', true, 'email', 'marketing', now() - interval '1 day'
    FROM tenant_acme.cdp_profile_links AS link
    WHERE link.raw_profile_id %% 4 = 0
    """,
)
_DUE = """
    INSERT INTO tenant_acme.cdp_activation_queue (rule, master_profile_id, trigger_key, happened_at, due_at)
    SELECT 'cart', link.master_profile_id, 'event:' || link.raw_profile_id,
        now() - interval '2 hours', now() - interval '90 minutes'
    FROM tenant_acme.cdp_profile_links AS link
"""
_CHOSEN = """
    SELECT array_agg(master_profile_id)
    FROM (SELECT master_profile_id FROM tenant_acme.cdp_master_profiles ORDER BY random() LIMIT %s) AS chosen
"""


def fill(connection: psycopg.Connection, profiles: int) -> None:
    """Golden records and what hangs on them, as if they had come through the gateway long ago."""
    connection.execute("SELECT c360.set_consent_purpose('acme', 'marketing', '{}')")
    connection.execute("SELECT c360.set_activation_rule('acme', 'cart', %s)", (json.dumps(_RULE),))
    with as_owner(connection):
        connection.execute("SET LOCAL c360.internal_write = 'on'")
        for statement in _FILL:
            connection.execute(statement, {"profiles": profiles})  # type: ignore[arg-type]
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    connection.autocommit = False


def timed(connection: psycopg.Connection, work: Callable[[], Any]) -> float:
    """Seconds that something takes, its commit too."""
    started = time.perf_counter()
    work()
    connection.commit()
    return time.perf_counter() - started


def decide(connection: psycopg.Connection) -> dict[str, int]:
    """What a worker does every few seconds."""
    sums = {"requested": 0, "refused": 0}
    while True:
        row = connection.execute("SELECT c360.run_activations('acme')").fetchone()
        connection.commit()
        assert row is not None
        sums = {name: count + row[0][name] for name, count in sums.items()}
        if not row[0]["has_more"]:
            return sums


def question(connection: psycopg.Connection) -> float:
    """Milliseconds of _may_send() for 500 persons anywhere among all."""
    with as_owner(connection):
        row = connection.execute(_CHOSEN, (_IDS,)).fetchone()
        assert row is not None
        started = time.perf_counter()
        connection.execute("SELECT c360._may_send('acme', 'marketing', %s)", (row[0],))
        return 1000 * (time.perf_counter() - started)


def measure(connection: psycopg.Connection, profiles: int) -> dict[str, float]:
    fill(connection, profiles)
    figures: dict[str, float] = {"profiles": profiles}
    figures["preview_s"] = timed(
        connection, lambda: connection.execute("SELECT c360.preview_activation('acme', 'cart')").fetchone()
    )
    figures["may_send_500_ms"] = statistics.median(question(connection) for _ in range(_QUESTIONS))
    connection.commit()
    with as_owner(connection):
        connection.execute(_DUE)
    connection.commit()
    sums: dict[str, int] = {}
    took = timed(connection, lambda: sums.update(decide(connection)))
    figures["requested"] = sums["requested"]
    figures["decided_per_s"] = (sums["requested"] + sums["refused"]) / took
    connection.execute("SELECT c360.set_activation_rule('acme', 'line', %s)", (json.dumps(_LINE),))
    figures["score_pass_s"] = timed(connection, lambda: decide(connection))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast rules of activation decide.")
    parser.add_argument("--profiles", type=int, default=100_000)
    arguments = parser.parse_args()
    with fresh_tenant() as connection:
        figures = measure(connection, arguments.profiles)
    for name, value in figures.items():
        print(f"{name:32} {value:12.1f}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
