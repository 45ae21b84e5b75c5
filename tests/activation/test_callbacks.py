"""What a provider says of a message by an id of its own finds the contact that it was for, whichever is known first."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import uuid
from pathlib import Path

import pytest

from activation.conftest import Activations
from c360.governance.tenants import as_owner
from c360.relay.secrets import load_keyring
from c360.relay.webhooks import add_webhook

KEY = hashlib.sha256(b"zalo").digest()
RECEIVED, SEEN = "user_received_message", "user_seen_message"


def hook(db, kind, *ids, **more):
    """The answer to a webhook of Zalo."""
    named = {"msg_ids": list(ids)} if kind == SEEN else {"msg_id": ids[0]}
    body = {"event_name": kind, "app_id": "1", "sender": {"id": "9"}, "recipient": {"id": "8"}, "message": named}
    return db.call("c360_v1.receive_chat", KEY, "zalo", json.dumps({**body, "timestamp": "1767225600123", **more}))


def answered(db, activation_id, provider_message_id):
    """What the relay writes down of an answer."""
    subscription = db.value("SELECT subscription_id FROM c360.subscriptions WHERE name = 'oa'")
    sent = [{"message_id": activation_id, "provider_message_id": provider_message_id}]
    return db.call("c360.note_sent_messages", subscription, sent)


def counts(answer):
    return answer["accepted"], answer["duplicates"], answer["rejected"]


def outcomes(db, activation_id):
    told = db.value("SELECT outcomes FROM tenant_acme.cdp_activations WHERE activation_id = %s", activation_id)
    return sorted(told)


def timeline(db):
    return db.rows(
        "SELECT event_name, source, payload #>> '{properties,activation_id}' FROM tenant_acme.cdp_behavioral_events"
        " WHERE event_name LIKE 'Message %%' ORDER BY event_id"
    )


def prepare(db):
    """The id of an activation that was asked for."""
    with as_owner(db.connection):
        db.call("c360.create_api_key", "acme", "zalo", "write", "zalo", KEY, "zalo")
    keyring = load_keyring(Path("/nowhere"), master_key=base64.b64encode(secrets.token_bytes(32)).decode())
    add_webhook(
        db.connection,
        keyring,
        "acme",
        "http://127.0.0.1:9/oa",
        name="oa",
        topics=["c360-activation-events"],
        types=["activation.requested"],
        allow_private=True,
    )
    work = Activations(db)
    work.rule()
    work.does("u1")
    work.work()
    return work.told()[0]["activation_id"]


@pytest.fixture
def activation_id(db):
    return prepare(db)


def test_a_callback_becomes_the_outcome_of_the_contact_once(db, activation_id):
    assert answered(db, activation_id, "z1") == 1
    assert answered(db, activation_id, "z1") == 0

    told = [counts(hook(db, kind, "z1")) for kind in (RECEIVED, RECEIVED, SEEN)]

    assert told == [(1, 0, []), (0, 1, []), (1, 0, [])]
    assert outcomes(db, activation_id) == ["delivered", "opened"]
    assert timeline(db) == [("Message Delivered", "zalo", activation_id), ("Message Opened", "zalo", activation_id)]


def test_a_callback_that_comes_before_the_answer_is_kept_for_it(db, activation_id):
    told = [counts(hook(db, kind, "z1")) for kind in (RECEIVED, RECEIVED, SEEN)]
    assert timeline(db) == []

    answered(db, activation_id, "z1")

    assert told == [(1, 0, []), (0, 1, []), (1, 0, [])]
    assert outcomes(db, activation_id) == ["delivered", "opened"]
    assert [source for _, source, _ in timeline(db)] == ["zalo", "zalo"]
    assert counts(hook(db, RECEIVED, "z1")) == (0, 1, [])


@pytest.mark.parametrize("is_callback_first", [True, False])
def test_a_callback_and_the_answer_at_the_same_moment_lose_nothing(
    connect, in_background, wait_until_blocked, is_callback_first
):
    one, other = connect(), connect()
    activation_id = prepare(one)
    one.commit()
    acts = [lambda db: hook(db, RECEIVED, "z1"), lambda db: answered(db, activation_id, "z1")]
    first, second = acts if is_callback_first else acts[::-1]

    first(one)
    waiting = in_background(second, other)
    wait_until_blocked(other)
    one.commit()
    waiting.result()
    other.commit()

    assert outcomes(one, activation_id) == ["delivered"]
    assert len(timeline(one)) == 1


def test_a_message_that_was_sent_twice_is_known_by_both_ids(db, activation_id):
    answered(db, activation_id, "z1")
    answered(db, activation_id, "z2")

    hook(db, SEEN, "z2", "z1", "of somebody else")

    assert timeline(db) == [("Message Opened", "zalo", activation_id)]


def test_what_others_sent_is_nobodys_event_and_forgotten_after_a_day(db, activation_id):
    hook(db, RECEIVED, "theirs")
    hook(db, SEEN, *[f"many-{number}" for number in range(101)])
    known = "SELECT array_agg(provider_message_id ORDER BY provider_message_id) FROM tenant_acme.cdp_sent_messages"
    answered(db, activation_id, "z1")
    assert db.value(known) == ["theirs", "z1"]

    db.execute("UPDATE tenant_acme.cdp_sent_messages SET noted_at = now() - interval '25 hours'")
    hook(db, RECEIVED, "new")

    assert db.value(known) == ["new", "z1"]
    assert timeline(db) == []


@pytest.mark.parametrize(
    "more",
    [
        {"message": {}},
        {"message": {"msg_id": ""}},
        {"message": {"msg_id": None, "msg_ids": "z1"}},
        {"message": "z1"},
        {"event_name": "user_reacted_message"},
    ],
)
def test_a_callback_that_names_no_message_is_kept_as_not_understood(db, activation_id, more):
    answered(db, activation_id, "z1")

    answer = hook(db, RECEIVED, "z1", **more)

    assert [one["code"] for one in answer["rejected"]] == ["U1116"]
    assert timeline(db) == []


@pytest.mark.parametrize(
    ("status", "told", "event"),
    [
        ("delivered", (1, 0, []), "Message Delivered"),
        ("read", (1, 0, []), "Message Opened"),
        ("failed", (1, 0, []), "Message Failed"),
        ("undelivered", (1, 0, []), "Message Failed"),
        ("sent", (0, 0, []), None),
        ("received", None, None),
    ],
)
def test_a_status_of_twilio_becomes_the_outcome_of_the_contact(db, activation_id, status, told, event):
    answered(db, activation_id, "SM1")
    body = json.dumps({"MessageSid": "SM1", "MessageStatus": status})

    answer = db.call("c360_v1.receive_chat", KEY, "twilio", body)

    assert [one["code"] for one in answer["rejected"]] == ["U1116"] if told is None else counts(answer) == told
    assert timeline(db) == ([(event, "zalo", activation_id)] if event else [])


@pytest.mark.parametrize("at", ["soon", "99999999999999999", "-1", None])
def test_a_clock_that_cannot_be_right_is_not_believed(db, activation_id, at):
    answered(db, activation_id, "z1")

    assert counts(hook(db, RECEIVED, "z1", timestamp=at)) == (1, 0, [])

    age = "SELECT now() - occurred_at FROM tenant_acme.cdp_behavioral_events WHERE event_name = 'Message Delivered'"
    assert abs(db.value(age).total_seconds()) < 60


def test_only_ids_of_contacts_that_were_asked_for_are_written_down(db, activation_id):
    db.call("c360.set_consent", "acme", "user_id", "u1", "service", False)
    work = Activations(db)
    work.count = 10
    work.does("u1")
    work.work()
    refused = db.value("SELECT activation_id::text FROM tenant_acme.cdp_activations WHERE NOT is_requested")

    assert [answered(db, one, "z1") for one in (refused, str(uuid.uuid4()))] == [0, 0]
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_sent_messages") == 0


def test_erasing_a_person_forgets_the_ids_of_their_messages(db, activation_id):
    answered(db, activation_id, "z1")
    hook(db, RECEIVED, "z1")

    db.call("c360.erase_profile", "acme", "user_id", "u1", "case 1")
    answer = counts(hook(db, SEEN, "z1"))

    assert answer == (1, 0, [])
    assert timeline(db) == []
    assert answered(db, activation_id, "z1") == 0
