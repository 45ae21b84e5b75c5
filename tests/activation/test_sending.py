"""A contact that a rule asked for is judged once more right before it is sent, the first time and every other time."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest

from c360.relay.secrets import load_keyring
from c360.relay.webhooks import add_webhook
from support import lanes
from support.events import ingest, track
from support.observations import resolve

NAMES = ("zalo", "other")


@pytest.fixture
def send(database, db):
    """send(): the activation ids that a relay reads for each webhook now; send(status) answers them so."""
    keyring = load_keyring(Path("/nowhere"), master_key=base64.b64encode(secrets.token_bytes(32)).decode())
    for name in NAMES:
        add_webhook(
            db.connection,
            keyring,
            "acme",
            f"http://127.0.0.1:9/{name}",
            name=name,
            topics=["c360-activation-events"],
            types=["activation.requested"],
            options={"lane_count": 1, "max_in_flight": 8, "retry_schedule": [0, 0, 0]},
            allow_private=True,
        )
    names = dict(db.rows("SELECT subscription_id, name FROM c360.subscriptions"))

    def go(status: int = 200) -> dict[str, list[str]]:
        db.commit()
        while db.row("SELECT messages FROM c360.fan_out()") != (0,):
            db.commit()
        sent: dict[str, list[str]] = {}
        for lane in lanes.claim(db):
            rows = lanes.read(db, lane)
            sent[names[lane["subscription_id"]]] = [row["message_id"] for row in rows]
            lanes.settle(db, lane, rows, status)
            lanes.release(db, lane)
        db.commit()
        return sent

    return go


def outcomes(db):
    return db.column("SELECT outcomes FROM tenant_acme.cdp_activations ORDER BY decided_at, activation_id")


def withdraw(db, who="u1", purpose="service"):
    db.call("c360.set_consent", "acme", "user_id", who, purpose, False)


def test_a_contact_goes_to_the_webhook_its_rule_names_only(activations, send):
    activations.rule(subscription="zalo")
    activations.does("u1")
    assert activations.work()["requested"] == 1

    sent = send()

    assert sent == {"zalo": [activations.told()[0]["activation_id"]], "other": []}


def test_a_rule_whose_webhook_is_not_there_contacts_nobody_and_spends_no_cap(activations, send, db):
    activations.rule(subscription="zolo", cap={"count": 1, "within": "7 days"})
    activations.does("u1")
    told = activations.work()
    findings = [
        row for row in db.records("SELECT * FROM c360.doctor()") if row["subject"] == "rule cart of tenant acme"
    ]
    activations.rule(subscription="zalo", cap={"count": 1, "within": "7 days"})
    activations.does("u1")

    assert told == {"requested": 0, "refused": 1, "held": 0}
    assert activations.decided() == [["webhook_missing"]]
    assert [(row["level"], '"zolo"' in row["finding"]) for row in findings] == [("warning", True)]
    assert activations.work()["requested"] == 1
    assert len(send()["zalo"]) == 1


@pytest.mark.parametrize(
    ("function", "argument"), [("c360.disable_subscription", "zalo"), ("c360.remove_subscription", "zalo")]
)
def test_a_webhook_that_is_switched_off_or_removed_is_not_there(activations, send, db, function, argument):
    activations.rule(subscription="zalo")
    activations.does("u1")
    db.call(function, "acme", argument)

    assert activations.work()["refused"] == 1
    assert activations.decided() == [["webhook_missing"]]


def test_who_withdraws_after_the_decision_is_not_contacted(activations, send, db):
    activations.rule()
    activations.does("u1")
    activations.does("u2")
    assert activations.work()["requested"] == 2
    withdraw(db)

    sent = send()

    assert [len(ids) for ids in sent.values()] == [1, 1]
    noted = outcomes(db)
    assert sorted("withheld_consent" in one for one in noted) == [False, True]


def test_who_withdraws_between_two_attempts_is_not_contacted_again(activations, send, db):
    activations.rule(subscription="zalo")
    activations.does("u1")
    activations.work()
    assert len(send(404)["zalo"]) == 1
    withdraw(db)

    again = send()

    assert again.get("zalo", []) == []
    assert "withheld_consent" in outcomes(db)[0]
    assert db.value("SELECT count(*) FROM c360.deliveries") == 0


def test_what_has_expired_is_not_sent(activations, send, db):
    activations.rule(subscription="zalo", expires_after="1 hour")
    activations.does("u1")
    activations.work()
    db.execute(
        "UPDATE c360.messages SET body = jsonb_set("
        " body::jsonb, '{data,expires_at}', to_jsonb(now() - interval '1 minute'))::text"
        " WHERE type = 'activation.requested'"
    )

    sent = send()

    assert sent["zalo"] == []
    assert "withheld_expired" in outcomes(db)[0]


def test_a_withdrawal_that_is_not_resolved_yet_counts_when_it_is_sent(activations, send, db):
    activations.rule(subscription="zalo")
    for who in ("u1", "u2"):
        activations.does(who, email=f"{who}@shop.vn")
    assert activations.work()["requested"] == 2
    context = {"consent": {"categoryPreferences": {"service": False}}, "traits": {"email": "u1@shop.vn"}}
    ingest(db, track("Unsubscribed", "no-1", context=context, anonymousId="another-browser"))

    sent = send()

    assert len(sent["zalo"]) == 1
    assert sorted("withheld_consent" in one for one in outcomes(db)) == [False, True]


def test_who_turns_out_to_be_one_with_somebody_who_objects_is_not_contacted(activations, send, db):
    activations.rule(subscription="zalo", purpose="marketing")
    activations.does("u1")
    activations.does("u2", "Seen")
    resolve(db)
    db.call("c360.set_consent", "acme", "user_id", "u1", "marketing", True, "form 1")
    withdraw(db, "u2", "marketing")
    assert activations.work()["requested"] == 1
    db.call("c360.merge_profiles", "acme", activations.id_of("u1"), activations.id_of("u2"), "same")
    resolve(db)

    sent = send()

    assert sent["zalo"] == []
    assert "withheld_consent" in outcomes(db)[0]
