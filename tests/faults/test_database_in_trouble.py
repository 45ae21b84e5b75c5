"""No connection left, no room on the disk, a table locked: 503, nobody else notices, and it is over by itself."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from c360.embedded.account import account_for
from faults.conftest import Traffic, gateway_process, key_of, stored
from support.server import OWNER, TEMPLATE, TestServer
from support.session import Session
from support.small_disk import fill_disk, small_disk

pytestmark = pytest.mark.slow

CONNECTIONS = 12
TRY_AGAIN = (503, "U1503", "1")
# What a tenant is told at worst: its request waits for the call before it, and that for the lock.
MOST_SECONDS = 15.0


def test_without_a_connection_left_it_says_503_and_takes_all_when_there_are_some(
    command_line, database, server, connect, tmp_path, wait_until
):
    watcher = connect(autocommit=True)
    key = key_of(watcher, "acme")
    with (
        server.admin() as admin,
        gateway_process(command_line, database.dsn_as("c360_gateway"), tmp_path) as gateway,
        Traffic(gateway.url, key) as traffic,
    ):
        wait_until(lambda: len(traffic.acknowledged) > 20)
        with contextlib.ExitStack() as others:
            admin.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT {CONNECTIONS}")
            take_all_connections(others, admin, database)
            before = stored(watcher)

            wait_until(lambda: traffic.refused[TRY_AGAIN] > 20)
            assert stored(watcher) == before
            assert httpx.get(f"{gateway.url}/readyz", timeout=30).status_code == 503
            assert httpx.get(f"{gateway.url}/livez", timeout=30).status_code == 200
        reached = len(traffic.acknowledged)
        wait_until(lambda: len(traffic.acknowledged) > reached + 20)
        traffic.finish()

    assert set(traffic.refused) == {TRY_AGAIN}
    assert stored(watcher) == dict.fromkeys(traffic.acknowledged, 1)


def take_all_connections(others: contextlib.ExitStack, admin: psycopg.Connection, database: Any) -> None:
    """Until the gateway has none, and nobody can have one; one is the test's own."""
    taken = 1
    while taken < CONNECTIONS:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = %s AND application_name LIKE 'c360 %%'",
            [database.name],
        )
        with contextlib.suppress(psycopg.OperationalError):
            others.enter_context(psycopg.connect(database.dsn))
            taken += 1


@dataclass(frozen=True)
class SmallDatabase:
    """A database that lies on the small disk."""

    server: TestServer
    name: str

    def dsn_as(self, user: str) -> str:
        return self.server.dsn(self.name, user)


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk() as folder:
        yield folder


@pytest.fixture
def database_on_small_disk(server, disk) -> Iterator[SmallDatabase]:
    """All of a database but its WAL on the small disk."""
    account_for(Path(server.folder) / "data").own(disk / "data", 0o700)
    name = f"disk_{secrets.token_hex(4)}"
    with server.admin() as admin:
        admin.execute(f"CREATE TABLESPACE {name} LOCATION '{disk / 'data'}'")
        try:
            server.create_database(name, template=TEMPLATE)
            admin.execute(f"ALTER DATABASE {name} SET TABLESPACE {name}")
            yield SmallDatabase(server, name)
        finally:
            server.drop_database(name)
            admin.execute(f"DROP TABLESPACE {name}")


def test_a_full_disk_is_503_and_takes_all_when_there_is_room(
    command_line, database_on_small_disk, disk, tmp_path, wait_until
):
    database, ballast = database_on_small_disk, disk / "ballast"
    with contextlib.closing(Session(psycopg.connect(database.dsn_as(OWNER), autocommit=True))) as watcher:
        key = key_of(watcher, "acme")
        with (
            gateway_process(command_line, database.dsn_as("c360_gateway"), tmp_path) as gateway,
            Traffic(gateway.url, key, more={"properties": {"ballast": secrets.token_hex(15_000)}}) as traffic,
        ):
            wait_until(lambda: len(traffic.acknowledged) > 20)
            fill_disk(ballast)

            wait_until(lambda: traffic.refused[TRY_AGAIN] > 50)
            acknowledged = set(traffic.acknowledged)
            assert acknowledged <= stored(watcher).keys()
            assert httpx.get(f"{gateway.url}/readyz", timeout=30).status_code == 200
            ballast.unlink()
            reached = len(traffic.acknowledged)
            wait_until(lambda: len(traffic.acknowledged) > reached + 20)
            traffic.finish()

        assert set(traffic.refused) == {TRY_AGAIN}
        assert stored(watcher) == dict.fromkeys(traffic.acknowledged, 1)


def test_a_locked_table_is_503_for_its_tenant_and_nothing_for_another(
    command_line, database, connect, tmp_path, wait_until, globex
):
    watcher, blocker = connect(autocommit=True), connect()
    locked_key, quiet_key = key_of(watcher, "acme"), key_of(watcher, "globex")
    with (
        gateway_process(command_line, database.dsn_as("c360_gateway"), tmp_path) as gateway,
        Traffic(gateway.url, locked_key, senders=30) as locked,
        Traffic(gateway.url, quiet_key, senders=1) as quiet,
    ):
        wait_until(lambda: len(locked.acknowledged) > 100 and len(quiet.acknowledged) > 20)
        blocker.execute("LOCK TABLE tenant_acme.cdp_behavioral_events")
        quiet.seconds.clear()
        wait_until(lambda: locked.refused[TRY_AGAIN] > 30)
        quiet_p99, answers = quiet.p99(), len(quiet.seconds)
        blocker.rollback()
        reached = len(locked.acknowledged)
        wait_until(lambda: len(locked.acknowledged) > reached + 100)
        quiet.finish()
        locked.finish()

    assert answers > 100
    assert quiet_p99 < 0.5
    assert (set(locked.refused), set(quiet.refused)) == ({TRY_AGAIN}, set())
    assert max(locked.seconds) < MOST_SECONDS
    assert stored(watcher) == dict.fromkeys(locked.acknowledged, 1)
    assert stored(watcher, "globex") == dict.fromkeys(quiet.acknowledged, 1)
