"""What must hold when receivers misbehave and relays die."""

from __future__ import annotations

import contextlib
import signal
from datetime import timedelta

from c360.relay.webhooks import rotate_secret
from support.receiver import Reply

STATES_OF_RELAYS = "SELECT array_agg(DISTINCT state) FROM pg_stat_activity WHERE application_name = 'c360 relay'"
STATES_OF_RELAYS_WAITING = (
    "SELECT FROM pg_stat_activity WHERE application_name = 'c360 relay' AND wait_event_type = 'Lock'"
)


def test_a_relay_killed_with_fifty_in_flight_loses_nothing(
    session, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    receiver.reply = lambda request: Reply(hold=request.nth == 1 and request.number < 50)
    subscribe(max_in_flight=400, timeout_seconds=15)
    first = start_relay()
    # An endpoint gets so many at once only when it has shown that it answers.
    for n in range(100, 160):
        publish(n, f"k{n}")
    receiver.wait_for(60)
    wait_until(lambda: waiting() == 0)
    receiver.received.clear()
    for n in range(50):
        publish(n, f"k{n}")
    receiver.wait_for(50)

    first.send_signal(signal.SIGKILL)
    first.wait()
    session.execute("UPDATE c360.lanes SET lease_until = now()")  # thirty seconds pass
    start_relay()

    wait_until(lambda: waiting() == 0)
    receiver.release()
    ids = [request.message_id for request in receiver.received]
    assert len(set(ids)) == 50
    assert len(ids) == 100
    assert receiver.refused == []


def test_a_relay_killed_between_answer_and_ack_sends_that_message_again(
    connect, subscribe, publish, receiver, start_relay, wait_until, session, waiting
):
    receiver.reply = lambda _request: Reply(hold=True)
    subscribe()
    relay = start_relay()
    message_id = publish(1)
    receiver.wait_for(1)
    blocker = connect()
    blocker.execute("SELECT FROM c360.deliveries FOR UPDATE")  # the ack waits for this row
    receiver.release()
    wait_until(lambda: session.value(f"SELECT count(*) FROM ({STATES_OF_RELAYS_WAITING}) AS waiting"))
    relay.send_signal(signal.SIGKILL)
    relay.wait()
    session.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'c360 relay' AND datname = current_database()"
    )
    wait_until(lambda: not session.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'c360 relay'"))
    blocker.rollback()
    session.execute("UPDATE c360.lanes SET lease_until = now()")
    start_relay()

    again = receiver.wait_for(2)[1]
    assert again.message_id == str(message_id)
    assert receiver.refused == []
    wait_until(lambda: waiting() == 0)
    assert receiver.numbers() == [1, 1]


def test_a_relay_that_was_away_too_long_is_refused(
    session, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    receiver.reply = lambda request: Reply(hold=request.nth == 1)
    subscribe(timeout_seconds=15)
    away = start_relay()
    publish(1)
    receiver.wait_for(1)
    _stop_between_transactions(away, session, wait_until)
    session.execute("UPDATE c360.lanes SET lease_until = now()")

    start_relay()
    receiver.wait_for(2)
    wait_until(lambda: waiting() == 0)
    receiver.release()
    away.send_signal(signal.SIGCONT)
    publish(2)

    receiver.wait_for(3)
    wait_until(lambda: waiting() == 0)
    assert receiver.numbers() == [1, 1, 2]
    assert session.value("SELECT delivered_count FROM c360.relay_status('acme')") == 2


def test_two_relays_share_the_work_and_send_everything_once(
    subscribe, publish, receiver, start_relay, wait_until, waiting
):
    subscribe()
    start_relay()
    start_relay()

    for n in range(100):
        publish(n, f"k{n % 10}")

    receiver.wait_for(100)
    wait_until(lambda: waiting() == 0)
    assert len(receiver.received) == 100
    for key in range(10):
        assert [n for n in receiver.numbers() if n % 10 == key] == list(range(key, 100, 10))


def test_an_endpoint_that_hangs_does_not_slow_another(subscribe, publish, receiver, start_relay):
    receiver.reply = lambda request: Reply(hold=request.path == "/hangs")
    subscribe("/hangs", timeout_seconds=15, max_in_flight=8)
    subscribe("/works")
    start_relay()

    for n in range(50):
        publish(n, f"k{n}")

    receiver.wait_for(50, "/works")
    assert len(receiver.to("/hangs")) <= 8


def test_a_request_that_takes_too_long_is_tried_again(session, subscribe, publish, receiver, start_relay):
    receiver.reply = lambda request: Reply(hold=request.nth == 1)
    subscribe(timeout_seconds=0.3)
    start_relay()

    publish(1)

    receiver.wait_for(2)
    assert session.row("SELECT error, status FROM c360.delivery_attempts") == ("timeout", None)


def test_410_disables_and_keeps_everything_for_replay(
    session, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    gone = True
    receiver.reply = lambda _request: Reply(410 if gone else 200)
    subscribe()
    session.call("c360.pause_subscription", "acme", "hooks")
    for n in range(5):
        publish(n)
    start_relay()
    wait_until(lambda: waiting() == 5)

    session.call("c360.resume_subscription", "acme", "hooks")

    wait_until(lambda: session.value("SELECT count(*) FROM c360.dead_letters") == 5)
    assert session.value("SELECT state FROM c360.subscriptions") == "disabled"
    assert len(receiver.received) == 1
    assert session.value("SELECT count(*) FROM c360.messages WHERE type = 'endpoint.disabled'") == 1

    gone = False
    session.call("c360.resume_subscription", "acme", "hooks")
    assert session.call("c360.replay_dead_letters", "acme", "hooks") == 5

    receiver.wait_for(6)
    wait_until(lambda: waiting() == 0)
    assert receiver.numbers() == [0, 0, 1, 2, 3, 4]


def test_429_lets_the_whole_endpoint_rest(session, subscribe, publish, receiver, start_relay, wait_until):
    receiver.reply = lambda _request: Reply(429, (("Retry-After", "120"),)) if len(receiver.received) == 1 else Reply()
    subscribe(retry_schedule=[0, 60])
    start_relay()
    publish(1, "a")

    wait_until(lambda: session.value("SELECT count(*) FROM c360.delivery_attempts") == 1)
    publish(2, "b")
    wait_until(lambda: session.value("SELECT count(*) FROM c360.deliveries") == 1)

    rest = session.value("SELECT extract(epoch FROM not_before - last_failed_at) FROM c360.subscription_states")
    assert 119 <= rest <= 145
    assert receiver.numbers() == [1]


def test_a_poisonous_message_delays_its_key_only_and_ends_as_a_dead_letter(
    session, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    receiver.reply = lambda request: Reply(422 if request.number == 1 else 200)
    subscribe(lane_count=1)
    start_relay()

    publish(1, "bad")
    publish(2, "bad")
    publish(3, "good")

    receiver.wait_for(5)
    wait_until(lambda: waiting() == 0)
    assert receiver.numbers().count(1) == 3
    assert [n for n in receiver.numbers() if n != 1] == [3, 2]
    assert session.row("SELECT reason, attempts FROM c360.dead_letters") == ("poison", 3)


def test_a_failing_key_keeps_its_order(subscribe, publish, receiver, start_relay, wait_until, waiting):
    receiver.reply = lambda request: Reply(500 if request.number == 0 and request.nth <= 2 else 200)
    subscribe(lane_count=1)
    start_relay()

    for n in range(10):
        publish(n, "k")

    receiver.wait_for(12)
    wait_until(lambda: waiting() == 0)
    assert receiver.numbers() == [0, 0, *range(10)]


def test_a_dead_endpoint_opens_the_circuit_and_its_messages_lose_no_attempts(
    session, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    is_down = True
    receiver.reply = lambda _request: Reply(503 if is_down else 200)
    subscribe(max_in_flight=8)
    start_relay()

    for n in range(60):
        publish(n, f"k{n}")

    wait_until(lambda: session.value("SELECT circuit <> 'closed' FROM c360.subscription_states"))
    wait_until(lambda: len(receiver.received) >= 20)
    assert session.value("SELECT count(*) FROM c360.dead_letters") == 0
    assert session.value("SELECT count(*) FROM c360.deliveries WHERE attempt = 0") >= 40

    is_down = False
    wait_until(lambda: waiting() == 0)
    assert session.value("SELECT circuit FROM c360.subscription_states") == "closed"
    assert set(receiver.numbers()) == set(range(60))


def test_attempts_end_in_a_dead_letter_that_can_be_replayed(
    session, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    receiver.reply = lambda request: Reply(404 if request.nth <= 4 else 200)
    subscribe()
    start_relay()
    message_id = publish(1)
    wait_until(lambda: session.value("SELECT count(*) FROM c360.dead_letters") == 1)
    assert session.row("SELECT reason, attempts, last_error FROM c360.dead_letters") == ("attempts", 4, "status 404")

    # Even when the log has dropped it meanwhile.
    session.execute("DELETE FROM c360.messages WHERE message_id = %s", message_id)
    assert session.call("c360.replay_dead_letters", "acme", "hooks") == 1
    assert session.call("c360.replay_dead_letters", "acme", "hooks") == 0

    again = receiver.wait_for(5)[4]
    assert again.message_id == str(message_id)


def test_a_redirect_is_a_failure_and_is_not_followed(session, subscribe, publish, receiver, start_relay, wait_until):
    receiver.reply = lambda _request: Reply(302, (("Location", receiver.url("/other")),))
    subscribe()
    start_relay()

    publish(1)

    wait_until(lambda: session.value("SELECT count(*) FROM c360.dead_letters") == 1)
    assert receiver.to("/other") == []


def test_a_rotated_secret_signs_together_with_the_old_one(
    session, subscribe, publish, receiver, start_relay, wait_until, keyring
):
    old = subscribe().secret
    start_relay()
    publish(1)
    receiver.wait_for(1)

    new = rotate_secret(session.connection, keyring, "acme", "hooks", keep_old=timedelta(hours=1)).secret
    publish(2)
    receiver.wait_for(2)
    receiver.secrets["/hooks"] = new
    publish(3)
    third = receiver.wait_for(3)[2]

    assert old != new
    assert receiver.refused == []
    assert len(third.signature.split()) == 2


def test_postgres_drops_all_connections_and_the_relay_goes_on(
    session, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    subscribe()
    start_relay()
    publish(1)
    receiver.wait_for(1)

    session.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'c360 relay%' AND datname = current_database()"
    )
    publish(2)

    receiver.wait_for(2)
    wait_until(lambda: waiting() == 0)


def test_a_private_address_is_refused_at_every_connect(session, subscribe, publish, receiver, start_relay, wait_until):
    subscribe()
    session.execute("UPDATE c360.subscriptions SET url = replace(url, 'http://', 'https://')")
    start_relay(C360_WEBHOOK_ALLOW_PRIVATE="0")

    publish(1)

    wait_until(lambda: session.value("SELECT count(*) FROM c360.delivery_attempts") >= 1)
    assert session.column("SELECT DISTINCT error FROM c360.delivery_attempts") == ["forbidden"]
    assert receiver.received == []


def test_a_restored_database_is_not_sent_from_until_confirmed(
    session, subscribe, publish, receiver, start_relay, wait_until
):
    subscribe()
    before = start_relay()
    publish(1)
    receiver.wait_for(1)
    wait_until(lambda: session.value("SELECT system_id IS NOT NULL FROM c360.ticks"))
    session.execute("UPDATE c360.ticks SET system_id = 'another'")
    publish(2)

    assert before.wait() != 0
    assert start_relay().wait() != 0
    assert receiver.numbers() == [1]

    session.call("c360.confirm_cluster")
    start_relay()
    receiver.wait_for(2)
    assert receiver.numbers() == [1, 2]


def _stop_between_transactions(relay, session, wait_until):
    """Stop a relay where it holds no lock: what it had sent may still renew a lease, and is waited for."""

    def is_idle():
        relay.send_signal(signal.SIGSTOP)
        # One of its sessions may wait for another one of them, which is stopped: then it stays active.
        with contextlib.suppress(AssertionError):
            wait_until(lambda: "active" not in session.value(STATES_OF_RELAYS), timeout=5)
        if session.value(STATES_OF_RELAYS) == ["idle"]:
            return True
        relay.send_signal(signal.SIGCONT)
        return False

    wait_until(is_idle)
