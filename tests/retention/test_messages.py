"""A tenant's messages go out of the shared log once everybody has them; nobody who waits for one is left without it."""

from __future__ import annotations

from datetime import timedelta

import pytest

TOPIC = "c360-updated-profiles"
OLD, OLDER, NEW = "2024-06-01T00:00:00Z", "2024-05-20T00:00:00Z", "2024-06-15T06:00:00Z"


def publish(db, created_at, n, tenant="acme"):
    message_id = db.call("c360._publish", tenant, TOPIC, "profile.updated", f"k{n}", {"n": n})
    db.execute("UPDATE c360.messages SET created_at = %s WHERE message_id = %s", created_at, message_id)
    return db.value("SELECT seq FROM c360.messages WHERE message_id = %s", message_id)


def log(db, tenant="acme"):
    return db.column("SELECT seq FROM c360.messages WHERE tenant = %s AND topic = %s ORDER BY seq", tenant, TOPIC)


def subscribe(db, name="crm", *, since=None, tenant="acme"):
    return db.value(
        "SELECT c360.add_subscription(%s, gen_random_uuid(), %s, 'https://crm.example/', 'k', %s, 'x',"
        " p_from => %s::timestamptz)",
        tenant,
        name,
        b"0" * 12,
        since,
    )


@pytest.fixture
def session(connect):
    return connect(autocommit=True)


def test_what_was_sent_goes_and_what_is_young_stays(session, keep, run, look):
    old, older, new = publish(session, OLD, 1), publish(session, OLDER, 2), publish(session, NEW, 3)
    session.call("c360.fan_out")
    keep(session, "messages", 7)

    found = look(session, "messages")
    assert log(session) == [old, older, new]
    done = run(session, "messages")

    assert (found["removed"], done["removed"]) == (2, 2)
    assert log(session) == [new]


def test_without_a_policy_messages_are_left_to_their_topic(session):
    publish(session, OLDER, 1)
    session.call("c360.fan_out")

    answer = session.call("c360.apply_retention", "acme", None, "2024-06-15T12:00:00Z")

    assert "messages" not in answer["kinds"]
    assert len(log(session)) == 1


def test_what_was_not_fanned_out_stays_until_it_was(session, keep, run, look):
    subscribe(session)
    old = publish(session, OLD, 1)
    keep(session, "messages", 7)

    assert look(session, "messages")["removed"] == run(session, "messages")["removed"] == 0
    session.call("c360.fan_out")

    assert session.column("SELECT message_seq FROM c360.deliveries") == [old]
    assert run(session, "messages")["removed"] == 0
    session.execute("DELETE FROM c360.deliveries")
    assert run(session, "messages")["removed"] == 1


def test_a_message_whose_transaction_is_open_while_the_relay_goes_on_is_not_lost(connect, session, keep, run):
    subscribe(session)
    slow = connect()
    late = publish(slow, OLD, 1)
    publish(session, OLD, 2)
    session.call("c360.fan_out")
    keep(session, "messages", 7)
    slow.commit()

    run(session, "messages")
    assert late in log(session)
    session.call("c360.fan_out")

    assert late in session.column("SELECT message_seq FROM c360.deliveries")


def test_what_waits_for_a_retry_stays_and_those_around_it_go(session, keep, run, look):
    webhook = subscribe(session)
    publish(session, OLDER, 1)
    waiting = publish(session, OLD, 2)
    publish(session, OLD, 3)
    session.call("c360.fan_out")
    session.execute(
        "INSERT INTO c360.parked_deliveries (subscription_id, lane, delivery_id, message_seq, message_at, key_hash,"
        " attempt, due_at) SELECT subscription_id, lane, delivery_id, message_seq, message_at, key_hash, 1, now()"
        " FROM c360.deliveries WHERE message_seq = %s AND subscription_id = %s",
        waiting,
        webhook,
    )
    session.execute("DELETE FROM c360.deliveries")
    keep(session, "messages", 7)

    assert look(session, "messages")["removed"] == 2
    assert run(session, "messages", limit=1)["removed"] == 2
    assert log(session) == [waiting]

    session.execute("DELETE FROM c360.parked_deliveries")
    assert run(session, "messages")["removed"] == 1


def test_many_messages_of_one_moment_go_in_small_steps(session, keep, run):
    for n in range(7):
        publish(session, OLD, n)
    session.call("c360.fan_out")
    keep(session, "messages", 7)

    done = run(session, "messages", limit=2)

    assert done["removed"] == 7
    assert done["steps"] >= 4
    assert log(session) == []


def test_the_other_tenants_of_the_log_keep_theirs(session, keep, run, globex):
    publish(session, OLD, 1)
    theirs = publish(session, OLD, 2, tenant="globex")
    webhook = subscribe(session, tenant="globex")
    session.call("c360.fan_out")
    keep(session, "messages", 7)

    assert run(session, "messages")["removed"] == 1
    assert log(session, "globex") == [theirs]
    assert session.value("SELECT count(*) FROM c360.subscriptions WHERE subscription_id = %s", webhook) == 1


def test_a_webhook_that_begins_in_the_past_and_retention_at_once_leave_no_delivery_without_its_message(
    connect, session, keep, run, in_background, wait_until_blocked
):
    for n in range(3):
        publish(session, OLD, n)
    session.call("c360.fan_out")
    keep(session, "messages", 7)
    person, worker = connect(), connect()

    # The webhook comes first: retention waits for nobody and tries again later.
    subscribe(person, since=OLDER)
    postponed = run(worker, "messages", commit=True)
    person.commit()

    assert postponed["last"]["is_postponed"] is True
    assert run(session, "messages")["removed"] == 0
    session.call("c360.fan_out")
    assert session.value("SELECT count(*) FROM c360.deliveries") == 3
    assert run(session, "messages")["removed"] == 0

    # Retention comes first: the webhook gets what is there by then.
    session.execute("DELETE FROM c360.deliveries")
    run(worker, "messages")
    waiting = in_background(subscribe, person, "second", since=OLDER)
    wait_until_blocked(person)
    worker.commit()
    waiting.result()
    person.commit()

    session.call("c360.fan_out")
    assert log(session) == []
    assert session.value("SELECT count(*) FROM c360.deliveries") == 0


def test_a_replay_puts_back_what_retention_removed_and_the_next_run_takes_it_again(session, keep, run):
    webhook = subscribe(session)
    dead = publish(session, OLD, 1)
    session.call("c360.fan_out")
    session.execute(
        "INSERT INTO c360.dead_letters (subscription_id, message_seq, message_at, message_xid, message_id, tenant,"
        " topic, type, key, body, reason, attempts)"
        " SELECT %s, seq, created_at, xid, message_id, tenant, topic, type, key, body,"
        " 'attempts', 12 FROM c360.messages WHERE seq = %s",
        webhook,
        dead,
    )
    session.execute("DELETE FROM c360.deliveries")
    keep(session, "messages", 7)
    run(session, "messages")
    assert log(session) == []

    assert session.call("c360.replay_dead_letters", "acme", "crm") == 1
    assert run(session, "messages")["removed"] == 0
    assert log(session) == [dead]

    session.execute("DELETE FROM c360.deliveries")
    assert run(session, "messages")["removed"] == 1


def test_on_a_server_the_log_was_moved_to_nothing_goes_until_somebody_confirms(session, keep, run):
    publish(session, OLD, 1)
    session.call("c360.fan_out")
    session.execute("UPDATE c360.ticks SET system_id = '1'")
    keep(session, "messages", 7)

    assert run(session, "messages")["last"]["is_postponed"] is True
    assert len(log(session)) == 1


def test_a_step_through_a_crowded_log_ends_soon_and_always_goes_on(session):
    """Also where more messages than a step reads were written at one moment."""
    session.execute("DELETE FROM c360.messages")
    for n, when in enumerate([OLDER] * 5 + [OLD] * 2 + [NEW] * 5):
        publish(session, when, n)
    before = "2024-06-20T00:00:00Z"

    def ends(start, count):
        return session.value("SELECT c360._message_stretch(%s, %s, %s) - %s::timestamptz", start, before, count, start)

    day, late = timedelta(days=1), "2024-06-19T18:00:00Z"
    assert ends(OLDER, 10) == ends(OLDER, 5) == ends(OLDER, 3) == day
    assert ends("2024-06-14T12:00:00Z", 3) == timedelta(hours=18)
    assert ends(late, 3) == timedelta(hours=6)
    publish(session, "2024-05-20T01:00:00Z", 99)
    assert [ends(OLDER, count) for count in (3, 5, 6)] == [timedelta(hours=1), timedelta(hours=1), day]


def test_a_long_log_of_others_is_walked_through_in_steps(session, keep, run, globex):
    for day in range(1, 15):
        for n in range(6):
            publish(session, f"2024-05-{day:02}T00:00:0{n}Z", n, tenant="globex")
    publish(session, "2024-05-08T00:00:03Z", 1)
    publish(session, "2024-05-14T00:00:09Z", 2)
    session.call("c360.fan_out")
    keep(session, "messages", 7)

    done = run(session, "messages", limit=1)

    assert done["removed"] == 2
    assert len(log(session, "globex")) == 84
    assert run(session, "messages")["removed"] == 0
