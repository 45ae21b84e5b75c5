"""A tenant with two purposes, and the few verbs that tests of consent need."""

from __future__ import annotations

import pytest

from support.events import ingest, track
from support.observations import resolve

PURPOSES = {
    "marketing": {"title": "Offers", "text_version": "2026-01"},
    "service": {"basis": "legitimate_interests", "allows_by_default": True},
}


@pytest.fixture
def shop(db):
    """Purposes marketing (on consent) and service (allowed unless somebody objects)."""
    for purpose, settings in PURPOSES.items():
        db.call("c360.set_consent_purpose", "acme", purpose, settings)
    return db


@pytest.fixture
def say():
    """say(db, "u1", "2026-05-01T10:00:00Z", marketing=False): an event of a touchpoint that says so."""

    def send(db, user, at, *, cookie=None, message_id=None, proof=None, traits=None, **preferences):
        who = {"userId": user, "anonymousId": cookie}
        context = {"consent": {"categoryPreferences": preferences}, "traits": traits or {}}
        if proof:
            context["consent"]["proof"] = proof
        event = track("Seen", message_id, timestamp=at, context=context, **{k: v for k, v in who.items() if v})
        if user is not None and cookie is None:
            event.pop("anonymousId", None)
        answer = ingest(db, event)
        resolve(db)
        return answer

    return send


@pytest.fixture
def holds():
    """holds(db, "user_id", "u1", "marketing"): (is_allowed, state)."""

    def read(db, kind, value, purpose):
        shown = db.call("c360.consents", "acme", kind, value)
        (found,) = [entry for entry in shown["purposes"] if entry["purpose"] == purpose]
        return found["is_allowed"], found["state"]

    return read
