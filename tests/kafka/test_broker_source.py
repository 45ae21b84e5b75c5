"""Events from a real broker: readers are killed, the topic is made anew."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from c360.domain.errors import C360Error
from c360.settings import Settings
from c360.sources.kafka import EventStream
from support.events import track
from support.kafka_log import QUIET
from support.waiting import wait_until

pytestmark = pytest.mark.engines

FROM = "shop.events"


@pytest.fixture
def write(broker) -> Callable[..., None]:
    def send(numbers: range) -> None:
        producer = Producer({"bootstrap.servers": broker.address, "logger": QUIET})
        for n in numbers:
            producer.produce(FROM, json.dumps(track(f"e{n}")).encode(), str(n % 40))
            producer.poll(0)
        assert producer.flush(60) == 0
        producer.close()

    return send


def count(session: Any) -> int:
    return int(session.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events"))


def test_readers_that_are_killed_take_each_event_once(session, broker, write, start):
    """The events have no ids of their own, and each counts in record_count: one that came twice would be seen there."""
    broker.make_topic(FROM, 4)
    chance = random.Random(7)
    command = ("kafka", "consume", "acme", FROM, "--source", "shop", "--brokers", broker.address)
    readers = [start(*command) for _ in range(2)]
    writing = threading.Thread(target=lambda: [write(range(n, n + 500)) for n in range(0, 30_000, 500)])
    writing.start()
    for _ in range(8):
        before = count(session)
        wait_until(lambda before=before: count(session) > before or not writing.is_alive())
        time.sleep(chance.random())
        victim = readers.pop(0)
        victim.kill()
        victim.wait()
        readers.append(start(*command))
    writing.join()
    wait_until(lambda: count(session) >= 30_000)
    names = session.column("SELECT event_name FROM tenant_acme.cdp_behavioral_events")
    assert len(names) == len(set(names)) == 30_000
    assert session.value("SELECT sum(record_count) FROM tenant_acme.cdp_stream_offsets") == 30_000
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events") == 0


def test_a_topic_that_was_made_anew_is_told_by_its_id(session, broker, write, database):
    def take() -> int:
        stream = EventStream(Settings(kafka_brokers=broker.address), database.dsn, "acme", FROM, "shop")
        return stream.run(threading.Event(), until_end=True).accepted

    broker.make_topic(FROM, 1)
    write(range(5))
    assert take() == 5
    admin = AdminClient({"bootstrap.servers": broker.address, "logger": QUIET})
    admin.delete_topics([FROM])[FROM].result(timeout=30)
    wait_until(lambda: FROM not in admin.list_topics(timeout=10).topics)
    broker.make_topic(FROM, 1)
    write(range(100, 110))
    with pytest.raises(C360Error) as error:
        take()
    assert error.value.code == "U1022"
    stream = EventStream(Settings(kafka_brokers=broker.address), database.dsn, "acme", FROM, "shop")
    stream.seek("beginning")
    assert take() == 10
    assert count(session) == 15
