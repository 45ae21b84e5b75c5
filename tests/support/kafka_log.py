"""What a Kafka topic holds, read from its beginning."""

from __future__ import annotations

import json
import logging
import time
import uuid
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition

QUIET = logging.getLogger("tests.kafka")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


@dataclass(frozen=True)
class Record:
    partition: int
    offset: int
    key: str
    value: str | None
    headers: dict[str, str]
    at: int

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.value or "")["data"]
        return data


def everything(brokers: str, topic: str, **client: Any) -> list[Record]:
    """All records of a topic, partition by partition; none where there is no such topic."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"test-{uuid.uuid4()}",
            "enable.auto.commit": False,
            "allow.auto.create.topics": False,
            "fetch.wait.max.ms": 50,
            "logger": QUIET,
            **client,
        }
    )
    try:
        known = consumer.list_topics(topic, timeout=20).topics[topic]
        if known.error is not None:
            return []
        ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=20) for p in known.partitions}
        wanted = {partition: (low, high) for partition, (low, high) in ends.items() if high > low}
        consumer.assign([TopicPartition(topic, partition, low) for partition, (low, _) in wanted.items()])
        records: list[Record] = []
        missing = set(wanted)
        deadline = time.monotonic() + 60
        while missing:
            assert time.monotonic() < deadline, f"partitions {missing} of {topic} could not be read"
            for message in consumer.consume(1000, timeout=0.2):
                if message.error() is not None:
                    raise KafkaException(message.error())
                records.append(_record(message))
                if message.offset() >= wanted[message.partition()][1] - 1:
                    missing.discard(message.partition())
        return sorted(records, key=lambda record: (record.partition, record.offset))
    finally:
        consumer.close()


def _record(message: Any) -> Record:
    return Record(
        message.partition(),
        message.offset(),
        (message.key() or b"").decode(),
        None if message.value() is None else message.value().decode(),
        {name: value.decode() for name, value in message.headers() or ()},
        message.timestamp()[1],
    )
