"""Events from a topic of Kafka into a tenant, each once.

The truth about how far it is read stands beside the events and moves in their transaction; what is committed to Kafka
is for its tools. So a process may be killed at any moment, and one that was away and believes that it still has its
partitions writes nothing. Nothing that a record holds stops the stream: what cannot be read is rejected and kept.
"""

from __future__ import annotations

import contextlib
import json
import logging
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any

import psycopg

from c360.adapters import tokens
from c360.adapters.kafka import (
    Consumer,
    ErrorLog,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
    checked,
    client_configuration,
    in_words,
)
from c360.domain.errors import C360Error, DatabaseUnreachable, OperationsRefused, TryAgain, UsageError, from_psycopg
from c360.domain.tenants import of_tenant
from c360.settings import Settings

logger = logging.getLogger(__name__)

_MOVED = "U1021"
_BEGIN = "SELECT * FROM {tenant}.begin_stream(%s, %s, %s, %s::jsonb)"
_SEEK = "SELECT {tenant}.seek_stream(%s, %s, %s, %s::jsonb)"
_INGEST = "SELECT {tenant}.ingest_stream(%s, %s, %s::jsonb, %s, %s, %s)"
_STREAMS = "SELECT * FROM {tenant}.list_streams()"
# Records and text of one transaction.
_RECORDS, _BYTES = 1000, 4 << 20
_WAIT = 0.2
_ASK = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_SAY_EVERY = 30.0
_SESSION_MS = 10_000


@dataclass
class Totals:
    """What became of the records that were taken."""

    records: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Place:
    """A partition: where it begins and ends, and where it is read on; None where it never was."""

    partition: int
    low: int
    high: int
    next_offset: int | None

    @property
    def waiting(self) -> int:
        return self.high - min(max(self.low if self.next_offset is None else self.next_offset, self.low), self.high)


@dataclass
class _Work:
    """Records of one transaction."""

    claimed: dict[int, int] = field(default_factory=dict)
    reached: dict[int, int] = field(default_factory=dict)
    partitions: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, stands: int, message: Message, text: str | None) -> None:
        partition, offset = _at(message)
        self.claimed.setdefault(partition, stands)
        self.reached[partition] = offset + 1
        if text is not None:
            self.partitions.append(partition)
            self.offsets.append(offset)
            self.texts.append(text)
            self.size += len(text)

    def without(self, lost: set[int]) -> _Work:
        """What is left of it when partitions are taken away."""
        kept = [place for place, partition in enumerate(self.partitions) if partition not in lost]
        return _Work(
            {partition: at for partition, at in self.claimed.items() if partition not in lost},
            {partition: at for partition, at in self.reached.items() if partition not in lost},
            [self.partitions[place] for place in kept],
            [self.offsets[place] for place in kept],
            [self.texts[place] for place in kept],
        )


class EventStream:
    """One topic that is read into one tenant by one process of a group."""

    def __init__(self, settings: Settings, conninfo: str, tenant: str, topic: str, source: str) -> None:
        of_tenant("", tenant)
        self._conninfo = conninfo
        self.tenant = tenant
        self.topic = topic
        self.source = source
        self._client = client_configuration(settings)
        self.errors = ErrorLog()
        self.totals = Totals()
        self._connection: psycopg.Connection | None = None
        self._consumer: Consumer | None = None
        self._incarnation: str | None = None
        self._stands: dict[int, int] = {}
        self._is_held = False
        self._refused: C360Error | None = None
        # Grows when partitions go on elsewhere than behind what was fetched.
        self._generation = 0
        self._ended: set[int] = set()
        self._stop = Event()

    def places(self) -> list[Place]:
        """Where the partitions stand. Raises OperationsRefused where the brokers do not say."""
        with self._consuming():
            known = {row[2]: row[3] for row in self._rows(_STREAMS) if (row[0], row[1]) == (self.source, self.topic)}
            return [
                Place(partition, low, high, known.get(partition)) for partition, (low, high) in self._ends().items()
            ]

    def seek(self, start: str | datetime) -> int:
        """Read on from elsewhere: beginning, end, or the first record of a time. Answers how many partitions."""
        with self._consuming():
            offsets = self._offsets_of(start)
            self._incarnation = self._ask_incarnation()
            (row,) = self._rows(_SEEK, self.source, self.topic, self._incarnation, json.dumps(offsets))
            return int(row[0])

    def run(self, stop: Event, *, until_end: bool = False) -> Totals:
        """Read until `stop` is set, or until what is there now is taken. Raises what waiting does not mend."""
        self._stop = stop
        with self._consuming() as consumer:
            ends: dict[int, int] = {}
            if until_end:
                # By itself: to join a group takes longer than most of what waits.
                ends = {partition: high for partition, (_, high) in self._ends().items()}
                self._stands = self._begin(list(ends))
                consumer.assign([TopicPartition(self.topic, partition, at) for partition, at in self._stands.items()])
            else:
                consumer.subscribe(
                    [self.topic],
                    on_assign=self._note_assigned,
                    on_revoke=self._note_revoked,
                    on_lost=self._note_revoked,
                )
            logger.info("reading", extra=self._said())
            said_at = time.monotonic()
            while not stop.is_set() and not (until_end and self._is_at(ends)):
                self._take(consumer.consume(_RECORDS, _WAIT))
                if self._refused is not None:
                    raise self._refused
                if time.monotonic() - said_at > _SAY_EVERY:
                    said_at = time.monotonic()
                    logger.info("events taken", extra=self._said(**vars(self.totals)))
            logger.info("stopped", extra=self._said(**vars(self.totals)))
        return self.totals

    @contextlib.contextmanager
    def _consuming(self) -> Iterator[Consumer]:
        self._consumer = checked(
            Consumer,
            self._client
            | {
                "group.id": f"c360.{self.tenant}.{self.source}",
                "enable.auto.commit": False,
                # So long after one was killed another goes on with its partitions.
                "session.timeout.ms": _SESSION_MS,
                # Where it goes on is always said; what the topic has no more is no reason to begin anywhere.
                "auto.offset.reset": "error",
                "partition.assignment.strategy": "cooperative-sticky",
                "allow.auto.create.topics": False,
                "enable.partition.eof": True,
                "queued.max.messages.kbytes": 16384,
                "error_cb": self.errors.note,
            },
        )
        try:
            yield self._consumer
        finally:
            self._consumer.close()
            self._consumer = None
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    # What the brokers say

    @property
    def _reader(self) -> Consumer:
        if self._consumer is None:
            raise RuntimeError("the consumer is closed")
        return self._consumer

    def _ends(self) -> dict[int, tuple[int, int]]:
        """First and next offset of each partition."""
        try:
            known = self._reader.list_topics(self.topic, timeout=_ASK).topics[self.topic]
            if known.error is None:
                return {partition: self._end(partition) for partition in sorted(known.partitions)}
            failed = known.error
        except KafkaException as error:
            failed = error.args[0]
        raise OperationsRefused(
            f'topic "{self.topic}" cannot be read: {in_words(failed)}',
            code="U9020",
            detail=self.errors.recent,
            hint="Check its name, the brokers (C360_KAFKA_BROKERS) and the login.",
        )

    def _end(self, partition: int) -> tuple[int, int]:
        low, high = self._reader.get_watermark_offsets(TopicPartition(self.topic, partition), timeout=_ASK)
        return low, high

    def _ask_incarnation(self) -> str | None:
        """The id of the topic, where the brokers have one and tell it."""
        from confluent_kafka import TopicCollection
        from confluent_kafka.admin import AdminClient

        admin = checked(AdminClient, self._client)
        try:
            described = admin.describe_topics(TopicCollection([self.topic]), request_timeout=_ASK)
            return str(described[self.topic].result().topic_id)
        except KafkaException as error:
            logger.info("the brokers do not tell the id of the topic", extra=self._said(error=in_words(error.args[0])))
            return None

    def _offsets_of(self, start: str | datetime) -> dict[int, int]:
        ends = self._ends()
        if start == "beginning":
            return {partition: low for partition, (low, _) in ends.items()}
        if start == "end":
            return {partition: high for partition, (_, high) in ends.items()}
        if not isinstance(start, datetime):
            raise UsageError(f"{start} is no place in a topic", hint="Say beginning, end or a time.")
        at = int(start.timestamp() * 1000)
        found = self._reader.offsets_for_times(
            [TopicPartition(self.topic, partition, at) for partition in ends], timeout=_ASK
        )
        return {one.partition: one.offset if one.offset >= 0 else ends[one.partition][1] for one in found}

    # Partitions come and go

    def _note_assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Called while polling: the partitions begin where the database says."""
        try:
            stands = self._begin([one.partition for one in partitions])
        except C360Error as error:
            self._refused = error
            return
        self._generation += 1
        self._stands |= stands
        consumer.incremental_assign([TopicPartition(self.topic, partition, at) for partition, at in stands.items()])
        if self._is_held:
            consumer.pause(partitions)
        logger.info("partitions assigned", extra=self._said(partitions=sorted(stands)))

    def _note_revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for one in partitions:
            self._stands.pop(one.partition, None)
        with contextlib.suppress(KafkaException):
            consumer.incremental_unassign(partitions)

    def _begin(self, partitions: Sequence[int]) -> dict[int, int]:
        """Where partitions go on. Tries for as long as the database is away."""
        if not partitions:
            return {}
        delay = _FIRST_PAUSE
        self._incarnation = self._ask_incarnation()
        while True:
            try:
                ends = {partition: self._end(partition) for partition in partitions}
                said = {partition: {"low": low, "high": high, "start": low} for partition, (low, high) in ends.items()}
                rows = self._rows(_BEGIN, self.source, self.topic, self._incarnation, json.dumps(said))
                return {row[0]: row[1] for row in rows}
            except KafkaException as error:
                logger.warning("brokers do not answer", extra=self._said(error=in_words(error.args[0])))
            except (DatabaseUnreachable, TryAgain) as error:
                if self._stop.is_set():
                    raise
                logger.warning("waiting for the database", extra=self._said(code=error.code, error=error.message))
            time.sleep(delay * random.uniform(0.8, 1.2))  # noqa: S311
            delay = min(delay * 2, _LONGEST_PAUSE)

    def _is_at(self, ends: Mapping[int, int]) -> bool:
        # The last offsets of a partition may hold nothing: marks of transactions, records that were compacted away.
        return all(partition in self._ended or self._stands[partition] >= end for partition, end in ends.items())

    # Records

    def _take(self, messages: Sequence[Message]) -> None:
        """Write what was fetched. When partitions have moved meanwhile, what is left of it is fetched again."""
        generation = self._generation
        work = _Work()
        for message in messages:
            error = message.error()
            if error is not None:
                self._note_error(error, message)
            elif generation == self._generation:
                partition, offset = _at(message)
                stands = self._stands.get(partition)
                if stands is not None and offset >= work.reached.get(partition, stands):
                    work.add(stands, message, text_of(message.value()))
                if work.size >= _BYTES:
                    self._write_patiently(work)
                    work = _Work()
        if generation == self._generation:
            self._write_patiently(work)
        if generation != self._generation:
            self._resume(message.partition() or 0 for message in messages if message.error() is None)

    def _note_error(self, error: KafkaError, message: Message) -> None:
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            self._resume([message.partition() or 0])
        elif error.code() == KafkaError._PARTITION_EOF:
            self._ended.add(message.partition() or 0)
        else:
            self.errors.note(error)

    def _write_patiently(self, work: _Work) -> None:
        """Write records. While the database is away nothing more is fetched, and the group is told that we live."""
        delay = _FIRST_PAUSE
        while work.claimed:
            try:
                self._write(work)
                break
            except (DatabaseUnreachable, TryAgain) as error:
                if self._stop.is_set():
                    raise
                logger.warning("waiting for the database", extra=self._said(code=error.code, error=error.message))
            except C360Error as error:
                if error.code != _MOVED:
                    raise
                # It was written, and the answer was lost; or somebody else has the partitions now.
                logger.info("partitions stand elsewhere", extra=self._said(detail=error.detail))
                self._generation += 1
                break
            self._hold(delay * random.uniform(0.8, 1.2))  # noqa: S311
            delay = min(delay * 2, _LONGEST_PAUSE)
            work = work.without(work.claimed.keys() - self._stands.keys())
        self._release()

    def _write(self, work: _Work) -> None:
        claim = {"from": work.claimed, "to": work.reached}
        ((outcome,),) = self._rows(
            _INGEST, self.source, self.topic, json.dumps(claim), work.partitions, work.offsets, work.texts
        )
        self._stands |= work.reached
        self.totals.records += len(work.texts)
        self.totals.accepted += outcome["accepted"]
        self.totals.duplicates += outcome["duplicates"]
        self.totals.rejected += outcome["rejected"]
        # For tools that show how far a group is behind.
        with contextlib.suppress(KafkaException):
            self._reader.commit(
                offsets=[TopicPartition(self.topic, partition, at) for partition, at in work.reached.items()],
                asynchronous=True,
            )

    def _resume(self, partitions: Iterable[int]) -> None:
        """Go on where the database says, whatever was fetched."""
        self._generation += 1
        stands = self._begin(sorted(partition for partition in set(partitions) if partition in self._stands))
        self._stands |= stands
        for partition, at in stands.items():
            self._reader.seek(TopicPartition(self.topic, partition, at))

    def _hold(self, seconds: float) -> None:
        """Wait without fetching; rebalances are answered meanwhile."""
        if not self._is_held:
            self._is_held = True
            self._reader.pause(self._reader.assignment())
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            message = self._reader.poll(left)
            if message is not None and message.error() is None:
                # Fetched before the pause: it comes again.
                self._reader.seek(TopicPartition(self.topic, *_at(message)))

    def _release(self) -> None:
        if self._is_held:
            self._is_held = False
            self._reader.resume(self._reader.assignment())

    # The database

    def _rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a function of the tenant answers, in a transaction of its own."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(
                    tokens.ready(self._conninfo),
                    autocommit=True,
                    application_name="c360 kafka consume",
                    connect_timeout=10,
                )
            return self._connection.execute(of_tenant(query, self.tenant).encode(), parameters).fetchall()
        except psycopg.Error as error:
            if self._connection is not None and self._connection.broken:
                self._connection.close()
            raise from_psycopg(error) from error

    def _said(self, **more: Any) -> dict[str, Any]:
        return {"tenant": self.tenant, "topic": self.topic, "source": self.source} | more


def text_of(value: bytes | str | None) -> str | None:
    """A record as text. What is no UTF-8 is spelled so that it is no JSON, and can be read; None for no record."""
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _at(message: Message) -> tuple[int, int]:
    return message.partition() or 0, message.offset() or 0
