"""Builds customers, orders and refunds of tenant acme, one database row or event at a time.

The events are put where ingest would put them; purchases are then recognised by the function under test.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from support.session import Session

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Customer:
    """A golden record with one observation linked to it."""

    profile_id: uuid.UUID
    raw_profile_id: int


@dataclass(frozen=True)
class Report:
    """One event about a purchase, before it is sent."""

    customer: Customer
    at: str
    properties: Any
    event: str = "Order Completed"
    source: str = "web"
    message_id: str = field(default_factory=lambda: f"m{next(_numbers)}")


class Shop:
    """What happens in a shop, told to the database through one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.enter()

    def enter(self) -> None:
        """Point this transaction at the tenant, as ingest does before it records anything."""
        self.session.execute("SET LOCAL search_path = pg_catalog, tenant_acme, pg_temp")

    def customer(self) -> Customer:
        customer = Customer(uuid.uuid4(), self.observation())
        self.session.execute("INSERT INTO cdp_master_profiles (master_profile_id) VALUES (%s)", customer.profile_id)
        self.link(customer.raw_profile_id, customer)
        return customer

    def observation(self) -> int:
        return self.session.value(
            "INSERT INTO cdp_raw_profiles (source, identifiers) VALUES ('web', %s) RETURNING raw_profile_id",
            {"user_id": f"u{next(_numbers)}"},
        )

    def link(self, raw_profile_id: int, customer: Customer) -> None:
        self.session.execute(
            "INSERT INTO cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule)"
            " VALUES (%s, %s, %s, 'new')"
            " ON CONFLICT (raw_profile_id) DO UPDATE SET master_profile_id = excluded.master_profile_id",
            raw_profile_id,
            customer.profile_id,
            raw_profile_id,
        )

    def order(self, customer: Customer, at: str, *, source: str = "web", **properties: Any) -> None:
        self.send([Report(customer, at, properties, source=source)])

    def refund(self, customer: Customer, at: str, **properties: Any) -> None:
        self.send([Report(customer, at, properties, event="Order Refunded")])

    def send(self, reports: Iterable[Report]) -> int:
        """Record one batch; answers how many purchases were written."""
        received_at, event_ids = self.session.row(
            """
            WITH recorded AS (
                INSERT INTO cdp_behavioral_events (received_at, occurred_at, clock_status, raw_profile_id, source,
                                                   message_id, type, event_name, payload)
                SELECT clock.received_at, (e ->> 'at')::timestamptz, 'ok', (e ->> 'raw_profile_id')::bigint,
                       e ->> 'source', e ->> 'message_id', 'track', e ->> 'event',
                       jsonb_build_object('properties', e -> 'properties')
                FROM jsonb_array_elements(%s::jsonb) AS e, (SELECT clock_timestamp()) AS clock (received_at)
                RETURNING received_at, event_id
            )
            SELECT min(received_at), array_agg(event_id) FROM recorded
            """,
            json.dumps(
                [
                    {
                        "at": report.at,
                        "raw_profile_id": report.customer.raw_profile_id,
                        "source": report.source,
                        "message_id": report.message_id,
                        "event": report.event,
                        "properties": report.properties,
                    }
                    for report in reports
                ]
            ),
        )
        return self.session.call("c360._record_purchases", "acme", received_at, event_ids)

    def rfm(self, as_of: str) -> dict[uuid.UUID, dict[str, Any]]:
        return {row["master_profile_id"]: row for row in self.session.call_rows("c360.rfm", "acme", as_of)}

    def facts(self, customer: Customer) -> dict[str, Any] | None:
        """What the golden record shows of its purchases."""
        rows = self.session.call_rows("c360._purchase_facts", "acme", [customer.profile_id])
        return rows[0] if rows else None

    def queued(self) -> set[int]:
        """The observations whose golden records are to be rebuilt."""
        return set(self.session.column("SELECT raw_profile_id FROM cdp_resolution_queue WHERE needs_rebuild"))
