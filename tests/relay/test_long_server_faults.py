"""Faults of the server that take their time: it restarts, its disk or its notification queue is full, it is restored.

Each says how many messages were lost, came more than once, and came out of order: lost must be none, and the order of a
key must hold.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import shutil
import signal
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from c360.embedded.account import account_for
from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load
from c360.relay.held_secrets import rewrap_secrets
from c360.relay.secrets import load_keyring
from c360.relay.webhooks import add_webhook, rotate_secret
from support.copies import backup_of
from support.numbered_messages import TOPIC, Producer, account, has_all
from support.receiver import Reply
from support.server import PREFIX, SUPERUSER, bare_server, chosen_version, settings_in
from support.session import Session
from support.small_disk import fill_disk, small_disk

pytestmark = pytest.mark.long

HOUR = timedelta(hours=1)
QUICK = {"retry_schedule": [0] + [0.2] * 20}


@pytest.fixture
def own_server(keyring, receiver):
    """own_server(*settings): a server that a test may stop, with one tenant and one webhook: (server, dsn)."""
    with contextlib.ExitStack() as opened:

        def start(*settings):
            server = opened.enter_context(bare_server(None, *settings))
            server.create_database("own", owner=SUPERUSER)
            dsn = server.dsn("own")
            install(dsn, load())
            with psycopg.connect(dsn) as connection:
                create_tenant(connection, "acme")
            add(dsn, "hooks", **QUICK)
            return server, dsn

        def add(dsn, name, **options):
            with psycopg.connect(dsn) as connection:
                hook = add_webhook(
                    connection,
                    keyring,
                    "acme",
                    receiver.url(f"/{name}"),
                    name=name,
                    options=options,
                    allow_private=True,
                )
            receiver.secrets[f"/{name}"] = hook.secret

        start.add = add
        yield start


@contextlib.contextmanager
def session_on(dsn):
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield Session(connection)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgres_restarts_under_traffic(own_server, receiver, start_relay, wait_until, mode):
    server, dsn = own_server()
    start_relay(dsn)
    start_relay(dsn)
    with Producer(dsn, 0.002) as producer:
        for _ in range(3):
            reached = len(producer.committed)
            wait_until(lambda reached=reached: len(producer.committed) > reached + 300)
            server.cluster.stop(mode)
            time.sleep(0.5)
            server.cluster.start(*settings_in(Path(server.folder)))
        reached = len(producer.committed)
        wait_until(lambda: len(producer.committed) > reached + 300)

    wait_until(has_all(receiver, producer.committed))
    found = account(receiver, producer.committed)
    assert (found["lost"], found["out_of_order"]) == (0, 0)


def test_secrets_and_the_master_key_change_under_load_and_stand_in_no_log(
    own_server, keyring, master_key, receiver, start_relay, wait_until, tmp_path
):
    server, dsn = own_server("shared_preload_libraries=pg_stat_statements", "log_statement=all")
    new_key = base64.b64encode(secrets.token_bytes(32)).decode()
    start_relay(dsn, C360_MASTER_KEY=f"{new_key},{master_key}")
    signing = [receiver.secrets["/hooks"]]
    with session_on(dsn) as session, Producer(dsn, 0.002) as producer:
        session.execute("CREATE EXTENSION pg_stat_statements")

        def goes_on():
            reached = len(receiver.received)
            wait_until(lambda: len(receiver.received) > reached + 300)

        for _ in range(3):
            goes_on()
            signing.append(rotate_secret(session.connection, keyring, "acme", "hooks", keep_old=HOUR).secret)
            goes_on()  # receivers still know the old one
            receiver.secrets["/hooks"] = signing[-1]
        both = load_keyring(tmp_path, master_key=f"{new_key},{master_key}")
        rewrapped = rewrap_secrets(session.connection, both, "acme")
        goes_on()
        statements = session.column("SELECT query FROM pg_stat_statements")

    wait_until(has_all(receiver, producer.committed))
    assert account(receiver, producer.committed) == {"lost": 0, "doubled": 0, "out_of_order": 0}
    assert receiver.refused == []
    assert rewrapped.rewrapped == len(signing)
    logs = [server.cluster.log, *tmp_path.glob("relay-*.log")]
    told = "".join([*statements, *(path.read_text(errors="replace") for path in logs)])
    assert told.count("rotate_subscription_secret") > 3
    for secret in (new_key, master_key, *signing):
        assert secret.removeprefix("whsec_").rstrip("=") not in told


@pytest.mark.skipif(chosen_version() == "16", reason="how large the queue may be can be said since PostgreSQL 17")
def test_a_notification_queue_without_room_fails_no_producer(own_server, receiver, start_relay, wait_until):
    _, dsn = own_server("max_notify_queue_pages=64")
    start_relay(dsn, C360_RELAY_POLL_SECONDS="0.5")
    with session_on(dsn) as session, psycopg.connect(dsn) as deaf, psycopg.connect(dsn, autocommit=True) as noise:
        deaf.execute("LISTEN noise")
        deaf.commit()
        deaf.execute("SELECT 1")  # in a transaction it hears nothing, and the queue keeps everything for it
        too_much = "SELECT pg_notify('noise', repeat('x', 7900) || number) FROM generate_series(1, 200) AS number"
        with pytest.raises(psycopg.errors.ProgramLimitExceeded):
            noise.execute(too_much)
        wait_until(lambda: session.value("SELECT is_awaited FROM c360.bells WHERE bell = 'relay'"))
        with Producer(dsn, 0.02) as producer:
            wait_until(lambda: len(producer.committed) >= 100)
        wait_until(has_all(receiver, producer.committed))

        assert session.value("SELECT pg_notification_queue_usage()") > 0.9
        assert producer.refused == 1  # at its end
        assert account(receiver, producer.committed) == {"lost": 0, "doubled": 0, "out_of_order": 0}

        deaf.close()
        with psycopg.connect(dsn, autocommit=True) as listener:
            listener.execute(f'LISTEN "{TOPIC}"')
            wait_until(lambda: session.value("SELECT pg_notification_queue_usage()") < 0.5)
            session.call("c360._publish", "acme", TOPIC, "profile.updated", "k0", {"n": 100_000})
            assert [heard.channel for heard in listener.notifies(timeout=60, stop_after=1)] == [TOPIC]


@pytest.fixture
def disk():
    with small_disk() as folder:
        yield folder


def test_a_disk_without_room_for_tables_stops_the_relay_only_until_there_is_some(
    own_server, disk, receiver, start_relay, wait_until, tmp_path
):
    server, dsn = own_server()
    account_for(Path(server.folder) / "data").own(disk / "data", 0o700)
    with server.admin() as admin:
        admin.execute(f"CREATE TABLESPACE small LOCATION '{disk / 'data'}'")
        admin.execute("ALTER DATABASE own SET TABLESPACE small")
    start_relay(dsn)
    start_relay(dsn)
    with Producer(dsn, 0.001) as producer:
        wait_until(lambda: len(receiver.received) > 100)
        fill_disk(disk / "ballast")
        wait_until(lambda: producer.refused > 20)
        (disk / "ballast").unlink()
        reached = len(producer.committed)
        wait_until(lambda: len(producer.committed) > reached + 300)

    wait_until(has_all(receiver, producer.committed))
    found = account(receiver, producer.committed)
    assert (found["lost"], found["out_of_order"]) == (0, 0)


def test_a_disk_without_room_for_wal_ends_the_server_and_loses_nothing(
    own_server, disk, receiver, start_relay, wait_until
):
    small_wal = ["max_wal_size=64MB", "min_wal_size=32MB", "wal_recycle=off"]
    server, dsn = own_server(*small_wal)
    start = [*settings_in(Path(server.folder)), *small_wal]
    _move_wal(server, disk / "data", start)
    start_relay(dsn)
    start_relay(dsn)
    with Producer(dsn, 0.0005) as producer:
        wait_until(lambda: len(receiver.received) > 100)
        fill_disk(disk / "ballast")
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(dsn, autocommit=True) as hurry:
            while True:  # the segment in use has room for longer than anybody wants to wait
                hurry.execute("SELECT pg_switch_wal(), pg_logical_emit_message(false, 'test', repeat('x', 100000))")
        wait_until(lambda: producer.refused > 5)
        (disk / "ballast").unlink()
        wait_until(lambda: _is_up(server, start))
        reached = len(producer.committed)
        wait_until(lambda: len(producer.committed) > reached + 300)

    wait_until(has_all(receiver, producer.committed))
    found = account(receiver, producer.committed)
    assert (found["lost"], found["out_of_order"]) == (0, 0)


def _move_wal(server, folder, settings):
    """Another disk for the WAL, as people do it."""
    server.cluster.stop()
    here = server.cluster.data / "pg_wal"
    account_for(server.cluster.data).own(folder, 0o700)
    shutil.copytree(here, folder / "pg_wal")
    for path in [folder / "pg_wal", *(folder / "pg_wal").rglob("*")]:
        server.cluster.account.own(path, 0o700 if path.is_dir() else 0o600)
    shutil.rmtree(here)
    here.symlink_to(folder / "pg_wal")
    server.cluster.start(*settings)


def _is_up(server, settings):
    """A server that recovered by itself, or that somebody has started again."""
    if server.cluster.pid() is None:
        server.cluster.start(*settings)
    with contextlib.suppress(psycopg.OperationalError), server.admin():
        return True
    return False


def test_a_relay_whose_log_has_no_room_goes_on(
    command_line, session, database, subscribe, publish, receiver, master_key, tmp_path
):
    receiver.reply = lambda request: Reply(503 if request.nth == 1 else 200)  # each is told in the log
    subscribe(timeout_seconds=15, **QUICK)
    environment = {
        **os.environ,
        "DATABASE_URL": database.dsn,
        "C360_MASTER_KEY": master_key,
        "C360_WEBHOOK_ALLOW_PRIVATE": "1",
        "C360_DATA_DIR": str(tmp_path),
    }
    with Path(os.devnull).open() as nothing, Path("/dev/full").open("wb") as full:
        relay = command_line.start("relay", cwd=tmp_path, environment=environment, streams=(nothing, full, full))
    try:
        for number in range(8):
            publish(number, f"k{number}")
        receiver.wait_for(16)
        relay.send_signal(signal.SIGTERM)
        # What Python could not write to stderr is its exit code 120, whatever else.
        assert relay.wait() in (0, 120)
    finally:
        relay.kill()

    assert sorted(receiver.numbers()) == sorted([*range(8), *range(8)])
    assert session.value("SELECT count(*) FROM c360.deliveries") == 0


def test_a_role_that_lost_a_right_sends_nothing_twice_and_goes_on_when_it_has_it_again(
    database, session, subscribe, receiver, start_relay, wait_until, waiting
):
    subscribe(retry_schedule=[0] + [0.2] * 20)
    settle = "EXECUTE ON FUNCTION c360.settle_deliveries FROM c360_relay"
    start_relay(database.dsn_as("c360_relay"))
    start_relay(database.dsn_as("c360_relay"))
    with Producer(database.dsn, 0.005) as producer:
        wait_until(lambda: len(receiver.received) > 100)
        session.execute(f"REVOKE {settle}")
        refused = len(receiver.received)
        reached = len(producer.committed)
        wait_until(lambda: len(producer.committed) > reached + 500)
        meanwhile = len(receiver.received) - refused
        session.execute(f"GRANT {settle.replace('FROM', 'TO')}")

    wait_until(has_all(receiver, producer.committed))
    wait_until(lambda: waiting() == 0)
    found = account(receiver, producer.committed)
    assert (found["lost"], found["out_of_order"]) == (0, 0)
    # What was under way when the right went comes once more; nobody tries again and again.
    assert meanwhile < 2000


@pytest.fixture
def archive():
    """A folder that the server may write WAL to."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}archive-{secrets.token_hex(2)}-", dir="/tmp"))
    account_for(folder / "data").own(folder, 0o700)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_server_restored_to_a_moment_sends_again_only_what_it_does_not_know_to_be_sent(
    own_server, archive, receiver, start_relay, wait_until, tmp_path
):
    """With a webhook that is beyond its max_backlog and a consumer of the topic: where both have come to is data."""
    server, dsn = own_server("archive_mode=on", f"archive_command='cp %p {archive}/%f'")
    own_server.add(dsn, "late", max_backlog=5, **QUICK)
    relay = start_relay(dsn)
    with session_on(dsn) as session, backup_of(server) as backup:
        session.call("c360.pause_subscription", "acme", "late")
        session.call("tenant_acme.create_topic_consumer", TOPIC, "crm", None)
        publish(session, range(1, 11))
        receiver.wait_for(10)
        wait_until(lambda: session.value("SELECT bool_or(is_held) FROM c360.backfills"))
        wait_until(lambda: len(read(session)) == 10)
        session.call("tenant_acme.commit_topic", TOPIC, "crm", read(session)[5]["position"])
        publish(session, range(11, 21))
        receiver.wait_for(20)
        wait_until(lambda: len(read(session)) == 14)
        wait_until(lambda: deliveries_of(session, "hooks") == 0)
        session.execute("SELECT pg_create_restore_point('before')")

        session.call("tenant_acme.commit_topic", TOPIC, "crm", read(session)[-1]["position"])
        session.call("c360.resume_subscription", "acme", "late")
        publish(session, range(21, 31))
        receiver.wait_for(30)
        receiver.wait_for(30, "/late")
        relay.send_signal(signal.SIGTERM)
        assert relay.wait() == 0
        session.execute("SELECT pg_switch_wal()")
        session.close()
        server.cluster.stop()  # which archives the rest
        copy = backup.restore(archive, "before")
        address = copy.server.dsn("own")

        assert start_relay(address).wait() != 0
        assert b"U5003" in (tmp_path / "relay-1.log").read_bytes()
        assert [len(receiver.to(path)) for path in ("/hooks", "/late")] == [30, 30]

        with session_on(address) as there:
            there.call("c360.confirm_cluster")
            start_relay(address)
            there.call("c360.resume_subscription", "acme", "late")
            publish(there, [100])
            receiver.wait_for(31)
            receiver.wait_for(51, "/late")
            wait_until(lambda: len(read(there)) == 15)
            wait_until(lambda: there.value("SELECT count(*) FROM c360.deliveries") == 0)
            assert [row["body"]["data"]["n"] for row in read(there)] == [*range(7, 21), 100]
            assert there.value("SELECT count(*) FROM c360.backfills") == 0

    # The copy knew what was acknowledged before that moment. What it still had to send is repeated, with the same ids.
    assert receiver.numbers() == [*range(1, 31), 100]
    first, again = receiver.to("/late")[:30], receiver.to("/late")[30:]
    assert sorted(request.number for request in again) == [*range(1, 21), 100]
    ids = {request.number: request.message_id for request in first}
    assert all(ids[request.number] == request.message_id for request in again if request.number != 100)


def publish(session, numbers):
    for number in numbers:
        session.call("c360._publish", "acme", TOPIC, "profile.updated", "k", {"n": number})


def read(session):
    return session.records("SELECT * FROM tenant_acme.read_topic(%s, 'crm', 1000)", TOPIC)


def deliveries_of(session, name):
    return session.value(
        "SELECT count(delivery_id) FROM c360.deliveries JOIN c360.subscriptions USING (subscription_id)"
        " WHERE name = %s",
        name,
    )
