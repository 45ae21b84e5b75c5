"""Computed traits of tenant acme through one session: stated together, filled as the worker does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from c360.domain.tenants import ComputedTrait
from c360.governance import sync_tenant
from c360.governance.tenants import as_owner
from c360.governance.traiting import drop_trait, put_trait
from support.events import identify, ingest, track
from support.observations import resolve
from support.session import Session

START = datetime(2026, 5, 1, tzinfo=UTC)
NOW = "2026-06-01 12:00Z"
SHOWN = ["order_id", "revenue", "total", "currency", "category", "cart", "price", "odd"]


@dataclass
class Traits:
    """What a test does with traits; people are named by their user ids."""

    db: Session
    minutes: int = field(default=0)

    def show(self, *properties: str) -> None:
        """Which properties of events readers see."""
        with as_owner(self.db.connection):
            self.db.call("c360.apply_metadata", {"tenant": "acme", "shown_properties": list(properties)})

    def mask(self, attribute: str) -> None:
        self.db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = %s", attribute
        )

    def state(self, **expressions: str) -> None:
        """Traits that are stated at once, in one sync; not filled."""
        for name, expression in expressions.items():
            self.db.call("c360.set_computed_trait", "acme", name, expression)
        sync_tenant(self.db.connection, "acme")

    def put(self, name: str, expression: str, *, is_new: bool = True, **more: Any) -> None:
        made = ComputedTrait(name=name, expression=expression, **more)
        put_trait(self.db.connection, "acme", made, is_new=is_new)
        self.fill()

    def drop(self, name: str) -> None:
        drop_trait(self.db.connection, "acme", name)

    def fill(self, limit: int = 1000, at: str = NOW) -> None:
        """A whole pass over everybody."""
        while self.db.call("c360.refresh_traits", "acme", limit, at)["has_more"]:
            pass

    def work(self) -> None:
        """What the worker does for golden records that something changed of."""
        resolve(self.db)
        while self.db.call("c360.refresh_profiles", "acme", 100)["has_more"]:
            pass

    def know(self, who: str, **said: Any) -> None:
        """Somebody says something about themselves."""
        self.minutes += 1
        said_at = (START + timedelta(minutes=self.minutes)).isoformat()
        assert not ingest(self.db, {**identify(who, **said), "timestamp": said_at})["rejected"]

    def did(self, who: str, name: str, at: str = "2026-05-20T10:00:00Z", **properties: Any) -> None:
        self.minutes += 1
        event = track(name, f"m{self.minutes}", userId=who, timestamp=at, properties=properties)
        assert not ingest(self.db, event)["rejected"]

    def id_of(self, who: str) -> Any:
        return self.db.value("SELECT (tenant_acme.profile('user_id', %s) ->> 'profile_id')::uuid", who)

    def of(self, who: str) -> dict[str, Any]:
        """The row of the view."""
        query = "SELECT * FROM tenant_acme.cdp_traits WHERE master_profile_id = %s"
        found = self.db.records(query, self.id_of(who))
        return {name: value for name, value in found[0].items() if name not in ("master_profile_id", "changed_at")}

    def listed(self, name: str) -> dict[str, Any]:
        query = "SELECT * FROM tenant_acme.list_computed_traits() AS listed WHERE listed.trait = %s"
        [row] = self.db.records(query, name)
        return row

    def told(self) -> list[dict[str, Any]]:
        """What changed, by message, so far."""
        query = "SELECT body FROM c360.messages WHERE tenant = 'acme' AND type = 'traits.updated' ORDER BY seq"
        return [json.loads(body)["data"]["changed"] for body in self.db.column(query)]

    def act_as(self, role: str) -> None:
        """Become a member of the role; the owner of c360 may grant it, as it would to a person."""
        self.db.execute("SET LOCAL ROLE c360_owner")
        self.db.execute(f"GRANT {role} TO dba")
        self.db.execute(f"SET LOCAL ROLE {role}")


@pytest.fixture
def traits(db):
    made = Traits(db)
    made.show(*SHOWN)
    return made


@pytest.fixture
def traits_of():
    """Traits of a session of the test's own."""
    return Traits
