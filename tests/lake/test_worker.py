"""The worker looks after lakes: with the rights of its role, whatever one of them is at, and it stops when told to."""

from __future__ import annotations

import asyncio
import contextlib

from c360.adapters.database import Database
from c360.worker.lakes import LakeKeeper
from support.events import page
from support.lakes import lay_out, receive

ALWAYS, ONCE = 0.001, 3600


@contextlib.asynccontextmanager
async def keeper(database, every=ALWAYS):
    """One that asks with the rights of workers."""
    dsn = database.dsn_as("c360_worker")
    async with await Database.connect(dsn, application_name="test worker") as db:
        yield LakeKeeper(db, dsn, every)


def states(session):
    session.rollback()
    return set(session.column("SELECT state FROM tenant_acme.lake_partitions()"))


async def test_months_that_are_over_come_into_the_lake_and_erased_persons_go(database, lake, session):
    async with keeper(database) as lakes:
        assert await lakes.round(asyncio.Event())
        assert states(session) == {"verified"}
        before = lake.data()

        session.call("c360.erase_profile", "acme", "user_id", "u1", "case 17")
        session.commit()
        assert await lakes.round(asyncio.Event())

    assert states(session) == {"verified"}
    ((proof, is_done),) = session.rows("SELECT proof, done_at IS NOT NULL FROM tenant_acme.lake_erasures()")
    assert is_done
    assert proof["found"] == 0
    assert proof["rows_removed"] > 0
    assert lake.data() != before


async def test_a_lake_is_visited_once_in_its_time(database, lake):
    async with keeper(database, every=ONCE) as lakes:
        assert await lakes.round(asyncio.Event())
        assert not await lakes.round(asyncio.Event())


async def test_what_came_late_comes_in_with_the_first_visit_of_a_day(database, lake, session):
    async with keeper(database) as lakes:
        assert await lakes.round(asyncio.Event())
        before = lake.data()
        receive(session, "2024-04-05T00:00:00Z", page("late", userId="u3"))
        session.commit()

        assert await lakes.round(asyncio.Event())
        assert {key for key in lake.data().keys() - before.keys() if "/events/" in key} == set()

        session.execute("UPDATE c360.lakes SET visited_at = visited_at - interval '1 day'")
        session.commit()
        assert await lakes.round(asyncio.Event())

    (late,) = (key for key in lake.data().keys() - before.keys() if "/events/" in key)
    assert "dt=2024-04-05" in late


async def test_what_is_in_the_way_of_one_lake_is_said_and_the_others_are_brought_up_to_date(
    database, lake, session, globex, tmp_path
):
    session.call("c360.set_lake", "acme", f"file://{tmp_path}/blocked/lake")
    (tmp_path / "blocked").write_text("not a folder")
    lay_out(session, globex)
    session.call("c360.set_lake", globex, f"file://{tmp_path}/other")
    session.commit()
    async with keeper(database, every=ONCE) as lakes:
        while await lakes.round(asyncio.Event()):
            pass

    session.rollback()
    assert "blocked" in session.value("SELECT tenant_acme.lake_status() ->> 'problem'")
    found = session.column("SELECT finding FROM c360.doctor() WHERE subject = 'tenant acme' AND finding LIKE '%lake%'")
    assert len(found) == 1
    assert set(session.column(f"SELECT state FROM tenant_{globex}.lake_partitions()")) == {"verified"}


async def test_a_lake_that_somebody_works_on_is_left_to_them(database, lake, session):
    async with keeper(database) as lakes:
        with lake.ledger():
            assert await lakes.round(asyncio.Event())

    assert states(session) == set()
    assert session.value("SELECT tenant_acme.lake_status() ->> 'problem'") is None


async def test_a_worker_that_is_to_stop_lets_go_of_the_lake_and_the_next_one_finishes(database, lake, session):
    stop = asyncio.Event()
    stop.set()
    async with keeper(database) as lakes:
        assert await lakes.round(stop)
        assert states(session) != {"verified"}

        assert await lakes.round(asyncio.Event())

    assert states(session) == {"verified"}


async def test_suspended_tenants_wait(database, lake, session):
    session.call("c360.suspend_tenant", "acme")
    session.commit()
    async with keeper(database) as lakes:
        assert not await lakes.round(asyncio.Event())

    session.call("c360.resume_tenant", "acme")
    receive(session, "2024-04-05T00:00:00Z", page("late", userId="u3"))
    session.commit()
    async with keeper(database) as lakes:
        assert await lakes.round(asyncio.Event())
    assert states(session) == {"verified"}
