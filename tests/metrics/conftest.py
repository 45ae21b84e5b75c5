"""What the tests of metrics share: working them out, and reading them again from the events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from c360.governance.tenants import as_owner
from support.observations import resolve
from support.session import Session

# What is derived, from the events and the rates alone. Nothing of it calls what it is compared with.
_DAYS = """
    SELECT event.raw_profile_id, (event.occurred_at AT TIME ZONE %s)::date AS day, event.event_name, count(*)::integer
    FROM tenant_acme.cdp_behavioral_events AS event
    JOIN tenant_acme.cdp_profile_links AS link ON link.raw_profile_id = event.raw_profile_id
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
"""
_KEPT = """
    SELECT raw_profile_id, day, event_name, (kept_count + past_count)::integer
    FROM tenant_acme.cdp_activity_days
    ORDER BY 1, 2, 3
"""
_SEEN = """
    SELECT link.master_profile_id, min(event.occurred_at), max(event.occurred_at), count(*)::integer
    FROM tenant_acme.cdp_behavioral_events AS event
    JOIN tenant_acme.cdp_profile_links AS link ON link.raw_profile_id = event.raw_profile_id
    GROUP BY 1
    ORDER BY 1
"""
_VALUES = """
    SELECT master_profile_id, first_seen_at, last_seen_at, total_events::integer
    FROM tenant_acme.cdp_metrics
    WHERE total_events > 0
    ORDER BY 1
"""


@pytest.fixture
def work() -> Callable[..., None]:
    """work(db): resolve what arrived and work out what follows, so many golden records at a time."""

    def steps(db: Session, limit: int = 2000) -> None:
        resolve(db)
        while db.call("c360.refresh_profiles", "acme", limit)["has_more"]:
            pass

    return steps


@pytest.fixture
def zone() -> Callable[[Session, str], None]:
    """zone(db, "Asia/Tokyo"): where the tenant's days begin."""

    def move(db: Session, name: str) -> None:
        with as_owner(db.connection):
            db.call("c360.apply_metadata", {"tenant": "acme", "time_zone": name})

    return move


@pytest.fixture
def equals_events() -> Callable[[Session], None]:
    """equals_events(db): days and metrics are what the events that are kept say, and nothing else."""

    def compare(db: Session) -> None:
        zone = db.value("SELECT time_zone FROM c360.tenants WHERE tenant = 'acme'")
        assert db.rows(_KEPT) == db.rows(_DAYS, zone)
        assert db.rows(_VALUES) == db.rows(_SEEN)
        assert set(db.column("SELECT master_profile_id FROM tenant_acme.cdp_metric_values")) == set(
            db.column("SELECT master_profile_id FROM tenant_acme.cdp_master_profiles WHERE status <> 'merged'")
        )

    return compare


@pytest.fixture
def metrics() -> Callable[..., dict[str, Any]]:
    """metrics(db): the only golden record's row of the view; metrics(db, id): that one's."""

    def row(db: Session, profile_id: Any = None) -> dict[str, Any]:
        [found] = db.records(
            "SELECT * FROM tenant_acme.cdp_metrics WHERE %s::uuid IS NULL OR master_profile_id = %s",
            profile_id,
            profile_id,
        )
        return found

    return row
