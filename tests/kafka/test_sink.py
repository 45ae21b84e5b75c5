"""Topics in Kafka: what a message looks like there, what is refused, what is noticed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from c360.adapters.database import Database
from c360.domain.errors import UsageError
from c360.settings import Settings
from c360.sinks.kafka import KafkaDestination, topic_name
from c360.sinks.service import Service
from support.kafka_log import everything
from support.topics import TOPIC, bring, enable, sink_state

THERE = f"c360.acme.{TOPIC}"


@pytest.fixture
def dsn(database: Any) -> str:
    return database.dsn_as("c360_relay")


@contextlib.asynccontextmanager
async def sending(dsn: str, brokers: str, **settings: Any) -> AsyncIterator[KafkaDestination]:
    """A process that sends, in this one, with the rights it has."""
    stop = asyncio.Event()
    destination = KafkaDestination(Settings(kafka_brokers=brokers, **settings))
    async with await Database.connect(dsn, application_name="c360 kafka") as db:
        task = asyncio.create_task(Service(db, destination, poll=0.02).run(stop))
        try:
            yield destination
        finally:
            stop.set()
            await task
            await destination.close()


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def all_sent(session: Any, **which: Any) -> None:
    await until(lambda: sink_state(session, **which)["waiting"] == 0)


async def test_a_message_has_its_key_its_body_and_what_it_is_beside_it(session, publish, dsn, brokers):
    enable(session)
    publish(1, "person", name="Đặng Thị Nga")
    bring(session)
    async with sending(dsn, brokers):
        await all_sent(session)
    (record,) = everything(brokers, THERE)
    sent = session.records("SELECT * FROM c360.messages WHERE key = 'person'")[0]
    assert (record.key, record.value) == ("person", sent["body"])
    assert record.headers == {
        "id": str(sent["message_id"]),
        "type": "profile.updated",
        "schema": "profile.updated/1",
        "tenant": "acme",
        "created_at": sent["created_at"].isoformat(),
        "position": str(sink_state(session)["position"]),
    }
    assert record.at == int(sent["created_at"].timestamp() * 1000)


async def test_a_key_keeps_its_order_and_its_partition(session, publish, dsn, brokers):
    enable(session)
    for n in range(3000):
        publish(n, f"k{n % 13}")
    bring(session)
    async with sending(dsn, brokers):
        await all_sent(session)
    records = everything(brokers, THERE)
    assert len({record.headers["id"] for record in records}) == len(records) == 3000
    for key in {record.key for record in records}:
        of_key = [record for record in records if record.key == key]
        assert len({record.partition for record in of_key}) == 1
        assert [record.data["n"] for record in of_key] == sorted(record.data["n"] for record in of_key)


async def test_an_erased_person_leaves_compacted_topics(session, dsn, brokers):
    enable(session)
    body = {"profile_id": "p1", "merged_profile_ids": ["p0"], "raw_profile_ids": [4], "mode": "erase"}
    session.call("c360._publish", "acme", TOPIC, "profile.erased", "p1", body)
    bring(session)
    async with sending(dsn, brokers):
        await all_sent(session)
    records = everything(brokers, THERE)
    assert {(record.key, record.value is None) for record in records} == {("p1", False), ("p1", True), ("p0", True)}
    last = [record for record in records if record.key == "p1"][-1]
    assert last.value is None
    assert len({record.headers["id"] for record in records}) == 1


async def test_receivers_that_read_no_empty_values_get_none(session, dsn, brokers):
    enable(session)
    session.call("c360._publish", "acme", TOPIC, "profile.erased", "p1", {"profile_id": "p1", "merged_profile_ids": []})
    bring(session)
    async with sending(dsn, brokers, kafka_tombstones=False):
        await all_sent(session)
    assert [record.value is None for record in everything(brokers, THERE)] == [False]


async def test_what_is_too_large_is_kept_aside_until_it_fits(session, publish, dsn, brokers):
    enable(session)
    publish(1)
    publish(2, text="x" * 5000)
    publish(3)
    bring(session)
    async with sending(dsn, brokers, kafka_message_bytes=3000):
        await all_sent(session)
    assert [record.data["n"] for record in everything(brokers, THERE)] == [1, 3]
    (refusal,) = session.records("SELECT * FROM tenant_acme.list_sink_refusals('kafka')")
    assert refusal["reason"].startswith("MSG_SIZE_TOO_LARGE")
    session.value("SELECT tenant_acme.resend_refused('kafka')")
    async with sending(dsn, brokers):
        await until(lambda: sink_state(session)["refused"] == 0)
    assert [record.data["n"] for record in everything(brokers, THERE)] == [1, 3, 2]


async def test_tenants_and_topics_go_where_the_pattern_says(session, publish, dsn, brokers, globex):
    enable(session)
    enable(session, tenant=globex)
    publish(1)
    publish(2, tenant=globex)
    bring(session)
    async with sending(dsn, brokers, kafka_topic="crm-{topic}.of_{tenant}"):
        await all_sent(session)
        await all_sent(session, tenant=globex)
    assert [record.data["n"] for record in everything(brokers, f"crm-{TOPIC}.of_acme")] == [1]
    assert [record.data["n"] for record in everything(brokers, f"crm-{TOPIC}.of_globex")] == [2]


async def test_brokers_that_are_not_there_are_waited_for_and_named(session, publish, dsn, monkeypatch):
    monkeypatch.setattr("c360.sinks.service._PATIENCE", 0.1)
    monkeypatch.setattr("c360.sinks.service._LAST_WORDS", 0.1)
    enable(session)
    publish(1)
    bring(session)
    async with sending(dsn, "127.0.0.1:1"):
        await until(lambda: sink_state(session)["state"] == "failing")
        assert "127.0.0.1:1" in sink_state(session)["problem"]
    assert sink_state(session)["waiting"] == 1


async def test_a_topic_that_begins_anew_is_noticed_and_a_replay_fills_it(session, publish, dsn, brokers):
    enable(session)
    for n in range(5):
        publish(n)
    bring(session)
    async with sending(dsn, brokers):
        await all_sent(session)
    session.execute(
        """UPDATE c360.sinks SET place = jsonb_set(place, '{offsets}', '{"0": 999, "1": 999, "2": 999, "3": 999}')"""
    )
    publish(5)
    bring(session)
    async with sending(dsn, brokers):
        await all_sent(session)
        await until(lambda: sink_state(session)["lost_what"])
        assert THERE in sink_state(session)["lost_what"]
        assert "999" in sink_state(session)["lost_what"]
        session.value("SELECT tenant_acme.replay_topic(%s, 'kafka', '-infinity')", TOPIC)
        await until(lambda: sink_state(session)["lost_what"] is None and sink_state(session)["waiting"] == 0)
    assert [record.data["n"] for record in everything(brokers, THERE)] == [*range(6), *range(6)]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"kafka_brokers": ""}, "no brokers"),
        ({"kafka_sasl": "PLAIN"}, "user and a password"),
        ({"kafka_ca": "/nowhere/ca.pem", "kafka_tls": True}, "no file"),
        ({"kafka_ca": "/nowhere/ca.pem"}, "for TLS"),
        ({"kafka_topic": "all"}, "cannot be the name"),
        ({"kafka_topic": "{topic} of {tenant}"}, "cannot be the name"),
        ({"kafka_topic": "{topic}.{nobody}"}, "no pattern"),
    ],
)
def test_settings_that_cannot_be_are_named_with_what_helps(changed, word):
    with pytest.raises(UsageError, match=word) as error:
        KafkaDestination(Settings(**{"kafka_brokers": "127.0.0.1:1", **changed}))
    assert error.value.hint


def test_the_name_of_a_topic_is_that_of_the_specification():
    assert topic_name("c360.{tenant}.{topic}", "acme", TOPIC) == THERE


async def test_a_producer_that_ended_for_good_is_replaced(brokers):
    destination = KafkaDestination(Settings(kafka_brokers=brokers))
    first = await destination.connection()
    real = first.producer

    class Ended:
        """What a fatal error does: librdkafka tells whoever polls, and no callback."""

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def poll(self, _seconds: float) -> int:
            raise KafkaException(KafkaError(KafkaError._FATAL, "not authorised", True))

    first.producer = Ended()  # type: ignore[assignment]
    await until(lambda: first.has_ended)

    assert await destination.connection() is not first
    await destination.close()
