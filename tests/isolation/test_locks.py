"""Turns are taken with locks that only the owner can take: no login, however it guesses, holds anybody up."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from c360.governance import sync_tenant
from c360.installer.install import install
from c360.installer.sources import load

_ROOT = Path(__file__).resolve().parents[2]
_GUESSES = (
    "c360.install",
    "c360.maintain_message_partitions",
    "c360.resolve:acme",
    "c360.scores:acme",
    "c360.sync:acme",
    "c360.metadata:acme",
    "c360.import:acme",
    "c360.import:acme:1",
    "c360.partitions:tenant_acme.cdp_behavioral_events",
)
_ORDER = {
    "type": "track",
    "event": "Order Completed",
    "userId": "u1",
    "messageId": "m1",
    "properties": {"order_id": "o1", "total": 5, "currency": "USD"},
}


@pytest.fixture
def stranger(connect, make_login):
    """A login without rights that holds every advisory lock it can think of."""
    stranger = connect(make_login())
    for guess in _GUESSES:
        stranger.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", guess)
    stranger.execute("SELECT pg_advisory_lock(hashtextextended('c360.orders:acme', n)) FROM generate_series(0, 127) n")
    return stranger


@pytest.mark.parametrize(
    "work",
    [
        ("c360.ingest", "acme", [_ORDER]),
        ("c360.resolve_identities", "acme"),
        ("c360.refresh_scores", "acme"),
        ("c360.maintain_event_partitions", "acme"),
        ("c360.maintain_message_partitions",),
        ("c360.set_match_rule", "acme", "person", "scored"),
        ("c360.begin_import", "acme", "crm", "people.csv", [{"name": "email", "kind": "text"}], None, {}, "print"),
    ],
    ids=lambda work: work[0],
)
def test_advisory_locks_of_a_stranger_hold_up_nothing(session, stranger, work):
    session.execute("SET lock_timeout = '5s'")

    answer = session.call(*work)

    assert not (isinstance(answer, dict) and (answer.get("busy") or answer.get("is_busy")))


def test_advisory_locks_of_a_stranger_hold_up_neither_sync_nor_installation(session, stranger, database):
    session.execute("SET lock_timeout = '5s'")

    sync_tenant(session.connection, "acme")
    report = install(make_conninfo(database.dsn, options="-c lock_timeout=5s"), load())

    assert report.changed_nothing


@pytest.mark.parametrize("right", ["reader", "writer", "admin"])
@pytest.mark.parametrize(
    "attack",
    [
        "SELECT FROM c360.locks FOR UPDATE",
        "SELECT FROM c360.locks FOR KEY SHARE",
        "LOCK TABLE c360.locks IN ROW SHARE MODE",
        "LOCK TABLE c360.migrations IN ROW EXCLUSIVE MODE",
        "LOCK TABLE c360.messages IN ROW EXCLUSIVE MODE",
        "LOCK TABLE c360.ticks IN ACCESS SHARE MODE",
        "SELECT c360._hold_lock('globex', 'resolver')",
        "SELECT c360._try_lock('globex', 'resolver')",
        "SELECT c360._hold_orders('globex', '{1}')",
    ],
)
def test_roles_of_a_tenant_can_take_no_lock_of_ours(session, connect, make_login, right, attack):
    attacker = connect(make_login(f"c360_acme_{right}"))

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        attacker.execute(attack)


def test_a_lock_is_shared_or_held_alone_and_ends_with_its_transaction(
    session, connect, in_background, wait_until_blocked
):
    alice, bob, carol = connect(), connect(), connect()
    alice.call("c360._hold_lock", "acme", "resolver", p_is_shared=True)
    bob.call("c360._hold_lock", "acme", "resolver", p_is_shared=True)

    assert carol.call("c360._try_lock", "acme", "resolver") is False
    assert carol.call("c360._try_lock", "globex", "resolver") is True
    assert carol.call("c360._try_lock", "acme", "scores") is True

    alone = in_background(carol.call, "c360._hold_lock", "acme", "resolver")
    wait_until_blocked(carol)
    alice.commit()
    bob.rollback()
    alone.result(timeout=30)


def test_a_sync_that_stays_open_keeps_no_other_tenant_from_being_resolved(session, connect):
    syncing = connect()
    for tenant in ("acme", "globex"):
        session.call("c360.ingest", tenant, [{"type": "identify", "userId": "u1"}])
    syncing.execute("LOCK TABLE tenant_acme.cdp_resolution_queue IN ACCESS EXCLUSIVE MODE")
    session.execute("SET lock_timeout = '1s'")

    during = session.column("SELECT tenant FROM c360.tenants_with_work()")
    syncing.rollback()
    after = session.column("SELECT tenant FROM c360.tenants_with_work()")

    assert (during, after) == (["globex"], ["acme", "globex"])


def test_lock_rows_that_are_missing_are_made_when_they_are_needed(session):
    session.execute("DELETE FROM c360.locks WHERE tenant = 'acme'")

    session.call("c360._hold_orders", "acme", ["o1", "o2"])

    assert session.value("SELECT count(*) FROM c360.locks WHERE tenant = 'acme'") == 137


def test_a_lock_of_a_tenant_that_is_not_there_is_no_error(session):
    assert session.call("c360._hold_lock", "nobody", "metadata") == ""


def test_a_stranger_who_locks_the_life_sign_of_a_dead_import_does_not_keep_it_alive(
    session, connect, make_login, wait_until
):
    columns = [{"name": "user_id", "kind": "text"}]
    begun = ("c360.begin_import", "acme", "crm", "a.csv", columns, None, {}, "print")
    sender, stranger = connect(autocommit=True), connect(make_login(), autocommit=True)
    first = sender.call(*begun)
    with pytest.raises(psycopg.Error) as busy:
        session.call(*begun)
    stranger.execute(
        "SELECT pg_advisory_lock_shared((classid::bigint << 32) | objid::bigint) FROM pg_locks"
        " WHERE locktype = 'advisory' AND pid = %s",
        sender.pid,
    )

    sender.close()
    wait_until(lambda: session.value("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", sender.pid) == 0)
    second = session.call(*begun)

    assert busy.value.sqlstate == "U1424"
    assert second["import_id"] == first["import_id"]


def test_nothing_takes_an_advisory_lock_but_the_first_installation_and_signs_of_life():
    users = {
        str(path.relative_to(_ROOT))
        for folder in ("pg", "controlplane", "cli")
        for path in (_ROOT / folder).rglob("*.*")
        if path.suffix in (".sql", ".j2", ".py") and re.search(r"pg_(try_)?advisory_(xact_)?lock", path.read_text())
    }

    signs_of_life = {"pg/procedures/ingest/_claim_import.sql", "pg/procedures/lake/hold_lake.sql"}
    assert users == {"pg/bootstrap.sql", *signs_of_life}
