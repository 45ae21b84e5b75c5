"""Several at once: workers skip what another one does, and nobody who writes or reads is held up."""

from __future__ import annotations

import asyncio

import pytest

from c360.adapters.database import Database
from c360.domain.errors import TryAgain
from c360.settings import Settings
from c360.worker import run_worker
from c360.worker.rounds import Round, visit_all
from retention.conftest import AT
from support.events import page

OLD = "2022-03-10T00:00:00Z"
PARTITION = "tenant_acme.cdp_behavioral_events_y2022m03"


def receive(db, received_at, *events, tenant="acme"):
    return db.call("c360.ingest", tenant, {"batch": list(events)}, "web", received_at)


def reject(db, count, tenant="acme"):
    receive(db, OLD, *[{"type": "nonsense"}] * count, tenant=tenant)


def apply(db, kind, tenant="acme", **more):
    return db.call("c360.apply_retention", tenant, kind, AT, **more)


def exists(db, table):
    return db.value("SELECT to_regclass(%s) IS NOT NULL", table)


@pytest.fixture
def session(connect):
    return connect(autocommit=True)


@pytest.fixture
def old_month(session, keep):
    """A partition of events that is past."""
    receive(session, OLD, page("old"))
    session.call("c360.maintain_event_partitions", "acme", "0 days", AT)
    keep(session, "events", 365)
    return PARTITION


def test_a_second_worker_skips_what_the_first_is_at_and_does_not_wait(connect, session, keep):
    reject(session, 5)
    keep(session, "rejected_events", 30)
    keep(session, "audit", 90)
    alice, bob = connect(), connect()
    apply(session, None, p_limit=1)

    first = apply(alice, "rejected_events", p_limit=3)
    second = apply(bob, None)

    assert first["kinds"]["rejected_events"]["removed"] == 3
    assert second["kinds"]["rejected_events"] == {
        "before": second["kinds"]["rejected_events"]["before"],
        "removed": 0,
        "is_busy": True,
    }
    assert "is_busy" not in second["kinds"]["audit"]
    alice.commit()
    bob.commit()
    assert apply(bob, "rejected_events")["kinds"]["rejected_events"]["removed"] == 1


def test_two_workers_that_begin_at_the_same_moment_do_not_fail(connect, session, keep, in_background):
    reject(session, 5)
    keep(session, "rejected_events", 30)
    alice, bob = connect(), connect()

    apply(alice, "rejected_events")
    answer = in_background(apply, bob, "rejected_events").result(20)

    assert answer["kinds"]["rejected_events"]["is_busy"] is True
    alice.commit()


def test_many_workers_remove_everything_once(connect, session, keep, run, in_background):
    reject(session, 400)
    keep(session, "rejected_events", 30)
    workers = [connect(autocommit=True) for _ in range(4)]

    def work(worker):
        removed = 0
        while worker.value("SELECT EXISTS (SELECT FROM tenant_acme.cdp_rejected_events)"):
            removed += run(worker, "rejected_events", limit=7)["removed"]
        return removed

    counts = [future.result(60) for future in [in_background(work, worker) for worker in workers]]

    assert sum(counts) == 400


def test_a_reader_of_an_old_month_delays_its_end_and_nobody_else(connect, session, old_month, in_background):
    reader, worker, sender = connect(), connect(autocommit=True), connect(autocommit=True)
    reader.rows(f"SELECT * FROM {old_month}")
    sender.execute("SET lock_timeout = '3s'")

    def try_to_drop():
        return [apply(worker, "events") for _ in range(4)]

    trying = in_background(try_to_drop)
    sent = 0
    while not trying.done():
        sent += receive(sender, AT, page(f"m{sent}"))["accepted"]
    answers = trying.result()

    # Noting what its observations said is done, and only the drop is put off.
    assert [answer["kinds"]["events"].get("is_postponed") for answer in answers[1:]] == [True] * 3
    assert sent > 0
    assert exists(session, old_month)

    reader.commit()
    assert apply(session, "events")["kinds"]["events"]["partitions"] == [old_month.split(".")[1]]
    assert not exists(session, old_month)
    assert receive(session, AT, page("old"))["duplicates"] == 1


def test_a_sender_in_an_open_transaction_delays_the_end_of_a_month_and_loses_nothing(connect, session, old_month, run):
    sender = connect()
    receive(sender, AT, page("m1"))

    assert run(session, "events")["last"]["is_postponed"] is True
    assert receive(sender, AT, page("m2"))["accepted"] == 1
    sender.commit()

    assert run(session, "events")["partitions"] == [old_month.split(".")[1]]
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 2


def test_dropping_a_month_locks_no_observations(connect, session, old_month):
    worker = connect()
    apply(worker, "events")
    apply(worker, "events")

    assert not exists(worker, old_month)
    locks = session.column(
        "SELECT DISTINCT mode FROM pg_locks WHERE pid = %s AND relation = 'tenant_acme.cdp_raw_profiles'::regclass",
        worker.pid,
    )
    assert set(locks) <= {"AccessShareLock", "RowShareLock"}


def test_a_month_is_dropped_once_whoever_asks(connect, session, old_month, in_background):
    workers = [connect(autocommit=True) for _ in range(4)]

    def work(worker):
        dropped = []
        while exists(worker, old_month):
            dropped += apply(worker, "events")["kinds"]["events"].get("partitions", [])
        return dropped

    found = [future.result(60) for future in [in_background(work, worker) for worker in workers]]

    assert [name for names in found for name in names] == [old_month.split(".")[1]]


def test_a_tenant_that_is_being_worked_on_holds_up_no_other(connect, session, keep, globex):
    for tenant in ("acme", "globex"):
        reject(session, 3, tenant)
        keep(session, "rejected_events", 30, tenant=tenant)
    person = connect()
    apply(person, None, "acme")

    answer = apply(session, None, "globex")

    assert answer["kinds"]["rejected_events"]["removed"] == 3
    assert not [kind for kind in answer["kinds"].values() if kind.get("is_busy") or kind.get("is_postponed")]


async def test_a_round_gives_each_tenant_a_step_a_turn_until_nothing_is_left():
    calls = []
    left = {"acme": 3, "globex": 1, "bad": 9}

    class Tenants:
        async def call(self, function, **named):
            if function == "c360.list_tenants":
                return [{"tenant": tenant, "status": "active"} for tenant in left]
            tenant = named["tenant"]
            calls.append(tenant)
            if tenant == "bad":
                raise TryAgain("locked", code="55P03")
            left[tenant] -= 1
            return {"has_more": left[tenant] > 0}

    done = await visit_all(Tenants(), Round("c360.apply_retention", every=1, until_done=True), asyncio.Event())

    assert calls == ["acme", "globex", "bad", "acme", "acme"]
    assert done == 4


async def test_a_worker_removes_what_is_past_by_itself(database, session, keep, old_month, wait_until):
    reject(session, 20)
    keep(session, "rejected_events", 30)
    stop = asyncio.Event()

    async with await Database.connect(database.dsn_as("c360_worker"), application_name="test worker") as db:
        working = asyncio.create_task(run_worker(db, Settings(dsn=database.dsn_as("c360_worker")), stop))
        await asyncio.to_thread(
            wait_until,
            lambda: (
                not exists(session, old_month)
                and not session.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events")
            ),
        )
        stop.set()
        await asyncio.wait_for(working, 10)

    assert receive(session, AT, page("old"))["duplicates"] == 1
