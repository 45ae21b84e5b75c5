"""A real broker that is killed, comes back, comes back empty; and relays that are killed while they send to it."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from support.kafka_broker import PASSWORD, USER
from support.kafka_log import Record, everything
from support.topics import TOPIC, bring, enable, sink_state
from support.waiting import wait_until

pytestmark = pytest.mark.engines

THERE = f"c360.acme.{TOPIC}"
LEASE = {"C360_SINK_LEASE_SECONDS": "2", "C360_SINK_POLL_SECONDS": "0.05"}


def judge(records: list[Record], count: int) -> int:
    """Nothing is missing, repeats have the same id, each key is in order; answers how many came more than once."""
    first: dict[int, Record] = {}
    for record in records:
        known = first.setdefault(record.data["n"], record)
        assert known.headers["id"] == record.headers["id"]
        assert known.partition == record.partition
    assert sorted(first) == list(range(count))
    for key in {record.key for record in records}:
        in_order = [record.data["n"] for record in first.values() if record.key == key]
        assert in_order == sorted(in_order)
    return len(records) - len(first)


@pytest.fixture
def stream(session, connect) -> Iterator[Callable[[int], None]]:
    """stream(n): publishes until there are n messages, from behind, a hundred at a time, as a relay brings them in."""
    told = threading.Event()
    threads: list[threading.Thread] = []

    def write(count: int) -> None:
        by = connect(autocommit=True)
        for start in range(0, count, 100):
            by.execute(
                "SELECT c360._publish('acme', %s, 'profile.updated', 'k' || n %% 17, jsonb_build_object('n', n))"
                " FROM generate_series(%s::int, %s::int) AS n",
                TOPIC,
                start,
                start + 99,
            )
            bring(by)
            if told.wait(0.02):
                return

    def begin(count: int) -> threading.Thread:
        threads.append(threading.Thread(target=write, args=[count]))
        threads[-1].start()
        return threads[-1]

    yield begin
    told.set()
    for thread in threads:
        thread.join()


def all_sent(session) -> None:
    wait_until(lambda: sink_state(session)["waiting"] == 0)


def test_a_broker_that_is_killed_and_comes_back_lacks_nothing(session, stream, broker, start):
    enable(session)
    broker.make_topic(THERE)
    start("kafka", "relay", user="c360_relay", C360_KAFKA_BROKERS=broker.address, **LEASE)
    writing = stream(20_000)
    wait_until(lambda: sink_state(session)["sent_count"] > 2000)
    broker.kill()
    wait_until(lambda: sink_state(session)["state"] == "failing")
    assert broker.address.split(":")[1] in sink_state(session)["problem"]
    broker.start()
    writing.join()
    all_sent(session)
    judge(everything(broker.address, THERE), 20_000)
    assert sink_state(session)["lost_what"] is None
    assert sink_state(session)["problem"] is None


def test_a_broker_that_comes_back_empty_is_noticed_and_filled_again(session, stream, broker, start):
    enable(session)
    broker.make_topic(THERE)
    start("kafka", "relay", user="c360_relay", C360_KAFKA_BROKERS=broker.address, **LEASE)
    stream(3000).join()
    all_sent(session)
    broker.kill()
    broker.start(empty=True)
    session.execute(
        "SELECT c360._publish('acme', %s, 'profile.updated', 'k' || n %% 17, jsonb_build_object('n', n))"
        " FROM generate_series(3000, 3099) AS n",
        TOPIC,
    )
    bring(session)
    wait_until(lambda: sink_state(session)["lost_what"])
    all_sent(session)
    assert THERE in sink_state(session)["lost_what"]
    assert len(everything(broker.address, THERE)) < 3100
    session.value("SELECT tenant_acme.replay_topic(%s, 'kafka', '-infinity')", TOPIC)
    wait_until(lambda: sink_state(session)["lost_what"] is None)
    all_sent(session)
    records = everything(broker.address, THERE)
    assert {record.data["n"] for record in records} == set(range(3100))


def test_relays_that_are_killed_twenty_times_lose_nothing(session, broker, start):
    """With more waiting than they can send meanwhile, so that each dies with messages under way: some come twice."""
    count = 60_000
    enable(session)
    broker.make_topic(THERE)
    session.execute(
        "SELECT c360._publish('acme', %s, 'profile.updated', 'k' || n %% 17, jsonb_build_object('n', n))"
        " FROM generate_series(0, %s::int - 1) AS n",
        TOPIC,
        count,
    )
    bring(session)
    chance = random.Random(19)
    environment = {"C360_KAFKA_BROKERS": broker.address, **LEASE, "C360_SINK_LEASE_SECONDS": "1"}
    relays = [start("kafka", "relay", user="c360_relay", **environment) for _ in range(2)]
    for _ in range(20):
        before = session.value("SELECT sent_count FROM c360.sinks")
        wait_until(
            lambda before=before: (
                session.value("SELECT sent_count FROM c360.sinks") > before or sink_state(session)["waiting"] == 0
            )
        )
        time.sleep(chance.random() * 0.03)
        owner = session.value("SELECT owner FROM c360.sinks")
        victim = next((one for one in relays if f":{one.pid}:" in owner), relays[0])
        victim.kill()
        victim.wait()
        relays.remove(victim)
        relays.append(start("kafka", "relay", user="c360_relay", **environment))
    all_sent(session)
    assert judge(everything(broker.address, THERE), count) > 0


def test_a_relay_that_is_stopped_commits_what_it_sent(session, stream, broker, start):
    enable(session)
    broker.make_topic(THERE)
    relay = start("kafka", "relay", user="c360_relay", C360_KAFKA_BROKERS=broker.address, **LEASE)
    writing = stream(8000)
    wait_until(lambda: sink_state(session)["sent_count"] > 1000)
    relay.send_signal(signal.SIGTERM)
    assert relay.wait() == 0
    assert sink_state(session)["owner"] is None
    start("kafka", "relay", user="c360_relay", C360_KAFKA_BROKERS=broker.address, **LEASE)
    writing.join()
    all_sent(session)
    assert judge(everything(broker.address, THERE), 8000) == 0


@pytest.mark.parametrize(
    ("tls", "mechanism"), [(False, "PLAIN"), (False, "SCRAM-SHA-256"), (True, "SCRAM-SHA-512"), (True, "PLAIN")]
)
def test_logins_and_tls(session, publish, broker, start, tls, mechanism):
    enable(session)
    publish(1)
    bring(session)
    login = {"C360_KAFKA_SASL": mechanism, "C360_KAFKA_USER": USER, "C360_KAFKA_PASSWORD": PASSWORD}
    if tls:
        login |= {"C360_KAFKA_TLS": "true", "C360_KAFKA_CA": str(broker.authority)}
    address = broker.tls_address if tls else broker.sasl_address
    start("kafka", "relay", user="c360_relay", C360_KAFKA_BROKERS=address, **login)
    all_sent(session)
    assert [record.data["n"] for record in everything(broker.address, THERE)] == [1]


def test_a_wrong_password_and_an_unknown_authority_are_said_and_not_shown(session, publish, broker, start, tmp_path):
    enable(session)
    publish(1)
    bring(session)
    login = {"C360_KAFKA_SASL": "SCRAM-SHA-256", "C360_KAFKA_USER": USER, "C360_KAFKA_PASSWORD": "wrong-and-secret"}
    relay = start("kafka", "relay", user="c360_relay", C360_KAFKA_BROKERS=broker.sasl_address, **login)
    wait_until(lambda: "_AUTHENTICATION" in (sink_state(session)["problem"] or ""))
    relay.kill()
    relay.wait()
    assert "wrong-and-secret" not in (tmp_path / "0.log").read_text() + sink_state(session)["problem"]
    session.execute("UPDATE c360.sinks SET lease_until = now()")
    start(
        "kafka",
        "relay",
        user="c360_relay",
        C360_KAFKA_BROKERS=broker.tls_address,
        C360_KAFKA_TLS="true",
        **login | {"C360_KAFKA_PASSWORD": PASSWORD},
    )
    wait_until(lambda: "certificate" in (sink_state(session)["problem"] or "").lower())


def test_a_topic_that_takes_less_at_once_is_served_one_by_one(session, publish, broker, start):
    enable(session)
    broker.make_topic(THERE, 1, **{"max.message.bytes": "20000"})
    for n in range(300):
        publish(n, text=random.Random(n).randbytes(30_000 if n == 7 else 1_000).hex())
    bring(session)
    start("kafka", "relay", user="c360_relay", C360_KAFKA_BROKERS=broker.address, **LEASE)
    all_sent(session)
    assert {record.data["n"] for record in everything(broker.address, THERE)} == set(range(300)) - {7}
    (refusal,) = session.records("SELECT * FROM tenant_acme.list_sink_refusals('kafka')")
    assert refusal["bytes"] > 60_000
