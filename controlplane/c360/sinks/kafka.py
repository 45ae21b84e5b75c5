"""Topics to Kafka: at least once, each key in its order.

One idempotent producer for all topics of the process, which waits for the brokers for as long as it takes: a message
that it gave up would be overtaken by those behind it. Nothing is taken for sent but what a delivery report says.

A message has the key of the log, its body as value, and headers: id, type, schema, tenant, created_at, position. The
offsets that brokers give grow; where one does not, the topic was made anew and what it held is gone, which is said.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from c360.adapters.database import Database
from c360.adapters.kafka import (
    Consumer,
    ErrorLog,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
    checked,
    client_configuration,
    in_words,
)
from c360.domain.errors import UsageError
from c360.settings import Settings
from c360.sinks import DestinationFailed, LogMessage, SendOutcome, Stream
from c360.sinks.service import run_sink

Headers = list[tuple[str, str | bytes | None]]

# Raised when the data of a type change so that receivers have to follow.
_SCHEMA_VERSION = 1
_OVERLAP = 16
_QUEUED = 50_000
_POLL = 0.1
_FULL = 0.02
_ASK = 5.0
_NAME_MOST = 249


async def run_kafka(db: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Send what is enabled for Kafka until `stop` is set."""
    await run_sink(db, settings, stop, sink="kafka")


def topic_name(pattern: str, tenant: str, topic: str) -> str:
    """The name of a Kafka topic. Raises UsageError for a pattern that makes none."""
    try:
        name = pattern.format(tenant=tenant, topic=topic)
    except (KeyError, IndexError, ValueError) as error:
        raise UsageError(
            f"setting kafka_topic: {pattern} is no pattern of a name", hint="Write it as c360.{tenant}.{topic}."
        ) from error
    is_name = name.isascii() and name.replace(".", "").replace("_", "").replace("-", "").isalnum()
    if not is_name or len(name) > _NAME_MOST or "{topic}" not in pattern:
        raise UsageError(
            f"setting kafka_topic: {name} cannot be the name of a topic",
            hint="Letters, digits, '.', '_' and '-', at most 249 of them; and {topic}, so that each has its own.",
        )
    return name


class KafkaDestination:
    """The brokers of the settings."""

    sink = "kafka"

    def __init__(self, settings: Settings) -> None:
        self._client = client_configuration(settings)
        self.pattern = settings.kafka_topic
        self.message_bytes = settings.kafka_message_bytes
        self.has_tombstones = settings.kafka_tombstones
        topic_name(self.pattern, "acme", "c360-updated-profiles")
        self._connection = Connection(self._client, self.message_bytes)
        self._changing = asyncio.Lock()
        self._watcher: Consumer | None = None
        self._watching = threading.Lock()

    async def open(self, stream: Stream) -> KafkaSender:
        sender = KafkaSender(self, stream)
        with contextlib.suppress(DestinationFailed):  # sending waits, and says so
            await sender.compare()
        return sender

    async def close(self) -> None:
        await self._connection.end("the process ends")
        if self._watcher is not None:
            await asyncio.to_thread(self._watcher.close)

    async def connection(self) -> Connection:
        """The producer of the process; a new one where it has ended, when nothing of the old one can be sent more."""
        async with self._changing:
            if self._connection.has_ended is not None:
                await self._connection.end(self._connection.has_ended)
                self._connection = Connection(self._client, self.message_bytes)
            return self._connection

    async def ends_of(self, topic: str) -> dict[int, int]:
        """The next offset of each partition, none where there is no such topic. Raises DestinationFailed."""
        return await asyncio.to_thread(self._ends_of, topic)

    def _ends_of(self, topic: str) -> dict[int, int]:
        with self._watching:
            if self._watcher is None:
                self._watcher = checked(
                    Consumer, self._client | {"group.id": "c360-relay", "allow.auto.create.topics": False}
                )
            try:
                known = self._watcher.list_topics(topic, timeout=_ASK).topics[topic]
                ends = {
                    partition: self._watcher.get_watermark_offsets(TopicPartition(topic, partition), timeout=_ASK)[1]
                    for partition in known.partitions
                }
            except KafkaException as error:
                failed = error.args[0]
            else:
                if known.error is None:
                    return ends
                failed = known.error
        if is_unknown(failed):
            return {}
        raise DestinationFailed(said(topic, failed))


class Connection:
    """A producer and the thread that hears its reports. After it has ended nothing more is sent by it."""

    def __init__(self, client: dict[str, Any], message_bytes: int) -> None:
        self.has_ended: str | None = None
        self.errors = ErrorLog()
        self.producer: Producer = checked(
            Producer,
            client
            | {
                "enable.idempotence": True,
                "acks": "all",
                # What waits is never given up: it would be overtaken.
                "message.timeout.ms": 0,
                "compression.type": "lz4",
                "linger.ms": 5,
                # As clients in Java do it: the same keys are in the same partitions of topics that are joined.
                "partitioner": "murmur2_random",
                "message.max.bytes": message_bytes,
                # Brokers refuse a batch that is too large with every message in it.
                "batch.size": message_bytes,
                "queue.buffering.max.messages": _QUEUED,
                "topic.metadata.propagation.max.ms": 5000,
                "error_cb": self._note_error,
            },
        )
        self._is_polled = True
        self._thread = threading.Thread(target=self._poll, name="c360 kafka reports", daemon=True)
        self._thread.start()

    async def end(self, reason: str) -> None:
        """Drop what is queued and under way; every message has its report when this returns."""
        if self.has_ended is None:
            self.has_ended = reason
        if self._is_polled:
            await asyncio.to_thread(self._end)

    def _poll(self) -> None:
        while self._is_polled:
            try:
                self.producer.poll(_POLL)
            except KafkaException as error:
                # What ends the producer comes here and not to error_cb; reports of what is under way still come.
                self._note_error(error.args[0])
                time.sleep(_POLL)

    def _note_error(self, error: KafkaError) -> None:
        self.errors.note(error)
        if error.fatal():
            self.has_ended = in_words(error)

    def _end(self) -> None:
        self.producer.purge(in_queue=True, in_flight=True, blocking=True)
        self.producer.flush(_ASK)
        self._is_polled = False
        self._thread.join()


class Batch:
    """Messages that were given to a producer together, and what its reports say of them."""

    def __init__(self, connection: Connection, topic: str, note_offset: Callable[[int, int], None]) -> None:
        self.connection = connection
        self._produce = connection.producer.produce
        self._topic = topic
        self._note_offset = note_offset
        self.errors: dict[int, KafkaError] = {}
        # By the producer itself, which looks at the message alone; a broker looks at what came with it as well.
        self.too_large: set[int] = set()
        self._given = self._reported = 0
        self._is_given = False
        self._loop = asyncio.get_running_loop()
        self._all_reported = asyncio.Event()

    @property
    def is_settled(self) -> bool:
        return self._is_given and self._given == self._reported

    async def give(self, messages: Sequence[LogMessage], *, with_tombstones: bool) -> None:
        """Hand messages to the producer, in order, until it takes one no more."""
        for place, message in enumerate(messages):
            headers = headers_of(message)
            at = int(message.created_at.timestamp() * 1000)
            while not self._gives(place, message.key, message.body.encode(), headers, at):  # noqa: ASYNC110
                await asyncio.sleep(_FULL)
            for key in message.ended_keys if with_tombstones else ():
                while not self._gives(place, key, None, headers, at):  # noqa: ASYNC110
                    await asyncio.sleep(_FULL)
            if place in self.errors and place not in self.too_large:
                break

    async def all_reported(self) -> None:
        self._is_given = True
        if not self.is_settled:
            await self._all_reported.wait()

    def _gives(self, place: int, key: str, value: bytes | None, headers: Headers, at: int) -> bool:
        """Hand over one message; False when the producer is full. What it refuses is in errors."""
        if place in self.errors:
            return True
        if self.connection.has_ended is not None:
            self.errors[place] = KafkaError(KafkaError._PURGE_QUEUE)
            return True
        try:
            self._produce(
                self._topic, value, key, headers=headers, timestamp=at, on_delivery=partial(self._report, place)
            )
        except BufferError:
            return False
        except KafkaException as error:
            self.errors[place] = error.args[0]
            if is_too_large(error.args[0]):
                self.too_large.add(place)
        else:
            self._given += 1
        return True

    def _report(self, place: int, error: KafkaError | None, message: Message) -> None:
        """Called by the thread of reports."""
        if error is not None:
            self.errors.setdefault(place, error)
        else:
            self._note_offset(message.partition() or 0, message.offset() or 0)
        self._reported += 1
        if self.is_settled:
            self._loop.call_soon_threadsafe(self._all_reported.set)


class KafkaSender:
    """One topic of one tenant."""

    overlap = _OVERLAP

    def __init__(self, destination: KafkaDestination, stream: Stream) -> None:
        self._destination = destination
        self.topic = topic_name(destination.pattern, stream.tenant, stream.topic)
        is_same = stream.place.get("topic") == self.topic
        self._offsets = {int(partition): at for partition, at in stream.place["offsets"].items()} if is_same else {}
        self._lost: str | None = None
        self._turn = asyncio.Lock()
        self._batches: set[Batch] = set()
        self._calls = 0
        # Something was left: nothing may be sent behind it until it is given again.
        self._is_broken = False
        # Brokers take less at once than we put together: one message at a time shows which they take.
        self._is_careful = False

    async def send(self, messages: Sequence[LogMessage]) -> SendOutcome:
        self._calls += 1
        try:
            outcome = await self._send(messages)
        except BaseException:
            self._is_broken = True
            raise
        else:
            self._is_broken = self._is_broken or outcome.acknowledged < len(messages)
            return outcome
        finally:
            self._calls -= 1
            if not self._calls:
                self._is_broken = False

    async def look(self) -> SendOutcome | None:
        connection = await self._destination.connection()
        try:
            await self.compare()
        except DestinationFailed as failed:
            return self._told(0, {}, f"{failed} {connection.errors.recent or ''}".strip())
        if self._calls:
            return self._told(
                0, {}, f"Topic {self.topic}: the brokers acknowledge nothing. {connection.errors.recent or ''}".strip()
            )
        return self._told(0) if self._lost else None

    async def compare(self) -> None:
        """See whether the brokers still have what they acknowledged. Raises DestinationFailed when nobody answers."""
        before = dict(self._offsets)
        if not before:
            return
        ends = await self._destination.ends_of(self.topic)
        for partition, last in before.items():
            if ends.get(partition, 0) <= last:
                self._lose(partition, last, f"ends at {ends[partition]}" if partition in ends else "is not there")
                self._offsets[partition] = ends.get(partition, 0) - 1

    async def close(self) -> None:
        """With something under way the producer ends, for all: it would be sent when somebody else sends already."""
        for batch in list(self._batches):
            if not batch.is_settled:
                await batch.connection.end("a topic was taken away")

    async def _send(self, messages: Sequence[LogMessage]) -> SendOutcome:
        async with self._turn:
            if self._is_broken:
                raise DestinationFailed("A message before could not be sent.")
            connection = await self._destination.connection()
            if self._is_careful:
                return await self._send_carefully(connection, messages)
            batch = self._begin(connection)
            await batch.give(messages, with_tombstones=self._destination.has_tombstones)
            self._is_broken = bool(batch.errors.keys() - batch.too_large)
        await self._end(batch)
        return self._outcome(messages, batch)

    async def _send_carefully(self, connection: Connection, messages: Sequence[LogMessage]) -> SendOutcome:
        refused: dict[int, str] = {}
        for place, message in enumerate(messages):
            batch = self._begin(connection)
            await batch.give([message], with_tombstones=self._destination.has_tombstones)
            await self._end(batch)
            if 0 in batch.errors:
                if not is_too_large(batch.errors[0]):
                    return self._told(place, refused, self._problem(batch, 0))
                refused[place] = in_words(batch.errors[0])
        return self._told(len(messages), refused)

    def _begin(self, connection: Connection) -> Batch:
        batch = Batch(connection, self.topic, self._note_offset)
        self._batches.add(batch)
        return batch

    async def _end(self, batch: Batch) -> None:
        await batch.all_reported()
        self._batches.discard(batch)

    def _outcome(self, messages: Sequence[LogMessage], batch: Batch) -> SendOutcome:
        refused: dict[int, str] = {}
        for place in sorted(batch.errors):
            if place not in batch.too_large:
                if is_too_large(batch.errors[place]):
                    self._is_careful = True
                return self._told(place, refused, self._problem(batch, place))
            refused[place] = in_words(batch.errors[place])
        return self._told(len(messages), refused)

    def _problem(self, batch: Batch, place: int) -> str:
        error = batch.errors[place]
        if is_too_large(error):
            return (
                f"Topic {self.topic} takes less at once than C360_KAFKA_MESSAGE_BYTES: messages are sent one by one"
                " until that is no more than its max.message.bytes."
            )
        if batch.connection.has_ended is not None:
            return f"Topic {self.topic}: the producer begins anew. {batch.connection.has_ended}"
        return said(self.topic, error)

    def _note_offset(self, partition: int, offset: int) -> None:
        """Called by the thread of reports, in the order of the partition. A repeat that a broker knew has no offset."""
        if offset < 0:
            return
        last = self._offsets.get(partition, -1)
        if offset <= last:
            self._lose(partition, last, f"gave offset {offset}")
        self._offsets[partition] = offset

    def _lose(self, partition: int, last: int, what: str) -> None:
        self._lost = self._lost or (
            f"Topic {self.topic} was made anew or cut: its partition {partition} {what} after it had acknowledged"
            f" offset {last}. What it held is gone; c360 topic replay sends it again."
        )

    def _told(
        self, acknowledged: int, refused: Mapping[int, str] | None = None, problem: str | None = None
    ) -> SendOutcome:
        lost, self._lost = self._lost, None
        place = {"topic": self.topic, "offsets": {str(partition): at for partition, at in list(self._offsets.items())}}
        return SendOutcome(acknowledged, refused or {}, problem, place, lost)


def headers_of(message: LogMessage) -> Headers:
    """What stands beside a message: whoever routes or drops messages need not read them."""
    return [
        ("id", str(message.message_id)),
        ("type", message.type),
        ("schema", f"{message.type}/{_SCHEMA_VERSION}"),
        ("tenant", message.tenant),
        ("created_at", message.created_at.isoformat()),
        ("position", str(message.position)),
    ]


def is_too_large(error: KafkaError) -> bool:
    return error.code() in (KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE)


def is_unknown(error: KafkaError) -> bool:
    return error.code() in (
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError._UNKNOWN_PARTITION,
    )


def said(topic: str, error: KafkaError) -> str:
    """What people read of an error."""
    if is_unknown(error):
        return f"Topic {topic} is not there ({error.name()}): make it, or let the brokers make topics by themselves."
    return f"Topic {topic}: {in_words(error)}"
