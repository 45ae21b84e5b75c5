"""Nobody can ring the bells of the daemons, and even who could keeps them from nothing."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time

import psycopg
import pytest

from c360.adapters.listener import Listener


async def wakes(dsn, seconds, begin):
    """How often a waiting daemon wakes within so many seconds, after `begin` was called with its listener connected."""
    async with Listener(dsn, application_name="test bell", bells=["relay"]) as listener:
        while not listener.is_connected:
            await listener.wait("relay", 0.05)
        await listener.wait("relay", 0)
        begin()
        count = 0
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            count += await listener.wait("relay", left)
        return count


@contextlib.contextmanager
def flood(session, channel):
    """NOTIFY again and again until the end of the block."""
    started, over = threading.Event(), threading.Event()

    def ring():
        started.wait()
        while not over.is_set():
            session.execute("SELECT pg_notify(%s, 'relay')", channel)

    thread = threading.Thread(target=ring)
    thread.start()
    try:
        yield started.set
    finally:
        started.set()
        over.set()
        thread.join()


def test_channels_are_random_and_told_to_daemons_only(session, connect, make_login):
    channels = [session.call("c360.bell_channel", bell) for bell in ("relay", "resolver")]
    admin = connect(make_login("c360_acme_admin"), autocommit=True)

    assert len({*channels, "c360_bell"}) == 3
    for query in ("SELECT c360.bell_channel('relay')", "SELECT channel FROM c360.bells"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            admin.execute(query)


def test_a_stranger_wakes_nobody(session, connect, make_login, database):
    stranger = connect(make_login(), autocommit=True)

    with flood(stranger, "c360_bell") as begin:
        assert asyncio.run(wakes(database.dsn, 0.5, begin)) == 0


def test_a_flood_of_rings_wakes_a_bounded_number_of_times(session, connect, database):
    producer = connect(autocommit=True)

    with flood(producer, session.call("c360.bell_channel", "relay")) as begin:
        count = asyncio.run(wakes(database.dsn, 1.0, begin))

    assert 2 <= count <= 21


def test_the_first_ring_wakes_at_once(session, connect, database):
    producer, channel = connect(autocommit=True), session.call("c360.bell_channel", "relay")

    def ring():
        producer.execute("SELECT pg_notify(%s, 'relay')", channel)

    assert asyncio.run(wakes(database.dsn, 0.5, ring)) == 1
