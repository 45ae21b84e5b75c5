"""A committed message reaches its subscribers, signed, once, and nobody else."""

from __future__ import annotations

import signal

from support.receiver import Reply
from support.waiting import DEADLINE


def test_a_committed_message_arrives_signed(subscribe, publish, receiver, start_relay, wait_until, waiting):
    subscribe()
    start_relay()

    message_id = publish(1)

    (request,) = receiver.wait_for(1)
    assert request.message_id == str(message_id)
    assert request.body["type"] == "profile.updated"
    assert request.body["tenant"] == "acme"
    assert receiver.refused == []
    wait_until(lambda: waiting() == 0)


def test_a_rolled_back_message_is_never_sent(connect, subscribe, publish, receiver, start_relay):
    subscribe()
    start_relay()
    other = connect()
    publish(1, by=other)
    other.rollback()

    publish(2)

    receiver.wait_for(1)
    assert receiver.numbers() == [2]


def test_messages_of_another_tenant_are_never_sent(session, subscribe, publish, receiver, start_relay, globex):
    subscribe("/acme")
    subscribe("/globex", tenant="globex")
    start_relay()

    for n in range(20):
        publish(n, f"k{n}", tenant="globex" if n % 2 else "acme")

    receiver.wait_for(10, "/acme")
    receiver.wait_for(10, "/globex")
    assert sorted(receiver.numbers("/acme")) == list(range(0, 20, 2))
    assert sorted(receiver.numbers("/globex")) == list(range(1, 20, 2))
    assert {request.body["tenant"] for request in receiver.to("/acme")} == {"acme"}


def test_a_subscription_starts_with_its_creation(subscribe, publish, receiver, start_relay):
    publish(1)
    subscribe()
    start_relay()

    publish(2)

    receiver.wait_for(1)
    assert receiver.numbers() == [2]


def test_a_subscription_from_an_earlier_time_gets_older_messages_once(
    session, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    began = session.value("SELECT now()")
    publish(1)
    publish(2)
    subscribe(since=began)
    start_relay()

    publish(3)

    receiver.wait_for(3)
    wait_until(lambda: waiting() == 0)
    assert receiver.numbers() == [1, 2, 3]


def test_only_wanted_types_are_sent(subscribe, publish, receiver, start_relay):
    subscribe(topics=["c360-updated-profiles", "c360-activation-events"], types=["profile.merged", "score.*"])
    start_relay()

    publish(1, type_="profile.updated")
    publish(2, type_="profile.merged")
    publish(3, type_="score.changed")
    publish(4, type_="profile.merged_other")
    publish(5, type_="profile.merged")

    receiver.wait_for(3)
    assert receiver.numbers() == [2, 3, 5]


def test_a_long_open_write_transaction_does_not_stop_the_feed(
    connect, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    subscribe()
    start_relay()
    slow = connect()
    publish(100, "slow", by=slow)

    for n in range(10):
        publish(n, f"k{n}")
    receiver.wait_for(10)
    assert 100 not in receiver.numbers()

    slow.commit()
    publish(10, "after")

    receiver.wait_for(12)
    wait_until(lambda: waiting() == 0)
    assert sorted(receiver.numbers()) == [*range(11), 100]


def test_one_key_arrives_in_commit_order(subscribe, publish, receiver, start_relay, wait_until, waiting):
    subscribe()
    start_relay()

    for n in range(60):
        publish(n, f"k{n % 3}")

    receiver.wait_for(60)
    wait_until(lambda: waiting() == 0)
    for key in range(3):
        assert [n for n in receiver.numbers() if n % 3 == key] == list(range(key, 60, 3))


def test_a_large_backlog_is_fanned_out_in_slices_without_loss(
    session, subscribe, receiver, start_relay, wait_until, waiting
):
    subscribe(max_in_flight=64)
    session.execute(
        """
        INSERT INTO c360.messages (message_id, tenant, topic, type, key, body)
        SELECT c360._uuid7(), 'acme', 'c360-updated-profiles', 'profile.updated', 'k' || n % 500,
               c360._message_body('profile.updated', 'acme', now(), jsonb_build_object('n', n))
        FROM generate_series(1, 3000) AS n
        """
    )

    start_relay()

    receiver.wait_for(3000)
    wait_until(lambda: waiting() == 0)
    assert sorted(receiver.numbers()) == list(range(1, 3001))
    assert receiver.most_in_flight <= 64


def test_a_paused_webhook_keeps_its_messages(session, subscribe, publish, receiver, start_relay, wait_until, waiting):
    subscribe()
    start_relay()
    session.call("c360.pause_subscription", "acme", "hooks")
    publish(1)
    wait_until(lambda: waiting() == 1)
    assert receiver.received == []

    session.call("c360.resume_subscription", "acme", "hooks")

    receiver.wait_for(1)


def test_a_relay_that_is_told_to_stop_finishes_and_gives_its_leases_back(
    session, subscribe, publish, receiver, start_relay, wait_until
):
    receiver.reply = lambda _request: Reply(hold=True)
    subscribe()
    relay = start_relay()
    publish(1)
    receiver.wait_for(1)

    relay.send_signal(signal.SIGTERM)
    receiver.release()

    assert relay.wait() == 0
    assert session.value("SELECT count(*) FROM c360.deliveries") == 0
    assert session.value("SELECT count(*) FROM c360.lanes WHERE lease_until > now()") == 0
    assert session.value("SELECT is_awaited FROM c360.bells WHERE bell = 'relay'") is False


def test_topic_channels_ring_with_a_hint(connect, subscribe, publish, start_relay):
    listening = connect(autocommit=True)
    listening.execute('LISTEN "c360-updated-profiles"')
    start_relay()

    publish(7)

    (notification,) = listening.connection.notifies(timeout=DEADLINE, stop_after=1)
    assert '"tenant" : "acme"' in notification.payload
    assert '"count" : 1' in notification.payload


def test_a_relay_that_was_not_told_so_sends_nothing_in_clear_and_loses_nothing(
    session, subscribe, publish, receiver, start_relay, wait_until
):
    subscribe()
    cautious = start_relay(C360_WEBHOOK_ALLOW_PRIVATE="0")
    publish(1)

    # More often than an endpoint that fails would be tried.
    wait_until(lambda: session.value("SELECT count(*) FROM c360.delivery_attempts WHERE error = 'cleartext'") > 4)
    shown = session.call("c360.show_subscription", "acme", "hooks")
    cautious.send_signal(signal.SIGTERM)
    cautious.wait()
    before = list(receiver.received)
    start_relay()
    receiver.wait_for(1)

    assert (before, receiver.numbers()) == ([], [1])
    assert (shown["last_error"], shown["circuit"], shown["dead_letters"]) == ("cleartext", "open", 0)
    assert "U5413" in shown["last_attempts"][0]["answer"]


def test_a_relay_sends_into_the_network_that_is_listed(subscribe, publish, receiver, start_relay):
    subscribe()
    start_relay(C360_WEBHOOK_ALLOW_PRIVATE="0", C360_WEBHOOK_ALLOW="127.0.0.0/8")

    publish(1)

    receiver.wait_for(1)
    assert receiver.numbers() == [1]
