"""Builders for observations and what became of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from support.session import Session
from support.waiting import wait_until

DAY_ONE = datetime(2026, 1, 1, tzinfo=UTC)


def observe(
    db: Session,
    *,
    source: str = "web",
    day: float = 0,
    traits: dict[str, Any] | None = None,
    tenant: str = "acme",
    **identifiers: Any,
) -> int:
    """Load one observation the way a person would, with a plain INSERT; the trigger queues it."""
    return db.value(
        f"INSERT INTO tenant_{tenant}.cdp_raw_profiles (source, identifiers, traits, observed_at)"
        " VALUES (%s, %s, %s, %s) RETURNING raw_profile_id",
        source,
        Jsonb(identifiers),
        Jsonb(traits or {}),
        DAY_ONE + timedelta(days=day),
    )


def resolve(db: Session, *, tenant: str = "acme", batch_size: int = 1000) -> dict[str, int]:
    """Run the resolver until nothing remains; answers the sums of its counts.

    The server may be rolling back what a session of the test before has left.
    """
    sums: dict[str, int] = defaultdict(int)
    while True:
        answer = wait_until(lambda: _unless_busy(db.call("c360.resolve_identities", tenant, batch_size)))
        for name, count in answer.items():
            sums[name] += count
        if not answer["remaining"]:
            return dict(sums)


def _unless_busy(answer: dict[str, Any]) -> dict[str, Any] | None:
    return None if answer.get("busy") else answer


def partition(db: Session, *, tenant: str = "acme") -> set[frozenset[int]]:
    """Which observations are one person."""
    people = defaultdict(set)
    for raw, master in db.rows(f"SELECT raw_profile_id, master_profile_id FROM tenant_{tenant}.cdp_profile_links"):
        people[master].add(raw)
    return {frozenset(raws) for raws in people.values()}


def strays(db: Session, *, tenant: str = "acme") -> list[str]:
    """Rows of derived tables that nothing stands behind: what a foreign key would refuse, and more."""
    schema = f"tenant_{tenant}"
    return db.column(
        f"""
        SELECT 'identifier of observation ' || own.raw_profile_id
        FROM {schema}.cdp_raw_identifiers AS own
        WHERE own.raw_profile_id NOT IN (SELECT raw.raw_profile_id FROM {schema}.cdp_raw_profiles AS raw)
        UNION ALL
        SELECT 'founder of golden record ' || golden.master_profile_id
        FROM {schema}.cdp_master_profiles AS golden
        WHERE golden.founding_raw_profile_id NOT IN (SELECT link.raw_profile_id FROM {schema}.cdp_profile_links AS link)
        UNION ALL
        SELECT 'link of observation ' || link.raw_profile_id
        FROM {schema}.cdp_profile_links AS link
        WHERE link.raw_profile_id NOT IN (SELECT raw.raw_profile_id FROM {schema}.cdp_raw_profiles AS raw)
           OR link.master_profile_id NOT IN (SELECT master_profile_id FROM {schema}.cdp_master_profiles)
        UNION ALL
        SELECT 'history of golden record ' || told.master_profile_id
        FROM {schema}.cdp_profile_history AS told
        WHERE told.master_profile_id NOT IN (SELECT master_profile_id FROM {schema}.cdp_master_profiles)
        UNION ALL
        SELECT 'metrics of golden record ' || metrics.master_profile_id
        FROM {schema}.cdp_profile_metrics AS metrics
        WHERE metrics.master_profile_id NOT IN (SELECT link.master_profile_id FROM {schema}.cdp_profile_links AS link)
        """
    )


def master_of(db: Session, raw_profile_id: int, *, tenant: str = "acme") -> Any:
    return db.value(
        f"SELECT master_profile_id FROM tenant_{tenant}.cdp_profile_links WHERE raw_profile_id = %s", raw_profile_id
    )


def messages(db: Session, *, tenant: str = "acme") -> list[dict[str, Any]]:
    """Bodies of the profile messages in order."""
    return db.column(
        "SELECT body::jsonb FROM c360.messages WHERE tenant = %s AND topic = 'c360-updated-profiles' ORDER BY seq",
        tenant,
    )
