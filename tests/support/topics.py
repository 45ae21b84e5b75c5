"""What a relay does for topics that are read, and sinks of them."""

from __future__ import annotations

from typing import Any

from support.session import Session

TOPIC = "c360-updated-profiles"


def bring(session: Session) -> None:
    """Everything that is committed by now is in the topics."""
    while session.call("c360.fan_out")[1]:
        pass
    while session.call("c360.backfill_deliveries"):
        pass


def enable(
    session: Session, sink: str = "kafka", topic: str = TOPIC, *, tenant: str = "acme", since: str | None = "-infinity"
) -> bool:
    made: bool = session.value(f"SELECT tenant_{tenant}.enable_sink(%s, %s, %s::timestamptz)", sink, topic, since)
    bring(session)
    return made


def sink_state(session: Session, sink: str = "kafka", topic: str = TOPIC, *, tenant: str = "acme") -> dict[str, Any]:
    rows = session.records(f"SELECT * FROM tenant_{tenant}.list_sinks(%s)", sink)
    return next(row for row in rows if row["topic"] == topic)
