"""Random streams of a tenant: events, late and repeated ones, orders, refunds, merges, splits, erasures, zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from c360.governance.tenants import as_owner
from support.events import ingest

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Stream:
    """Plays steps into the tenant and remembers what was sent."""

    def __init__(self, db):
        self.db = db
        self.sent = []
        self.orders = []

    def play(self, steps, work):
        for step in steps:
            kind, *arguments = step
            if kind == "work":
                work(self.db, *arguments)
            else:
                getattr(self, kind)(*arguments)

    def send(self, event):
        ingest(self.db, event)
        self.sent.append(event)

    def event(self, person, name, hours):
        body = {"type": "identify"} if name == "identify" else {"type": "track", "event": name}
        self.send({**body, **self._who(person), "timestamp": self._at(hours)})

    def again(self, number):
        if self.sent:
            ingest(self.db, self.sent[number % len(self.sent)])

    def order(self, person, currency, total, hours):
        number = f"o{len(self.orders)}"
        self.orders.append((number, person, currency, total))
        properties = {"order_id": number, "total": total, "currency": currency}
        self.send(self._track("Order Completed", person, properties, hours))

    def refund(self, number, percent):
        if self.orders:
            order_id, person, currency, total = self.orders[number % len(self.orders)]
            properties = {"order_id": order_id, "total": total * percent // 100, "currency": currency}
            self.send(self._track("Order Refunded", person, properties, 2100))

    def merge(self, one, other):
        raws = self.db.column("SELECT raw_profile_id FROM tenant_acme.cdp_profile_links ORDER BY 1")
        sides = [[raws[number % len(raws)]] for number in (one, other) if raws]
        if raws and sides[0] != sides[1]:
            self.db.call("c360.set_link_override", "acme", "must_link", *sides, "test")

    def split(self, number):
        overrides = self.db.column("SELECT link_override_id FROM tenant_acme.cdp_link_overrides ORDER BY 1")
        if overrides:
            self.db.call("c360.remove_link_override", "acme", overrides[number % len(overrides)])

    def erase(self, number):
        ids = self.db.column(
            "SELECT master_profile_id FROM tenant_acme.cdp_master_profiles WHERE status <> 'merged' ORDER BY 1"
        )
        if ids:
            self.db.call("c360.erase_profile", "acme", "profile_id", str(ids[number % len(ids)]), "case 7")

    def zone(self, name):
        with as_owner(self.db.connection):
            self.db.call("c360.apply_metadata", {"tenant": "acme", "time_zone": name})

    def _track(self, name, person, properties, hours):
        who = self._who(person)
        return {"type": "track", "event": name, **who, "properties": properties, "timestamp": self._at(hours)}

    def _who(self, person):
        return {"userId": person, "messageId": f"m{len(self.sent)}"}

    def _at(self, hours):
        return (START + timedelta(hours=hours, minutes=hours % 60)).isoformat()
