"""Faults that take their time: processes die again and again, sessions are cut without a word, clocks are off.

Each says how many messages were lost, came more than once, and came out of order: lost must be none, and the order of a
key must hold.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter, defaultdict
from pathlib import Path

import psutil
import psycopg
import pytest

from support.numbered_messages import TOPIC, Producer, account, has_all
from support.receiver import Reply

pytestmark = pytest.mark.long


def test_a_receiver_that_deduplicates_has_each_effect_once_after_twenty_kills(
    database, session, subscribe, receiver, start_relay, wait_until, waiting
):
    subscribe(lane_count=8, retry_schedule=[0] + [0.2] * 20)
    running = [start_relay(), start_relay()]
    with Producer(database.dsn, 0.0005) as producer:
        for kill in range(20):
            reached = len(receiver.received)
            wait_until(lambda reached=reached: len(receiver.received) > reached + 100)
            victim = running.pop(0)
            victim.kill()
            victim.wait()
            session.execute(  # its leases would end by themselves after thirty seconds
                "UPDATE c360.lanes SET lease_until = now() WHERE owner LIKE %s", f"%:{victim.pid}:%"
            )
            running.append(start_relay())
            print(f"kill {kill + 1}", len(producer.committed), len(receiver.received))

    wait_until(has_all(receiver, producer.committed))
    wait_until(lambda: waiting() == 0)
    found = account(receiver, producer.committed)
    effects = {request.message_id: request.number for request in receiver.received}
    assert (found["lost"], found["out_of_order"]) == (0, 0)
    assert len(effects) == len(set(effects.values()))


def test_a_webhook_that_is_changed_under_load_loses_nothing_and_keeps_the_order(
    database, session, subscribe, receiver, start_relay, wait_until, waiting
):
    receiver.secrets["/other"] = subscribe().secret
    start_relay()
    start_relay()
    with Producer(database.dsn, 0.002) as producer:
        for turn in range(20):
            reached = len(receiver.received)
            wait_until(lambda reached=reached: len(receiver.received) > reached + 50)
            change = {"url": receiver.url("/hooks" if turn % 2 else "/other"), "max_in_flight": 8 + turn}
            assert len(session.call("c360.change_subscription", "acme", "hooks", change)) == 2

    wait_until(has_all(receiver, producer.committed))
    wait_until(lambda: waiting() == 0)
    assert account(receiver, producer.committed) == {"lost": 0, "doubled": 0, "out_of_order": 0}
    assert min(len(receiver.to(path)) for path in ("/hooks", "/other")) > 100
    assert receiver.refused == []


def test_a_load_in_one_transaction_holds_up_nobody_and_comes_whole(
    connect, subscribe, publish, receiver, start_relay, wait_until, waiting
):
    subscribe()
    del receiver.secrets["/hooks"]  # checking signatures would take most of the time
    start_relay()
    load = connect()
    load.execute(
        "SELECT c360._publish('acme', %s, 'profile.updated', 'k' || n %% 50, jsonb_build_object('n', n))"
        " FROM generate_series(1, 50000) AS n",
        TOPIC,
    )
    publish(0)
    receiver.wait_for(1)
    assert receiver.numbers() == [0]

    load.commit()

    wait_until(lambda: len(receiver.received) > 50_000)
    wait_until(lambda: waiting() == 0)
    assert account(receiver, range(50_001)) == {"lost": 0, "doubled": 0, "out_of_order": 0}


def test_a_bell_that_rings_while_the_relay_falls_asleep_is_not_missed(
    session, subscribe, publish, receiver, start_relay, wait_until
):
    subscribe(lane_count=1)
    start_relay(C360_RELAY_POLL_SECONDS="1")
    chance = random.Random(1)
    late = []
    for number in range(1500):
        # The relay falls asleep after three polls of 50 ms: most of these come around that moment.
        time.sleep(chance.uniform(0.0, 0.03) + (0.13 if number % 3 else 0.0))
        committed = time.monotonic()
        publish(number)
        wait_until(lambda number=number: len(receiver.received) > number)
        late.append(receiver.received[number].at - committed)

    # A missed bell costs one poll (a second and a fifth) at most; machine and scheduler may take their part.
    assert max(late) < 5
    assert sorted(late)[len(late) * 99 // 100] < 1
    assert receiver.numbers() == list(range(1500))


def test_a_listen_session_that_is_lost_without_a_word_is_noticed(
    session, server, subscribe, publish, receiver, start_relay, wait_until
):
    subscribe(lane_count=1)
    start_relay(C360_RELAY_POLL_SECONDS="0.5")
    publish(0)
    receiver.wait_for(1)
    bells = (
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'c360 relay bell' AND datname = current_database()"
    )
    (pid,) = wait_until(lambda: session.column(bells))

    os.kill(pid, signal.SIGSTOP)
    try:
        for number in range(1, 11):
            publish(number)
            receiver.wait_for(number + 1)
        new = wait_until(lambda: [other for other in session.column(bells) if other != pid])
    finally:
        os.kill(pid, signal.SIGCONT)

    assert new
    assert receiver.numbers() == list(range(11))


def test_an_old_snapshot_and_a_transaction_of_another_database_hold_up_nothing(
    server, connect, session, subscribe, receiver, start_relay, wait_until, waiting
):
    subscribe(lane_count=8)
    holder = connect()
    holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    holder.value("SELECT count(*) FROM c360.messages")
    with psycopg.connect(server.dsn()) as elsewhere:
        elsewhere.execute("CREATE TEMPORARY TABLE held (id integer)")
        start_relay()
        times = []
        for part in range(6):
            began = time.monotonic()
            session.execute(
                "SELECT c360._publish('acme', %s, 'profile.updated', 'k' || number, jsonb_build_object('n', number))"
                " FROM generate_series(%s::integer, %s::integer) AS number",
                TOPIC,
                part * 5000,
                part * 5000 + 4999,
            )
            wait_until(lambda part=part: len(receiver.received) >= (part + 1) * 5000)
            times.append(time.monotonic() - began)
        elsewhere.rollback()

    wait_until(lambda: waiting() == 0)
    print("seconds for each 5,000", [round(seconds, 2) for seconds in times])
    assert sorted(receiver.numbers()) == list(range(30_000))
    # Dead rows that nobody may remove do not make it slower and slower; three times allows for a busy machine.
    assert times[-1] < 3 * min(times[:3])


def test_an_endpoint_that_comes_back_is_not_run_over(session, subscribe, receiver, start_relay, wait_until, waiting):
    is_down = True
    accepted = []

    def reply(request):
        if is_down:
            return Reply(503)
        accepted.append(request)
        return Reply()

    receiver.reply = reply
    subscribe(lane_count=8, max_in_flight=32, retry_schedule=[0] + [0.5] * 20)
    start_relay()
    start_relay()
    session.execute(
        "SELECT c360._publish('acme', %s, 'profile.updated', 'k' || number %% 50, jsonb_build_object('n', number))"
        " FROM generate_series(0, 4999) AS number",
        TOPIC,
    )
    wait_until(lambda: session.value("SELECT circuit FROM c360.subscription_states") == "open")
    wait_until(lambda: session.value("SELECT open_count FROM c360.subscription_states") >= 4)
    attempts = Counter(request.number for request in receiver.received)
    receiver.most_in_flight = 0
    is_down = False

    wait_until(lambda: waiting() == 0)
    found = account_of(accepted)
    assert found == {"lost": 0, "out_of_order": 0}
    # While it is down it is asked now and then, by one message at a time.
    assert sum(attempts.values()) < 200
    assert receiver.most_in_flight <= 32


def account_of(accepted):
    """Of the numbers 0 to 4999 in 50 keys."""
    last, wrong, seen = defaultdict(lambda: -1), 0, set()
    for number in (request.number for request in accepted):
        if number not in seen:
            wrong += number < last[number % 50]
            last[number % 50] = max(last[number % 50], number)
            seen.add(number)
    return {"lost": 5000 - len(seen), "out_of_order": wrong}


@pytest.mark.parametrize("ahead", [600, -600])
def test_a_relay_whose_clock_is_off_sends_nothing_and_says_so(
    database, session, subscribe, publish, receiver, start_relay, wait_until, tmp_path, ahead
):
    subscribe()
    publish(1)
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(
        f"import time\nright = time.time\ntime.time = lambda: right() + {ahead}\n"
    )
    python_path = os.pathsep.join([str(tmp_path / "clock"), *filter(None, [os.environ.get("PYTHONPATH")])])
    root = Path(__file__).resolve().parents[2]
    with (tmp_path / "off.log").open("wb") as log:
        off = subprocess.Popen(
            [str(root / ".venv/bin/python"), "-m", "c360_cli", "relay"],
            env={
                **os.environ,
                "PYTHONPATH": python_path,
                "DATABASE_URL": database.dsn,
                "C360_DATA_DIR": str(tmp_path),
                "C360_WEBHOOK_ALLOW_PRIVATE": "1",
            },
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: b"clocks of relay and database differ" in (tmp_path / "off.log").read_bytes())
        findings = wait_until(
            lambda: session.column("SELECT finding FROM c360.doctor() WHERE finding LIKE '%%its clock is%%'")
        )
        assert receiver.received == []
        assert ("ahead of" if ahead > 0 else "behind") in findings[0]

        start_relay()
        receiver.wait_for(1)
    finally:
        off.terminate()
        off.wait()


def test_memory_stays_bounded_before_a_long_backlog_of_large_messages(
    session, subscribe, receiver, start_relay, wait_until, waiting
):
    for number in range(4):
        subscribe(f"/large/{number}")
    session.execute(
        "SELECT c360._publish('acme', %s, 'profile.updated', 'k' || number,"
        " jsonb_build_object('n', number, 'padding', repeat('x', 400000))) FROM generate_series(1, 1000) AS number",
        TOPIC,
    )
    relay = start_relay()
    most = 0

    def is_done():
        nonlocal most
        with contextlib.suppress(psutil.NoSuchProcess):
            most = max(most, psutil.Process(relay.pid).memory_info().rss)
        return len(receiver.received) >= 4000

    wait_until(is_done)
    print("most memory", most >> 20, "MB")
    # Of 400 kB each: far less than the 1.6 GB that wait, however long the backlog is.
    assert most < 1 << 30
