"""What consumers of topics may see: never what readers may not, never who was erased"""

from __future__ import annotations

import json

import psycopg
import pytest

from support.canaries import Canary
from support.observations import resolve

TOPIC = "c360-updated-profiles"
EVENTS = "c360-behavioral-events"


def create(session, topic=TOPIC, consumer="crm", tenant="acme"):
    session.call(f"tenant_{tenant}.create_topic_consumer", topic, consumer, "-infinity")


def bring(session):
    while session.call("c360.fan_out")[1]:
        pass
    while session.call("c360.backfill_deliveries"):
        pass


def read(session, topic=TOPIC, function="read_topic"):
    return session.records(f"SELECT * FROM tenant_acme.{function}(%s, 'crm')", topic)


def take(session, topic=TOPIC):
    rows = read(session, topic)
    session.call("tenant_acme.commit_topic", topic, "crm", rows[-1]["position"] if rows else None)
    return rows


def test_values_masked_since_are_hidden_and_whole_for_administrators_who_ask(session):
    create(session)
    session.call("c360.ingest", "acme", Canary("mai9").events()[:2])
    resolve(session)
    bring(session)
    address = read(session)[0]["body"]["data"]["profile"]["email"]

    session.execute("UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'email'")

    assert address not in json.dumps(read(session), default=str)
    assert read(session, function="read_topic_as_sent")[0]["body"]["data"]["profile"]["email"] == address


def test_what_is_hidden_is_passed_over_and_holds_up_nothing(session):
    """Whoever may not know of a segment reads on behind its messages, and they are not looked at again."""
    topic = "c360-activation-events"
    create(session, topic)
    hidden = {"profile_id": "p", "segment": "gone", "reason": "event"}
    session.execute(
        "INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)"
        " SELECT c360._uuid7(), 'acme', %s, 'segment.entered', 'k',"
        " c360._message_body('segment.entered', 'acme', now(), %s) FROM generate_series(1, 25000)",
        topic,
        hidden,
    )
    bring(session)
    whole = session.value("SELECT count(*) FROM tenant_acme.read_topic_as_sent(%s, 'crm', 1000)", topic)
    assert read(session, topic) == []
    passed = session.value("SELECT done_position FROM c360.topic_consumers")
    session.call("c360._publish", "acme", topic, "score.changed", "k", {"score": "rfm"})
    bring(session)

    (row,) = read(session, topic)

    assert whole == 1000
    assert row["type"] == "score.changed"
    assert passed == row["position"] - 1


def test_who_was_erased_does_not_come_any_more_and_every_consumer_is_told(session):
    for topic in (TOPIC, EVENTS):
        create(session, topic)
    mai, stays = Canary("mai9"), Canary("lan8")
    for canary in (mai, stays):
        session.call("c360.ingest", "acme", canary.events()[:2])
    resolve(session)
    bring(session)
    took = read(session, EVENTS)
    session.call("tenant_acme.commit_topic", EVENTS, "crm", took[-1]["position"])
    before = read(session)
    profile_id = session.call("c360.profile", "acme", "user_id", mai.user_id)["profile_id"]

    session.call("c360.erase_profile", "acme", "user_id", mai.user_id, "case 17")
    bring(session)
    rows, of_events = read(session), read(session, EVENTS)

    assert mai.name in json.dumps(before, default=str)
    assert mai.name not in json.dumps(rows, default=str)
    assert stays.name in json.dumps(rows, default=str)
    for told in (rows, of_events):
        assert profile_id in {row["key"] for row in told if row["type"] == "profile.erased"}
    session.value("SELECT tenant_acme.replay_topic(%s, 'crm', '-infinity')", EVENTS)
    again = json.dumps(read(session, EVENTS), default=str)
    assert mai.name not in again
    assert stays.name in again


def test_a_suspended_tenant_is_not_read(session):
    create(session)
    bring(session)
    session.call("c360.suspend_tenant", "acme")

    with pytest.raises(psycopg.DatabaseError) as refused:
        read(session)

    assert refused.value.sqlstate == "U4423"
