"""Rules of activation of tenant acme through one session, worked off as the worker does it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from c360.domain.tenants import Segment
from c360.governance.segmenting import put_segment
from c360.governance.tenants import as_owner
from support.events import ingest, track
from support.observations import resolve
from support.session import Session

RULE = {"when": {"event": "Cart Viewed"}, "channel": "zalo", "purpose": "service"}


@dataclass
class Activations:
    """What a test does with rules; people are named by their user ids."""

    db: Session
    now: datetime = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.now = self.db.value("SELECT now()")
        self.db.call(
            "c360.set_consent_purpose",
            "acme",
            "service",
            {"basis": "legitimate_interests", "allows_by_default": True},
        )
        self.db.call("c360.set_consent_purpose", "acme", "marketing")

    def rule(self, name: str = "cart", **definition: Any) -> None:
        """A rule that has been there for six days."""
        self.db.call("c360.set_activation_rule", "acme", name, RULE | definition)
        with as_owner(self.db.connection):
            self.db.execute("UPDATE c360.activation_rules SET active_since = now() - interval '6 days'")

    def webhook(self, name: str) -> None:
        """One that receives what rules ask for; nothing is sent to it."""
        secret = [uuid.uuid4(), name, "https://agent.example/", "k", bytes(12), bytes(40)]
        self.db.call("c360.add_subscription", "acme", *secret, ["c360-activation-events"])

    def segment(self, name: str, condition: str) -> None:
        put_segment(self.db.connection, "acme", Segment(name=name, condition=condition), is_new=True)
        while self.db.call("c360.refresh_segments", "acme")["has_more"]:
            pass

    def does(self, who: str, event: str = "Cart Viewed", *, hours: float = 0, **traits: Any) -> None:
        """An event so many hours from now, mostly before."""
        self.count += 1
        at = (self.now + timedelta(hours=hours)).isoformat()
        sent = track(event, f"m{self.count}", userId=who, timestamp=at, context={"traits": traits}, anonymousId=None)
        assert not ingest(self.db, sent)["rejected"]

    def work(self, hours: float = 0, limit: int = 500) -> dict[str, int]:
        """Resolve, refresh, decide as of so many hours from now."""
        resolve(self.db)
        while self.db.call("c360.refresh_profiles", "acme")["has_more"]:
            pass
        sums = {"requested": 0, "refused": 0, "held": 0}
        while True:
            told = self.db.call("c360.run_activations", "acme", limit, self.now + timedelta(hours=hours))
            sums = {name: sums[name] + told[name] for name in sums}
            if not told["has_more"]:
                return sums

    def told(self) -> list[dict[str, Any]]:
        """What the messages say."""
        with as_owner(self.db.connection):
            bodies = self.db.column(
                "SELECT body FROM c360.messages WHERE type = 'activation.requested' ORDER BY message_id"
            )
        return [json.loads(body)["data"] for body in bodies]

    def decided(self, rule: str = "cart") -> list[list[str]]:
        """The reasons of each decision, in order."""
        return self.db.column(
            "SELECT reasons FROM tenant_acme.cdp_activations WHERE rule = %s ORDER BY decided_at, activation_id", rule
        )

    def id_of(self, who: str) -> str:
        return str(self.db.call("c360.profile", "acme", "user_id", who)["profile_id"])


@pytest.fixture
def activations(db: Session) -> Activations:
    return Activations(db)
