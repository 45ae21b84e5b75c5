"""What became of a contact: on the timeline of the person, once, and a no to the purpose when they unsubscribe."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from support.events import ingest, track
from support.observations import resolve


@pytest.fixture
def sent(activations):
    """The id of an activation of purpose service, asked for to somebody."""
    activations.rule()
    activations.does("an")
    activations.work()
    return activations.told()[0]["activation_id"]


def events(db):
    return db.rows(
        "SELECT event_name, payload #>> '{properties,rule}', payload #>> '{properties,link}'"
        " FROM tenant_acme.cdp_behavioral_events WHERE event_name LIKE 'Message %' ORDER BY event_id"
    )


def test_outcomes_are_events_of_the_person_each_once(activations, sent):
    db = activations.db
    told = [db.call("c360.record_outcome", "acme", sent, name) for name in ("delivered", "delivered")]
    for click in ("c1", "c2", "c2"):
        db.call("c360.record_outcome", "acme", sent, "clicked", None, {"link": "https://s.vn"}, click)
    resolve(db)

    assert [entry["is_new"] for entry in told] == [True, False]
    assert told[0]["profile_id"] == activations.id_of("an")
    assert events(db) == [
        ("Message Delivered", "cart", None),
        ("Message Clicked", "cart", "https://s.vn"),
        ("Message Clicked", "cart", "https://s.vn"),
    ]
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles") == 1
    why = db.call("c360.explain_activation", "acme", "cart", "user_id", "an")
    assert sorted(why["decisions"][0]["outcomes"]) == ["clicked", "delivered"]


def test_who_unsubscribes_is_not_contacted_for_the_purpose_any_more(activations, sent):
    activations.db.call("c360.record_outcome", "acme", sent, "unsubscribed")
    activations.does("an", hours=0.001)

    assert activations.work(1) == {"requested": 0, "refused": 1, "held": 0}
    assert activations.decided() == [[], ["no_consent"]]


def test_a_provider_that_gives_one_id_to_all_that_becomes_of_a_message_loses_no_objection(activations, sent):
    db = activations.db
    activations.does("an", "Other")  # m2, of source web
    told = [
        db.call("c360.record_outcome", "acme", sent, name, None, {}, "m2", "web")["is_new"]
        for name in ("delivered", "opened", "unsubscribed", "unsubscribed")
    ]
    activations.does("an", hours=0.001)

    assert told == [True, True, True, False]
    assert activations.work(1)["requested"] == 0
    assert activations.decided() == [[], ["no_consent"]]


def test_an_event_that_has_taken_the_id_keeps_no_objection_away(activations, sent):
    db = activations.db
    ingest(db, track("Seen", f"{sent}:unsubscribed", userId="an", anonymousId=None))

    for _ in range(2):
        db.call("c360.record_outcome", "acme", sent, "unsubscribed", None, {}, None, "web")
    activations.does("an", hours=0.001)

    assert activations.work(1)["requested"] == 0
    assert activations.decided() == [[], ["no_consent"]]
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_consents") == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("bounced",), "U2523"),
        ((None,), "U2523"),
        (("clicked", None, {"x": "y" * 9000}), "U2523"),
        (("clicked", "infinity"), "U4424"),
    ],
)
def test_what_is_no_outcome_is_refused(activations, sent, arguments, code):
    with pytest.raises(psycopg.Error) as refused:
        activations.db.call("c360.record_outcome", "acme", sent, *arguments)
    assert refused.value.sqlstate == code


def test_an_activation_that_is_not_there_or_was_refused_has_no_outcome(activations, sent):
    db = activations.db
    db.call("c360.erase_profile", "acme", "user_id", "an", "case 7")
    for unknown in (sent, uuid.uuid4()):
        with pytest.raises(psycopg.Error) as refused, db.connection.transaction():
            db.call("c360.record_outcome", "acme", unknown, "clicked")
        assert refused.value.sqlstate == "U2522"
