"""Builders for events: only the fields that matter to a test."""

from __future__ import annotations

from typing import Any

from support.session import Session


def page(message_id: str | None = None, **more: Any) -> dict[str, Any]:
    return _event({"type": "page", "anonymousId": "a1"}, message_id, more)


def track(name: str, message_id: str | None = None, **more: Any) -> dict[str, Any]:
    return _event({"type": "track", "event": name, "anonymousId": "a1"}, message_id, more)


def identify(user_id: str, message_id: str | None = None, **traits: Any) -> dict[str, Any]:
    return _event({"type": "identify", "userId": user_id, "traits": traits}, message_id, {})


def ingest(db: Session, *events: Any, source: str = "web", **batch: Any) -> dict[str, Any]:
    """Send events as one batch; `batch` holds what the batch says about all of them."""
    answer: dict[str, Any] = db.call("c360.ingest", "acme", {"batch": list(events), **batch}, source)
    return answer


def codes(answer: dict[str, Any]) -> list[str]:
    return [rejected["code"] for rejected in answer["rejected"]]


def event_count(db: Session) -> int:
    return int(db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events"))


def _event(base: dict[str, Any], message_id: str | None, more: dict[str, Any]) -> dict[str, Any]:
    return {**base, **({} if message_id is None else {"messageId": message_id}), **more}
