"""The worker on a real database: resolves what comes, keeps on when one tenant fails, stops when told to."""

import asyncio
import contextlib

import pytest

from c360.adapters.database import Database
from c360.domain.errors import TryAgain
from c360.settings import Settings
from c360.worker import run_worker
from c360.worker.resolver import Resolver
from c360.worker.rounds import Round, visit_all
from support.events import ingest, page
from support.observations import master_of, observe


class Silence:
    """A listener that never hears anything and does not wait."""

    async def wait(self, _name, _timeout, **_):
        await asyncio.sleep(0)
        return False


@contextlib.asynccontextmanager
async def opened(database):
    async with await Database.connect(database.dsn, application_name="test worker") as db:
        yield db


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the condition is in the database
            await asyncio.sleep(0.02)


async def claimed(resolver):
    async with asyncio.timeout(20):
        while not await resolver.round(asyncio.Event()):
            pass


async def test_a_worker_resolves_what_arrives_while_it_sleeps_and_stops_when_told(database, connect):
    person = connect(autocommit=True)
    stop = asyncio.Event()
    settings = Settings(dsn=database.dsn, worker_poll_seconds=0.1)
    async with opened(database) as db:
        working = asyncio.create_task(run_worker(db, settings, stop))
        await until(lambda: person.value("SELECT is_awaited FROM c360.bells WHERE bell = 'resolver'"))

        raw = observe(person, user_id="u1")
        await until(lambda: master_of(person, raw))
        stop.set()
        await asyncio.wait_for(working, 10)

    assert not person.value("SELECT is_awaited FROM c360.bells WHERE bell = 'resolver'")


async def test_a_worker_works_out_visits_of_what_arrives(database, connect):
    person = connect(autocommit=True)
    stop = asyncio.Event()
    settings = Settings(dsn=database.dsn, worker_poll_seconds=0.1, worker_session_seconds=0.1)
    async with opened(database) as db:
        working = asyncio.create_task(run_worker(db, settings, stop))

        ingest(person, page("m1"))
        await until(lambda: person.value("SELECT count(*) FROM tenant_acme.cdp_sessions") == 1)
        stop.set()
        await asyncio.wait_for(working, 10)


async def test_a_worker_works_out_what_follows_from_golden_records(database, connect):
    person = connect(autocommit=True)
    stop = asyncio.Event()
    settings = Settings(dsn=database.dsn, worker_poll_seconds=0.1, worker_profile_seconds=0.1)
    async with opened(database) as db:
        working = asyncio.create_task(run_worker(db, settings, stop))

        ingest(person, page("m1"))
        await until(lambda: person.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles") == 1)
        await until(lambda: person.value("SELECT count(*) FROM tenant_acme.cdp_touched_profiles") == 0)
        stop.set()
        await asyncio.wait_for(working, 10)


async def test_a_worker_decides_whom_rules_of_activation_contact(database, connect):
    person = connect(autocommit=True)
    person.call("c360.set_consent_purpose", "acme", "service", {"basis": "contract", "allows_by_default": True})
    rule = {"when": {"event": "page"}, "channel": "agent", "purpose": "service"}
    person.call("c360.set_activation_rule", "acme", "seen", rule)
    stop = asyncio.Event()
    settings = Settings(
        dsn=database.dsn, worker_poll_seconds=0.1, worker_profile_seconds=0.1, worker_activation_seconds=0.1
    )
    async with opened(database) as db:
        working = asyncio.create_task(run_worker(db, settings, stop))

        ingest(person, page("m1"))
        await until(lambda: person.value("SELECT count(*) FROM tenant_acme.cdp_activations WHERE is_requested") == 1)
        stop.set()
        await asyncio.wait_for(working, 10)


async def test_a_row_that_fails_is_parked_and_the_worker_goes_on_at_full_pace(database, connect):
    person = connect(autocommit=True)
    poison, good = observe(person, user_id="u1"), observe(person, user_id="u2")
    # Something no check foresees: resolving this observation raises.
    person.execute(
        f"ALTER TABLE tenant_acme.cdp_profile_links ADD CONSTRAINT refuse CHECK (raw_profile_id <> {poison}) NOT VALID"
    )
    async with opened(database) as db:
        resolver = Resolver(db, Silence(), batch=4)
        await claimed(resolver)
        later = observe(person, user_id="u3")
        await claimed(resolver)

    assert master_of(person, good) is not None
    assert master_of(person, later) is not None
    assert person.column("SELECT raw_profile_id FROM tenant_acme.cdp_resolution_failures") == [poison]
    assert person.column("SELECT raw_profile_id FROM tenant_acme.cdp_resolution_queue") == []


async def test_a_tenant_that_fails_waits_and_the_others_do_not():
    calls = []

    class Tenants:
        async def rows(self, _function):
            return [{"tenant": "bad"}, {"tenant": "good"}]

        async def call(self, _function, **named):
            calls.append((named["tenant"], named["batch_size"]))
            if named["tenant"] == "bad":
                raise TryAgain("deadlock", code="40P01")
            return {"claimed": 1, "created": 1, "updated": 0, "merged": 0, "split": 0}

    now = 0.0
    resolver = Resolver(Tenants(), Silence(), batch=1000, clock=lambda: now)
    await resolver.round(asyncio.Event())
    await resolver.round(asyncio.Event())
    now = 1.0
    await resolver.round(asyncio.Event())

    assert calls == [("bad", 1000), ("good", 1000), ("good", 1000), ("bad", 250), ("good", 1000)]


async def test_a_backlog_is_taken_in_larger_batches_while_they_are_quick():
    calls = []
    waiting, now, pace = 100_000, 0.0, 0.0001

    class Backlog:
        async def rows(self, _function):
            return [{"tenant": "acme"}]

        async def call(self, _function, **named):
            nonlocal waiting, now
            calls.append(named["batch_size"])
            claimed = min(waiting, named["batch_size"])
            waiting -= claimed
            now += claimed * pace
            return {"claimed": claimed, "created": claimed, "updated": 0, "merged": 0, "split": 0}

    resolver = Resolver(Backlog(), Silence(), batch=2000, clock=lambda: now)
    while waiting:
        await resolver.round(asyncio.Event())
    assert calls == [2000, 4000, 8000, 16000, 32000, 32000, 32000]

    waiting, pace = 64_000, 0.001
    for _ in range(4):
        await resolver.round(asyncio.Event())
    assert calls[7:] == [2000, 4000, 4000, 4000]


async def test_a_long_batch_of_one_tenant_does_not_make_another_tenant_wait(database, connect, globex):
    person, obstacle = connect(autocommit=True), connect()
    slow, quick = observe(person, user_id="u1"), observe(person, user_id="u2", tenant="globex")
    stop = asyncio.Event()
    settings = Settings(dsn=database.dsn, worker_poll_seconds=0.1)
    obstacle.execute("LOCK TABLE tenant_acme.cdp_profile_links IN EXCLUSIVE MODE")
    async with opened(database) as db:
        working = asyncio.create_task(run_worker(db, settings, stop))
        await until(lambda: master_of(person, quick, tenant="globex"))
        later = observe(person, user_id="u3", tenant="globex")
        await until(lambda: master_of(person, later, tenant="globex"))
        assert master_of(person, slow) is None

        stop.set()
        obstacle.rollback()
        await asyncio.wait_for(working, 10)

    assert master_of(person, slow) is not None


async def test_the_tenant_that_waited_longest_is_next():
    calls = []

    class Crowd:
        async def rows(self, _function):
            return [{"tenant": name} for name in ("a", "b", "c", "d", "e", "f")]

        async def call(self, _function, **named):
            calls.append(named["tenant"])
            return {"claimed": 1, "created": 1, "updated": 0, "merged": 0, "split": 0}

    resolver = Resolver(Crowd(), Silence(), batch=10)
    for _ in range(3):
        await resolver.round(asyncio.Event())
    assert calls == list("abcdefabcdef")


@pytest.mark.parametrize(
    "function",
    ["c360.maintain_event_partitions", "c360.refresh_scores", "c360.refresh_sessions", "c360.refresh_profiles"],
)
async def test_a_round_visits_every_active_tenant(database, function):
    async with opened(database) as db:
        assert await visit_all(db, Round(function, every=1), asyncio.Event()) == 1
