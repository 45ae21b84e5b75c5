"""What `c360 status` says about the tenants, and to whom."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from c360.governance import create_tenant
from support.session import Session


def _status(db: Session, tenant: str) -> dict[str, Any]:
    return next(row for row in db.call_rows("c360.status") if row["tenant"] == tenant)


def test_waiting_observations_are_counted_with_the_age_of_the_oldest(db: Session) -> None:
    db.execute("INSERT INTO tenant_acme.cdp_raw_profiles (source, identifiers) VALUES ('web', '{\"user_id\": \"u1\"}')")
    db.execute("DELETE FROM tenant_acme.cdp_resolution_queue")
    db.execute(
        """
        INSERT INTO tenant_acme.cdp_resolution_queue (raw_profile_id, enqueued_at)
        SELECT raw_profile_id, clock_timestamp() - age
        FROM tenant_acme.cdp_raw_profiles, unnest(ARRAY[interval '10 seconds', interval '90 seconds']) AS age
        """
    )

    status = _status(db, "acme")

    assert status["queued_count"] == 2
    assert 90 <= status["oldest_queued_seconds"] < 120


def test_a_small_tenant_is_counted_and_not_estimated(db: Session) -> None:
    event = {"type": "track", "event": "Cart Viewed", "anonymousId": "a1"}
    db.call("c360.ingest", "acme", [event | {"messageId": f"m{number}"} for number in range(7)])

    db.call("c360.resolve_identities", "acme")

    status = _status(db, "acme")

    assert (status["event_estimate"], status["profile_estimate"]) == (7, 1)


def test_what_the_value_of_purchases_leaves_out_is_told_and_stands_on_the_golden_record(db: Session) -> None:
    order = {"type": "track", "event": "Order Completed", "userId": "anna"}
    refund = order | {"event": "Order Refunded", "messageId": "m4", "properties": {"order_id": "A9"}}
    amounts = ["12.50", "ten", None]
    orders = [
        order | {"messageId": f"m{number}", "properties": {"order_id": number, "total": amount}}
        for number, amount in enumerate(amounts)
    ]
    db.call("c360.ingest", "acme", [*orders, refund])
    before = _status(db, "acme")["purchase_warnings"]

    db.call("c360.resolve_identities", "acme")
    db.call("c360.refresh_scores", "acme")

    left_out = {"unpriced_orders": 2, "unreadable_amounts": 1, "unmatched_refunds": 1}
    assert (before, _status(db, "acme")["purchase_warnings"]) == (None, left_out)
    assert db.call("c360.profile", "acme", "user_id", "anna")["purchase_warnings"] == left_out


def test_only_open_rejects_are_counted(db: Session) -> None:
    db.execute(
        """
        INSERT INTO tenant_acme.cdp_rejected_events (source, code, reason, payload, status, settled_at) VALUES
            ('web', 'U1003', 'no type', '{}', 'rejected', NULL),
            ('web', 'U1003', 'no type', '{}', 'discarded', now())
        """
    )

    db.execute("UPDATE tenant_acme.cdp_rejected_events SET received_at = received_at - interval '2 hours'")
    db.call("c360.ingest", "acme", [{"type": "nonsense"}])

    status = _status(db, "acme")

    assert (status["rejected_count"], status["rejected_last_hour"]) == (2, 1)
    assert 7200 <= status["oldest_rejected_seconds"] < 7300


@pytest.mark.parametrize(
    ("day_before", "last_day", "is_found"), [(0, 99, False), (0, 100, True), (700, 200, False), (350, 200, True)]
)
def test_the_doctor_says_when_more_is_refused_than_before(
    db: Session, day_before: int, last_day: int, is_found: bool
) -> None:
    now = "2024-06-15T12:00:00Z"
    for count, received_at in ((day_before, "2024-06-13T12:00:00Z"), (last_day, "2024-06-15T00:00:00Z")):
        db.call("c360.ingest", "acme", {"batch": [{"type": "nonsense"}] * count}, "shop", received_at)

    found = [row for row in db.call_rows("c360.doctor", now) if "refused" in row["finding"]]

    assert [row["subject"] for row in found] == (["tenant acme"] if is_found else [])
    if is_found:
        assert f"{last_day} events" in found[0]["finding"]
        assert "U1105, from shop" in found[0]["finding"]


def test_somebody_sees_the_tenants_they_may_read_and_their_status(db: Session) -> None:
    db.execute("SET LOCAL ROLE c360_owner")
    create_tenant(db.connection, "globex")
    db.execute("GRANT c360_acme_reader TO dba")
    db.execute("SET LOCAL ROLE c360_acme_reader")

    assert db.column("SELECT c360.my_tenants()") == ["acme"]
    assert [row["tenant"] for row in db.call_rows("tenant_acme.tenant_status")] == ["acme"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.call_rows("c360.status")
