"""The message log: partitions, bells, tails."""

from __future__ import annotations

import json

import psycopg
import pytest

from support.waiting import DEADLINE

TOPIC = "c360-updated-profiles"


def test_a_topic_that_is_none_of_the_five_is_refused(db):
    with pytest.raises(psycopg.errors.CheckViolation):
        db.call("c360._publish", "acme", "c360-other", "profile.updated", "k", {})


def test_message_ids_sort_by_time(db):
    ids = db.column("SELECT c360._uuid7()::text FROM generate_series(1, 2000)")

    assert len(set(ids)) == 2000
    assert sorted(identifier[:15] for identifier in ids) == [identifier[:15] for identifier in ids]
    assert {identifier[14] for identifier in ids} == {"7"}
    assert {identifier[19] for identifier in ids} <= set("89ab")


def rings(listening, producer, channel):
    """What was rung on the channel so far: notifications come in the order of their commits."""
    producer.execute("SELECT pg_notify(%s, 'the end')", channel)
    heard = []
    for notification in listening.connection.notifies(timeout=DEADLINE):
        if notification.payload == "the end":
            return heard
        heard.append(notification.payload)
    raise AssertionError("the end was not heard")


def test_producers_ring_only_while_somebody_waits(connect):
    listening, producer = connect(autocommit=True), connect(autocommit=True)
    channel = producer.call("c360.bell_channel", "relay")
    listening.execute(f'LISTEN "{channel}"')

    producer.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})
    producer.call("c360.await_bell", "relay", True)
    producer.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})
    producer.call("c360.await_bell", "relay", False)
    producer.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})

    assert rings(listening, producer, channel) == ["relay"]


def test_the_resolver_is_rung_for_its_topic_only(connect):
    listening, producer = connect(autocommit=True), connect(autocommit=True)
    channel = producer.call("c360.bell_channel", "resolver")
    listening.execute(f'LISTEN "{channel}"')
    producer.call("c360.await_bell", "resolver", True)

    producer.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})
    producer.call("c360._publish", "acme", "c360-id-resolution", "observations.queued", "k", {})

    assert rings(listening, producer, channel) == ["resolver"]


def test_a_topic_may_ring_at_commit(connect):
    listening, producer = connect(autocommit=True), connect(autocommit=True)
    listening.execute(f'LISTEN "{TOPIC}"')
    producer.execute("UPDATE c360.topics SET rings_at_commit = true WHERE topic = %s", TOPIC)

    producer.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})

    (bell,) = listening.connection.notifies(timeout=DEADLINE, stop_after=1)
    assert json.loads(bell.payload)["count"] == 1


def test_tail_follows_by_snapshot_and_misses_no_late_commit(connect):
    session, late = connect(autocommit=True), connect()
    late.call("c360._publish", "acme", TOPIC, "profile.updated", "late", {})
    session.call("c360._publish", "acme", TOPIC, "profile.updated", "early", {})

    first = session.call("c360.tail_topic", "acme", TOPIC)
    late.commit()
    second = session.call("c360.tail_topic", "acme", TOPIC, first["snapshot"])
    third = session.call("c360.tail_topic", "acme", TOPIC, second["snapshot"])

    assert [message["key"] for message in first["messages"]] == ["early"]
    assert [message["key"] for message in second["messages"]] == ["late"]
    assert third["messages"] == []


def test_tail_shows_the_own_tenant_only(connect, globex):
    session = connect(autocommit=True)
    session.call("c360._publish", "globex", TOPIC, "profile.updated", "k", {})

    assert session.call("c360.tail_topic", "acme", TOPIC)["messages"] == []


def test_partitions_are_made_from_tomorrow_on(db):
    made = db.call("c360.maintain_message_partitions", "2030-05-05 12:00+00")
    again = db.call("c360.maintain_message_partitions", "2030-05-05 12:00+00")

    assert {"2030-05-06", "2030-05-07", "2030-05-08"} <= set(made["created"])
    assert "2030-05-05" not in made["created"]
    assert again["created"] == []


def test_what_the_default_partition_caught_moves_when_its_day_is_over(db):
    message_id = db.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})
    before = db.row("SELECT seq, xid, body FROM c360.messages WHERE message_id = %s", message_id)

    db.execute("SET LOCAL lock_timeout = 0")
    db.value("SELECT c360.maintain_message_partitions(now() + interval '3 days')")

    assert db.row("SELECT seq, xid, body FROM c360.messages WHERE message_id = %s", message_id) == before
    assert db.value("SELECT count(*) FROM c360.messages_default") == 0


def test_a_day_is_dropped_when_it_is_old_and_sent_and_not_before(connect, keyring):
    session = connect(autocommit=True)
    session.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})
    session.value("SELECT c360.maintain_message_partitions(now() + interval '3 days')")
    late = "SELECT c360.maintain_message_partitions(now() + interval '40 days') -> 'dropped'"
    early = late.replace("40 days", "20 days")
    today = session.value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')")

    assert today not in session.value(late)

    session.call("c360.fan_out")

    assert today not in session.value(early)
    assert today in session.value(late)


def test_a_day_that_somebody_reads_is_dropped_later_and_stops_nobody(connect):
    session, reader = connect(autocommit=True), connect()
    session.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})
    session.value("SELECT c360.maintain_message_partitions(now() + interval '3 days')")
    session.call("c360.fan_out")
    today = session.value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')")
    drop = "SELECT c360.maintain_message_partitions(now() + interval '40 days')"
    reader.value("SELECT count(*) FROM c360.messages")

    meanwhile = session.value(drop)
    session.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})
    session.call("c360.fan_out")
    reader.rollback()

    assert meanwhile["dropped"] == []
    assert today in meanwhile["postponed"]
    assert today in session.value(drop)["dropped"]


def test_moving_messages_to_their_partition_hides_none_from_the_fan_out(connect, in_background, wait_until_blocked):
    session, upkeep, relay = connect(autocommit=True), connect(), connect(autocommit=True)
    session.call("c360.fan_out")
    session.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})
    upkeep.value("SELECT c360.maintain_message_partitions(now() + interval '3 days')")

    step = in_background(relay.call, "c360.fan_out")
    wait_until_blocked(relay)
    upkeep.commit()

    assert step.result()[1] == 1


def test_status_shows_what_waits(db):
    db.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {})

    assert db.records("SELECT waiting, default_rows FROM c360.feed_status()")[0]["waiting"] >= 1
