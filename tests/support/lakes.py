"""A tenant with events of two months that are over, and its lake in a directory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from c360.lake.exporter import Exporter, Outcome
from c360.lake.ledger import Ledger
from support.events import page, track
from support.session import Session

MARCH, APRIL = "2024-03-10T10:00:00Z", "2024-04-02T00:00:00Z"


@dataclass
class Lake:
    """What a test does with the lake of a tenant."""

    dsn: str
    root: Path
    tenant: str = "acme"

    @contextlib.contextmanager
    def ledger(self, *, is_held: bool = True) -> Iterator[Ledger]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            ledger = Ledger(connection, self.tenant)
            if not is_held:
                yield ledger
                return
            with ledger.held():
                yield ledger

    def exporter(self, ledger: Ledger) -> Exporter:
        return Exporter(ledger, ledger.storage(), self.dsn)

    def export(self, *tables: str) -> list[Outcome]:
        with self.ledger() as ledger:
            exporter = self.exporter(ledger)
            return [exporter.export(*partition) for partition in exporter.partitions(list(tables) or None)]

    def objects(self) -> dict[str, bytes]:
        """Every object by its key, manifests too."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def data(self) -> dict[str, bytes]:
        """Objects that hold rows."""
        return {key: content for key, content in self.objects().items() if key.endswith(".parquet")}


def receive(db: Session, received_at: str | None, *events: Any, tenant: str = "acme", source: str = "web") -> Any:
    return db.call("c360.ingest", tenant, {"batch": list(events)}, source, received_at)


def lay_out(db: Session, tenant: str = "acme") -> None:
    """Three persons over two months that are over."""
    receive(
        db,
        MARCH,
        track("Order Completed", "m1", userId="u1", properties={"order_id": "o1", "revenue": 12.5, "currency": "EUR"}),
        page("m2", userId="u2", properties={"url": "https://shop.vn/é?🎁", "note": None, "zero": -0.0, "huge": 1e300}),
        page("m3", userId="u3"),
        tenant=tenant,
    )
    receive(db, "2024-03-31T23:59:59.999999Z", page("m4", userId="u1"), tenant=tenant)
    receive(db, "2024-04-01T00:00:00Z", page("m5", userId="u1"), tenant=tenant)
    receive(db, APRIL, track("Order Refunded", "m6", userId="u2", properties={"order_id": "o1"}), tenant=tenant)
    db.call("c360.maintain_event_partitions", tenant)
    db.call("c360.resolve_identities", tenant)
    db.commit()
