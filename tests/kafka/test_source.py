"""Events from a topic of Kafka: each once, whatever they hold and whoever else reads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from confluent_kafka import Producer

from c360.domain.errors import C360Error
from c360.settings import Settings
from c360.sources import kafka
from c360.sources.kafka import EventStream, text_of
from support.events import track
from support.kafka_log import QUIET
from support.waiting import wait_until

FROM = "shop.events"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """The pretended brokers do not tell ids of topics, and let a group wait for who has left it."""
    monkeypatch.setattr(EventStream, "_ask_incarnation", lambda _: None)
    monkeypatch.setattr(kafka, "_SESSION_MS", 6000)


@pytest.fixture
def write(brokers) -> Callable[..., None]:
    """write(event, ..., partition=0): events, texts or bytes into the topic."""

    def send(*records: Any, partition: int = 0) -> None:
        producer = Producer({"bootstrap.servers": brokers, "logger": QUIET})
        for record in records:
            value = json.dumps(record).encode() if isinstance(record, dict | list) else record
            producer.produce(FROM, value, partition=partition)
        assert producer.flush(20) == 0
        producer.close()

    return send


@pytest.fixture
def stream(brokers, database) -> Callable[..., EventStream]:
    def make(**settings: Any) -> EventStream:
        return EventStream(Settings(kafka_brokers=brokers, **settings), database.dsn, "acme", FROM, "shop")

    return make


@pytest.fixture
def in_the_back() -> Iterator[Callable[[EventStream], threading.Event]]:
    """in_the_back(stream): reads until the end of the test, or until the event that it answers is set."""
    running: list[tuple[threading.Event, threading.Thread]] = []

    def begin(stream: EventStream) -> threading.Event:
        stop = threading.Event()
        running.append((stop, threading.Thread(target=stream.run, args=[stop])))
        running[-1][1].start()
        return stop

    yield begin
    for stop, thread in running:
        stop.set()
        thread.join()


def take(stream: EventStream) -> kafka.Totals:
    return stream.run(threading.Event(), until_end=True)


def names(session) -> list[str]:
    return session.column("SELECT event_name FROM tenant_acme.cdp_behavioral_events ORDER BY event_id")


def offsets(session) -> dict[int, int]:
    return dict(session.rows("SELECT partition, next_offset FROM tenant_acme.cdp_stream_offsets"))


def test_events_of_all_partitions_come_in_once(session, write, stream):
    for partition in range(3):
        write(*(track(f"p{partition}.{n}") for n in range(40)), partition=partition)
    totals = take(stream())
    assert (totals.records, totals.accepted, totals.duplicates, totals.rejected) == (120, 120, 0, 0)
    for partition in range(3):
        mine = [name for name in names(session) if name.startswith(f"p{partition}.")]
        assert mine == [f"p{partition}.{n}" for n in range(40)]
    again = take(stream())
    assert again.records == 0
    write(track("late"))
    assert take(stream()).accepted == 1
    assert sum(session.column("SELECT record_count FROM tenant_acme.cdp_stream_offsets")) == 121


def test_an_event_without_an_id_is_known_by_its_place(session, write, stream):
    write(track("same"), track("same"), [track("same"), track("same")])
    assert take(stream()).accepted == 4
    stream().seek("beginning")
    totals = take(stream())
    assert (totals.records, totals.accepted, totals.duplicates) == (3, 0, 4)
    assert len(names(session)) == 4


@pytest.mark.parametrize(
    "poison",
    [
        b"no json",
        b"\xff\xfe{",
        b'{"type": "track", "event": "\xff"}',
        b"",
        b'"\x00"',
        b"{" * 5000,
        b"[" * 99999,
        b"NaN",
    ],
)
def test_what_cannot_be_read_is_kept_and_stops_nothing(session, write, stream, poison):
    write(track("before"), poison, track("after"))
    totals = take(stream())
    assert (totals.records, totals.accepted) == (3, 2)
    assert names(session) == ["before", "after"]
    kept = session.records("SELECT * FROM tenant_acme.rejected_events()")
    assert [row["source"] for row in kept] == ["shop"] * totals.rejected
    assert totals.rejected >= 1


def test_a_record_without_a_value_is_passed_over(session, write, stream):
    write(track("before"), None, track("after"))
    assert take(stream()).records == 2
    assert offsets(session)[0] == 3


def test_two_readers_share_partitions_and_take_each_event_once(session, write, stream, in_the_back):
    for partition in range(4):
        write(*(track("e", f"{partition}.{n}") for n in range(50)), partition=partition)
    one, other = stream(), stream()
    in_the_back(one)
    wait_until(lambda: len(names(session)) == 200)
    in_the_back(other)
    wait_until(lambda: other._stands)
    for partition in range(4):
        write(*(track("e", f"{partition}.{n}") for n in range(50, 100)), partition=partition)
    wait_until(lambda: len(names(session)) == 400)
    wait_until(lambda: one.totals.records + other.totals.records == 400)
    assert one.totals.duplicates + other.totals.duplicates == 0


def test_a_reader_that_lost_its_partition_writes_nothing(session, write, stream):
    write(*(track(f"e{n}") for n in range(10)))
    take(stream())
    claim = {"from": {"0": 0}, "to": {"0": 5}}
    with pytest.raises(psycopg.Error) as error:
        session.value(
            "SELECT tenant_acme.ingest_stream('shop', %s, %s, %s, %s, %s)",
            FROM,
            claim,
            [0],
            [0],
            ['{"type":"page","userId":"z"}'],
        )
    assert error.value.sqlstate == "U1021"
    assert len(names(session)) == 10
    assert offsets(session)[0] == 10


def test_a_reader_that_is_told_of_another_goes_on_where_that_one_stands(
    session, write, stream, in_the_back, monkeypatch
):
    """As after a pause that was longer than the group waits: the partition was read by somebody else meanwhile."""
    write(*(track(f"e{n}", f"m{n}") for n in range(5)))
    slow = stream()
    written = EventStream._write
    moved = []

    def late(self, work):
        if self is slow and not moved and 0 in work.claimed:
            moved.append(True)
            session.value(
                "SELECT tenant_acme.ingest_stream('shop', %s, %s, %s, %s, %s)",
                FROM,
                {"from": {"0": 0}, "to": {"0": 3}},
                [0, 0, 0],
                [0, 1, 2],
                [json.dumps(track(f"e{n}", f"m{n}")) for n in range(3)],
            )
        written(self, work)

    monkeypatch.setattr(EventStream, "_write", late)
    in_the_back(slow)
    wait_until(lambda: len(names(session)) == 5)
    assert names(session) == [f"e{n}" for n in range(5)]
    wait_until(lambda: slow.totals.records == 2)
    assert slow.totals.duplicates == 0


def test_an_answer_that_was_lost_is_no_reason_to_write_twice(session, write, stream, in_the_back, monkeypatch):
    write(*(track(f"e{n}") for n in range(5)))
    written = EventStream._write
    lost = []

    def cut(self, work):
        written(self, work)
        if not lost:
            lost.append(True)
            self._stands |= work.claimed
            raise kafka.DatabaseUnreachable("the connection broke", code="U9102")

    monkeypatch.setattr(EventStream, "_write", cut)
    reader = stream()
    in_the_back(reader)
    wait_until(lambda: len(names(session)) == 5)
    write(track("e5"))
    wait_until(lambda: len(names(session)) == 6)
    assert reader.totals.duplicates == 0
    assert sum(session.column("SELECT record_count FROM tenant_acme.cdp_stream_offsets")) == 6


def test_a_topic_that_was_made_anew_is_refused_until_somebody_says_from_where(session, write, stream):
    write(*(track(f"e{n}") for n in range(5)))
    take(stream())
    session.execute("UPDATE tenant_acme.cdp_stream_offsets SET next_offset = 1000 WHERE partition = 0")
    with pytest.raises(C360Error) as error:
        take(stream())
    assert error.value.code == "U1022"
    assert "--from beginning" in error.value.hint
    assert stream().seek("beginning") == 4
    assert take(stream()).records == 5


def test_records_that_the_topic_kept_no_longer_are_counted(session):
    said = {"0": {"low": 0, "high": 10, "start": 0}}
    session.value("SELECT count(*) FROM tenant_acme.begin_stream('shop', %s, NULL, %s)", FROM, said)
    said = {"0": {"low": 7, "high": 10, "start": 7}}
    assert session.rows("SELECT * FROM tenant_acme.begin_stream('shop', %s, NULL, %s)", FROM, said) == [(0, 7)]
    (row,) = session.records("SELECT * FROM tenant_acme.list_streams()")
    assert (row["lost_count"], row["lost_at"] is not None) == (7, True)


def test_it_goes_to_the_end_or_to_a_time(session, write, stream):
    write(track("old"))
    time.sleep(0.01)
    between = datetime.now(UTC)
    time.sleep(0.01)
    write(track("new"))
    stream().seek(between)
    take(stream())
    assert names(session) == ["new"] or offsets(session)[0] == 2
    stream().seek("end")
    assert take(stream()).records == 0


def test_what_waits_is_said_and_nothing_taken(session, write, stream):
    write(track("e"), track("e"))
    assert [(place.partition, place.next_offset, place.waiting) for place in stream().places()] == [
        (0, None, 2),
        (1, None, 0),
        (2, None, 0),
        (3, None, 0),
    ]
    take(stream())
    assert [place.waiting for place in stream().places()] == [0, 0, 0, 0]


def test_another_tenant_keeps_its_own_places(session, write, brokers, database, globex, stream):
    write(track("e"))
    take(stream())
    other = EventStream(Settings(kafka_brokers=brokers), database.dsn, globex, FROM, "shop")
    assert take(other).accepted == 1


def test_a_topic_that_is_not_there_is_named(stream, brokers, database):
    missing = EventStream(Settings(kafka_brokers=brokers), database.dsn, "acme", "nowhere", "shop")
    with pytest.raises(C360Error, match="nowhere") as error:
        take(missing)
    assert error.value.code == "U9020"
    assert error.value.hint


def test_bytes_that_are_no_text_can_be_read_and_are_no_json():
    assert text_of(b'{"a": "\xff\x00"}') == '{"a": "\\xff\\x00"}'
    assert text_of("Đà Nẵng".encode()) == "Đà Nẵng"
    assert text_of(None) is None


@pytest.mark.parametrize("is_written", [False, True], ids=["before the write", "between the write and Kafka's commit"])
def test_a_reader_that_dies_takes_each_event_once(session, write, stream, monkeypatch, is_written):
    write(*(track(f"e{n}") for n in range(5)))
    written = EventStream._rows

    def die(self, query, *parameters):
        if "ingest_stream" not in query:
            return written(self, query, *parameters)
        if is_written:
            written(self, query, *parameters)
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(EventStream, "_rows", die)
        with pytest.raises(SystemExit):
            take(stream())
    totals = take(stream())
    assert (totals.accepted, totals.duplicates) == (0 if is_written else 5, 0)
    assert names(session) == [f"e{n}" for n in range(5)]
