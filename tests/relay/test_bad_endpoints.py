"""A relay, and endpoints that answer as nobody should: what becomes of their messages, and of everybody else's."""

from __future__ import annotations

import re
from pathlib import Path

from support.endpoints import Endpoint

BROKEN = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\nno chunk"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" * 1000
MOST_MB = 300


def point(session, name: str, endpoint: Endpoint) -> None:
    session.execute("UPDATE c360.subscriptions SET url = %s WHERE name = %s", endpoint.url(), name)


def test_messages_that_were_answered_with_a_broken_body_are_delivered(
    session, subscribe, publish, start_relay, wait_until, waiting
):
    subscribe()
    with Endpoint(BROKEN) as endpoint:
        point(session, "hooks", endpoint)
        for n in range(5):
            publish(n, f"k{n}")
        start_relay()
        wait_until(lambda: session.value("SELECT delivered_count FROM c360.relay_status()") == 5)

    assert (waiting(), len(endpoint.requests)) == (0, 5)
    assert session.value("SELECT count(*) FROM c360.dead_letters") == 0
    assert session.value("SELECT count(*) FROM c360.delivery_attempts") == 0


def test_an_endless_stream_of_interim_answers_holds_up_nobody_else(
    session, subscribe, publish, receiver, start_relay, wait_until
):
    def flood(connection) -> None:
        connection.recv(65536)
        while True:
            connection.sendall(HINTS)

    subscribe("/flood", timeout_seconds=15)
    subscribe("/healthy")
    with Endpoint(flood) as endpoint:
        point(session, "flood", endpoint)
        relay = start_relay()
        for n in range(200):
            publish(n, f"k{n}")
        receiver.wait_for(200, "/healthy")
        wait_until(lambda: session.value("SELECT count(*) FROM c360.delivery_attempts") > 0)

    attempts = session.rows("SELECT DISTINCT error, answer FROM c360.delivery_attempts WHERE status IS NULL")
    assert [error for error, _ in attempts] == ["protocol"]
    assert "interim" in attempts[0][1] or "32 kB" in attempts[0][1]
    assert sorted(receiver.numbers("/healthy")) == list(range(200))
    assert _most_memory_mb(relay.pid) < MOST_MB


def _most_memory_mb(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) // 1024
