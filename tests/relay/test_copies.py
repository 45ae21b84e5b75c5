"""A copied server never sends what the original sends as well; a switch loses nothing and repeats nothing."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path

import psycopg
import pytest

from c360.governance import dump_tenant
from support.copies import standby_of, twin_of
from support.receiver import Reply
from support.server import OWNER
from support.session import Session


@contextlib.contextmanager
def session_on(dsn: str):
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield Session(connection)


def relay_findings(session: Session) -> list[tuple[str, str]]:
    return session.rows("SELECT finding, remedy FROM c360.doctor() WHERE subject = 'relay'")


def test_a_promoted_copy_sends_nothing_while_the_old_relay_runs(
    server, database, session, subscribe, publish, receiver, start_relay, wait_until, waiting, tmp_path
):
    hook = subscribe()
    old = start_relay()
    publish(1, "a")
    receiver.wait_for(1)
    session.call("c360.pause_subscription", "acme", str(hook.subscription_id))
    for n in range(2, 6):
        publish(n, f"k{n}")
    wait_until(lambda: waiting() == 4)

    with standby_of(server) as copy:
        copy.promote()
        session.call("c360.resume_subscription", "acme", str(hook.subscription_id))
        wait_until(lambda: waiting() == 0)
        address = copy.server.dsn(database.name, OWNER)
        with session_on(address) as there:
            there.call("c360.resume_subscription", "acme", str(hook.subscription_id))
        moved = start_relay(address)

        assert moved.wait() != 0
        assert b"U5003" in (tmp_path / "relay-1.log").read_bytes()
        with session_on(address) as there:
            assert there.value("SELECT count(*) FROM c360.deliveries") == 4
            [(finding, remedy)] = relay_findings(there)
        assert "timeline 00000002, before 00000001" in finding
        assert "c360.confirm_cluster()" in remedy

    publish(6)
    receiver.wait_for(6)
    assert old.poll() is None
    assert sorted(receiver.numbers()) == [1, 2, 3, 4, 5, 6]


def test_after_a_switch_nothing_is_lost_and_nothing_acknowledged_comes_twice(
    server, database, session, subscribe, publish, receiver, start_relay, wait_until
):
    receiver.reply = lambda request: Reply(status=503 if request.number in {2, 3} else 200)
    subscribe(retry_schedule=[0] + [0.2] * 29)
    with standby_of(server) as copy:
        old = start_relay()
        for n in range(1, 6):
            publish(n, f"k{n}")
        wait_until(lambda: {2, 3} <= set(receiver.numbers()) and {1, 4, 5} <= set(receiver.numbers()))
        old.send_signal(signal.SIGTERM)
        assert old.wait() == 0
        publish(6)
        copy.wait_for(server)
        before = len(receiver.numbers())
        receiver.reply = lambda _request: Reply()
        copy.promote()
        address = copy.server.dsn(database.name, OWNER)

        assert start_relay(address).wait() != 0
        assert len(receiver.numbers()) == before

        with session_on(address) as there:
            there.call("c360.confirm_cluster")
            assert relay_findings(there) == []
            start_relay(address)
            there.call("c360._publish", "acme", "c360-updated-profiles", "profile.updated", "z", {"n": 7})
            wait_until(
                lambda: (
                    there.value(
                        "SELECT (SELECT count(*) FROM c360.deliveries) + (SELECT count(*) FROM c360.parked_deliveries)"
                        " + (SELECT waiting FROM c360.feed_status())"
                    )
                    == 0
                )
            )

    assert sorted(receiver.numbers()[before:]) == [2, 3, 6, 7]
    assert [receiver.numbers().count(n) for n in (1, 4, 5, 6, 7)] == [1, 1, 1, 1, 1]


def test_a_relay_whose_address_now_leads_to_a_copy_stops_before_it_sends(
    server, database, session, subscribe, publish, receiver, start_relay, wait_until, waiting, tmp_path
):
    """The copy is on the same timeline: only the mark of the relay tells the two apart."""
    hook = subscribe()
    link = tmp_path / "address"
    link.symlink_to(server.folder)
    relay = start_relay(f"postgresql://{OWNER}@/{database.name}?host={link}")
    publish(1)
    receiver.wait_for(1)
    session.call("c360.pause_subscription", "acme", str(hook.subscription_id))
    publish(2)
    wait_until(lambda: waiting() == 1)

    with twin_of(server) as copy:
        mark = session.value("SELECT mark FROM c360.relays")
        wait_until(lambda: session.value("SELECT mark FROM c360.relays") > mark)
        for primary in (database.dsn, copy.server.dsn(database.name, OWNER)):
            with session_on(primary) as there:
                there.call("c360.resume_subscription", "acme", str(hook.subscription_id))
        wait_until(lambda: waiting() == 0)
        _lead_to(link, copy.server.folder)

        def is_over():
            # A connection that was just being made is found the next time.
            with server.admin() as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = %s AND application_name LIKE 'c360 relay%%'",
                    [database.name],
                )
            return relay.poll() is not None

        wait_until(is_over)
        assert relay.returncode != 0
        assert b"U5003" in (tmp_path / "relay-0.log").read_bytes()
        with session_on(copy.server.dsn(database.name, OWNER)) as there:
            assert there.value("SELECT count(*) FROM c360.deliveries") == 1
    assert receiver.numbers() == [1, 2]


def _lead_to(link: Path, folder: str) -> None:
    beside = link.with_name("next")
    beside.symlink_to(folder)
    beside.replace(link)


def test_a_database_copied_within_the_server_sends_nothing(
    server, database, session, subscribe, publish, receiver, start_relay, wait_until, make_empty_database
):
    subscribe()
    old = start_relay()
    publish(1)
    receiver.wait_for(1)
    old.send_signal(signal.SIGTERM)
    assert old.wait() == 0
    publish(2)
    session.close()
    copied = make_empty_database()
    server.drop_database(copied.name)
    server.create_database(copied.name, template=database.name)

    assert start_relay(copied.dsn).wait() != 0

    start_relay()
    receiver.wait_for(2)
    assert receiver.numbers() == [1, 2]


def test_a_standby_can_be_read_and_looked_at_and_dumped(server, database, session, start_relay, wait_until, tmp_path):
    start_relay()
    wait_until(lambda: session.value("SELECT timeline IS NOT NULL FROM c360.ticks"))
    with standby_of(server) as copy:
        copy.wait_for(server)
        with session_on(copy.server.dsn(database.name, OWNER)) as there:
            assert relay_findings(there) == []
            assert there.value("SELECT c360._timeline()") is None
            dump_tenant(there.connection, "acme", tmp_path / "acme.c360", lambda _table, _rows: None)
    assert (tmp_path / "acme.c360").exists()


def test_a_mark_only_grows_and_a_higher_one_than_ours_is_refused(db):
    first = db.call("c360.renew_relay", "one", 0)
    second = db.call("c360.renew_relay", "one", first)
    repeated = db.call("c360.renew_relay", "one", first)

    assert first < second < repeated
    db.execute("SAVEPOINT before")
    for relay, mark in (("one", repeated + 1), ("unknown", 5)):
        with pytest.raises(psycopg.DatabaseError) as refused:
            db.call("c360.renew_relay", relay, mark)
        db.execute("ROLLBACK TO before")
        assert refused.value.sqlstate == "U5003"


def test_relays_that_ended_long_ago_are_forgotten(db):
    db.call("c360.renew_relay", "one", 0)

    db.call("c360.maintain_deliveries", "2100-01-01 00:00+00")

    assert db.value("SELECT count(*) FROM c360.relays") == 0
