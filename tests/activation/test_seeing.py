"""What readers see of contacts: nothing that is masked since, and not who is in a segment they may not know of."""

from __future__ import annotations

import json

import pytest

from c360.governance.tenants import as_owner

pytestmark = pytest.mark.usefixtures("database")
TOPIC = "c360-activation-events"


def seen(db):
    """Rules of the contacts that a reader sees in the topic, and the whole text."""
    db.commit()
    messages = db.call("c360.tail_topic", "acme", TOPIC)["messages"]
    contacts = [json.loads(entry["body"]) for entry in messages if entry["type"] == "activation.requested"]
    return {contact["data"]["rule"] for contact in contacts}, json.dumps(messages)


def mask(db, attribute):
    with as_owner(db.connection):
        db.execute("UPDATE c360.profile_attributes SET is_masked = true WHERE attribute = %s", attribute)


def test_what_is_masked_since_is_hidden_from_readers_also_in_contacts(activations):
    activations.rule(attributes=["first_name", "city"])
    activations.does("an", firstName="Canary9", city="Hue")
    activations.work()

    mask(activations.db, "first_name")

    rules, text = seen(activations.db)
    assert rules == {"cart"}
    assert "Canary9" not in text
    assert "Hue" in text


def test_whom_a_rule_of_a_segment_contacted_is_as_hidden_as_the_segment(activations):
    db = activations.db
    activations.rule("plain")
    activations.rule("of_hue", segment="hue")
    activations.segment("hue", "city = 'Hue'")
    activations.does("an", city="Hue")
    activations.work()
    while db.call("c360.refresh_segments", "acme")["has_more"]:
        pass
    activations.does("an", hours=0.001)
    activations.work(1)
    contact, *_ = [told["activation_id"] for told in activations.told() if told["rule"] == "of_hue"]
    assert seen(db)[0] == {"of_hue", "plain"}
    assert db.call("c360.show_message", "acme", contact)["type"] == "activation.requested"

    mask(db, "city")

    assert seen(db)[0] == {"plain"}


def test_whom_a_rule_of_a_score_contacted_is_as_hidden_as_what_the_score_tells(activations):
    db = activations.db
    activations.does("an", "Seen")
    activations.work()
    activations.rule("loud", when={"score_crossed": {"score": "engagement", "above": 1.5}})
    activations.work()
    activations.does("an", "Seen")
    assert activations.work(0.1)["requested"] == 1
    assert seen(db)[0] == {"loud"}

    mask(db, "event_summary")

    assert seen(db)[0] == set()
