"""What sending a topic to Kafka takes, beside a program that only produces the same messages.

    make bench-kafka            python -m benchmarks.kafka [--messages 100000] [--rounds 3] [--brokers ADDRESSES]

Starts an embedded PostgreSQL in a temporary folder and, where none is named, one broker of Apache Kafka beside it (the
jars of make test-engines). The log gets messages of a kilobyte with 5,000 keys. Round after round `c360 kafka relay`, a
process of its own, sends them all, from the log to what is acknowledged and committed; then a bare producer sends the
same keys, values and headers out of its memory, with the same settings. All of it shares the processors of one machine.
Prints a line for each round; last one JSON object.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from confluent_kafka import Producer
from psycopg.conninfo import make_conninfo

from benchmarks.tenant import fresh_tenant
from support import kafka_broker

TOPIC = "c360-updated-profiles"
_PUBLISH = """
SELECT count(c360._publish('acme', %s, 'profile.updated', 'k' || n %% 5000, jsonb_build_object(
    'n', n,
    'text', (SELECT string_agg(md5(n::text || part), '') FROM generate_series(1, 27) AS part)
)))
FROM generate_series(%s::int, %s::int) AS n
"""


def bare(brokers: str) -> None:
    """Reads messages from stdin, produces them when all are there, prints the seconds."""
    messages = [(key, body, [(name, value) for name, value in headers]) for key, body, headers in json.load(sys.stdin)]
    done = 0

    def reported(error: Any, _message: Any) -> None:
        nonlocal done
        assert error is None, error
        done += 1

    producer = Producer(
        {
            "bootstrap.servers": brokers,
            "enable.idempotence": True,
            "compression.type": "lz4",
            "linger.ms": 5,
            "partitioner": "murmur2_random",
            "message.timeout.ms": 0,
            "queue.buffering.max.messages": 50_000,
        }
    )
    producer.list_topics(timeout=30)
    began = time.perf_counter()
    for key, body, headers in messages:
        while True:
            try:
                producer.produce("bare", body, key, headers=headers, on_delivery=reported)
                break
            except BufferError:
                producer.poll(0.01)
        producer.poll(0)
    producer.flush()
    seconds = time.perf_counter() - began
    assert done == len(messages)
    print(seconds)


def send(connection: psycopg.Connection, brokers: str, count: int) -> float:
    """Seconds for a message, of a relay that finds all of them waiting and is at work already."""
    query = (
        "SELECT s.sent_count, c.done_position = (SELECT max(f.position) FROM c360.feed_messages AS f)"
        " FROM c360.sinks AS s JOIN c360.topic_consumers AS c ON c.consumer = s.sink"
    )
    connection.execute("UPDATE c360.sinks SET sent_count = 0, lease_until = '-infinity'")
    environment = {
        **os.environ,
        "C360_DSN": make_conninfo(connection.info.dsn, password=connection.info.password),
        "C360_KAFKA_BROKERS": brokers,
        "C360_LOG_LEVEL": "ERROR",
    }
    relay = subprocess.Popen([sys.executable, "-m", "c360_cli", "kafka", "relay"], env=environment)
    try:
        first = at = 0.0
        while True:
            sent, is_done = connection.execute(query).fetchone() or (0, False)
            at = time.perf_counter()
            if sent and not first:
                first, before = at, sent
            if is_done:
                return (at - first) / (count - before)
            assert relay.poll() is None
            time.sleep(0.005)
    finally:
        relay.terminate()
        relay.wait()


@contextlib.contextmanager
def brokers_of(named: str | None) -> Iterator[str]:
    if named:
        yield named
        return
    with (
        tempfile.TemporaryDirectory(prefix="c360-bench-") as folder,
        kafka_broker.running_broker(Path(folder) / "broker") as broker,
    ):
        broker.make_topic("bare", 6)
        broker.make_topic(f"c360.acme.{TOPIC}", 6)
        yield broker.address


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--messages", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--brokers")
    arguments.add_argument("--bare", help=argparse.SUPPRESS)
    said = arguments.parse_args()
    if said.bare:
        bare(said.bare)
        return
    with brokers_of(said.brokers) as brokers, fresh_tenant() as connection:
        connection.autocommit = True
        connection.execute("SELECT tenant_acme.enable_sink('kafka', %s, '-infinity')", [TOPIC])
        for start in range(0, said.messages, 5000):
            connection.execute(_PUBLISH, [TOPIC, start, min(start + 5000, said.messages) - 1])
        while connection.execute("SELECT * FROM c360.fan_out()").fetchone()[1]:
            pass
        while connection.execute("SELECT c360.backfill_deliveries()").fetchone()[0]:
            pass
        connection.execute("VACUUM ANALYZE c360.messages")
        rows = connection.execute(
            "SELECT message_id::text, type, created_at, key, body, seq FROM c360.messages"
            " WHERE topic = %s ORDER BY seq",
            [TOPIC],
        ).fetchall()
        messages = json.dumps(
            [
                [
                    key,
                    body,
                    [
                        ["id", message_id],
                        ["type", kind],
                        ["schema", f"{kind}/1"],
                        ["tenant", "acme"],
                        ["created_at", at.isoformat()],
                        ["position", str(seq)],
                    ],
                ]
                for message_id, kind, at, key, body, seq in rows
            ]
        )
        length = statistics.mean(len(row[4]) for row in rows)
        print(f"{len(rows):,} messages of {length:.0f} bytes, {os.cpu_count()} processors")
        relays, bares = [], []
        for number in range(said.rounds):
            connection.execute("SELECT tenant_acme.replay_topic(%s, 'kafka', '-infinity')", [TOPIC])
            relays.append(1 / send(connection, brokers, len(rows)))
            ended = subprocess.run(
                [sys.executable, "-m", "benchmarks.kafka", "--bare", brokers],
                input=messages,
                capture_output=True,
                text=True,
                check=True,
            )
            bares.append(len(rows) / float(ended.stdout))
            print(
                f"round {number + 1}: relay {relays[-1]:,.0f} messages/s, bare producer {bares[-1]:,.0f},"
                f" {relays[-1] / bares[-1]:.2f} of it"
            )
    ratio = statistics.median(one / other for one, other in zip(relays, bares, strict=True))
    print(
        json.dumps(
            {
                "messages": len(rows),
                "message_bytes": round(length),
                "relay_per_s": round(statistics.median(relays)),
                "bare_per_s": round(statistics.median(bares)),
                "relay_vs_bare": round(ratio, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
