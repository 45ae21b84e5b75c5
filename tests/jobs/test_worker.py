"""The jobs of real workers: done when due, written down when they fail, done again when a worker is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import REGISTRY

from c360.adapters.database import Database
from c360.worker.jobs import JobRunner
from support.waiting import wait_until

_ROOT = Path(__file__).resolve().parents[2]


@contextlib.asynccontextmanager
async def runner_on(database, lease=60.0, longest=60.0, worker="w1"):
    async with await Database.connect(database.dsn, application_name="test worker") as db:
        yield JobRunner(db, worker, every=0.05, lease=lease, longest=longest)


async def rounds_until(runner, condition):
    stop = asyncio.Event()
    async with asyncio.timeout(30):
        working = asyncio.create_task(runner.run(stop))
        while not condition():  # noqa: ASYNC110 - the condition is in the database
            await asyncio.sleep(0.02)
        stop.set()
        await working


def ended(session):
    return [
        (run["job"], run["status"], run["attempt"], run["error_code"])
        for run in reversed(session.call_rows("c360.job_history", "acme"))
        if run["status"] != "running"
    ]


def shown(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_a_due_job_is_done_and_planned_again_in_the_zone_of_the_tenant(database, connect, make_due):
    session = connect(autocommit=True)
    session.execute("UPDATE c360.tenants SET time_zone = 'Europe/Berlin' WHERE tenant = 'acme'")
    make_due(session, "refresh_scores")
    session.execute("UPDATE c360.job_states SET time_zone = 'Europe/Berlin'")

    async with runner_on(database) as runner:
        await rounds_until(runner, lambda: ended(session))

    (run,) = session.call_rows("c360.job_history", "acme")
    job = next(job for job in session.call_rows("c360.list_jobs", "acme") if job["job"] == "refresh_scores")
    assert (run["status"], run["cause"], run["step_count"], run["run_by"]) == ("succeeded", "schedule", 1, "w1")
    assert set(run["answer"]) >= {"profiles", "changed"}
    assert job["next_run_at"].astimezone(ZoneInfo("Europe/Berlin")).strftime("%d.%m. %H:%M") == "01.01. 00:00"
    assert shown("c360_job_lateness_seconds", tenant="acme", job="refresh_scores") >= 3600


async def test_work_in_steps_is_one_run(database, connect, make_due):
    session = connect(autocommit=True)
    session.call("c360.set_retention", "acme", "rejected_events", "1 day")
    for _ in range(51):
        session.call("c360.ingest", "acme", {"batch": [{"type": "nonsense"}] * 100}, "web", "2020-01-01T00:00:00Z")
    make_due(session, "apply_retention")

    async with runner_on(database) as runner:
        await rounds_until(runner, lambda: ended(session))

    (run,) = session.call_rows("c360.job_history", "acme")
    assert (run["status"], run["step_count"]) == ("succeeded", 2)
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events") == 0


async def test_a_failure_is_written_down_and_tried_again_at_the_next_time(database, connect, make_due):
    session = connect(autocommit=True)
    before = shown("c360_job_runs_total", tenant="acme", job="old", status="failed")
    make_due(session, "old", kind="apply_retention", arguments={"kind": "no_such_kind"})

    async with runner_on(database) as runner:
        await rounds_until(runner, lambda: ended(session))
        session.call("c360.set_job", "acme", "old", p_arguments={})
        session.execute("UPDATE c360.job_states SET next_run_at = now() WHERE job = 'old'")
        await rounds_until(runner, lambda: len(ended(session)) == 2)

    assert ended(session) == [("old", "failed", 1, "U4430"), ("old", "succeeded", 1, None)]
    assert shown("c360_job_runs_total", tenant="acme", job="old", status="failed") == before + 1


async def test_a_schedule_nobody_can_read_is_noted_and_stops_nothing(database, connect, make_due):
    session = connect(autocommit=True)
    make_due(session, "refresh_scores")
    session.call("c360.set_job", "acme", "strange", "61 * * * *", "refresh_scores")

    async with runner_on(database) as runner:
        await rounds_until(runner, lambda: ended(session))

    jobs = {job["job"]: job for job in session.call_rows("c360.list_jobs", "acme")}
    assert jobs["strange"]["schedule_problem"] == "bad minute"
    assert ended(session) == [("refresh_scores", "succeeded", 1, None)]


def hold_scores(session):
    """Refreshing scores waits until this session ends its transaction."""
    session.execute("SET ROLE c360_owner")
    session.execute("SELECT FROM c360.locks WHERE tenant = 'acme' AND lock = 'scores' FOR UPDATE")


async def test_a_step_that_takes_too_long_is_cancelled_and_fails(database, connect, make_due):
    session, in_the_way = connect(autocommit=True), connect()
    make_due(session, "refresh_scores")
    hold_scores(in_the_way)

    async with runner_on(database, longest=0.3) as runner:
        await rounds_until(runner, lambda: ended(session))

    assert ended(session) == [("refresh_scores", "failed", 1, "57014")]
    wait_until(
        lambda: (
            not session.value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state = 'active' AND query LIKE '%c360.run_job_step%' AND pid <> pg_backend_pid()"
            )
        )
    )


async def test_a_job_that_takes_longer_than_its_lease_stays_with_its_worker(database, connect, make_due):
    session, in_the_way = connect(autocommit=True), connect()
    make_due(session, "refresh_scores")
    hold_scores(in_the_way)

    def is_renewed_often_enough():
        return session.value("SELECT lease_until > claimed_at + interval '2.9 seconds' FROM c360.job_runs")

    async with runner_on(database, lease=1.5) as one, runner_on(database, lease=1.5, worker="w2") as other:
        stop = asyncio.Event()
        beside = asyncio.create_task(other.run(stop))

        def is_done():
            if is_renewed_often_enough():
                in_the_way.rollback()
            return ended(session)

        await rounds_until(one, is_done)
        stop.set()
        await beside

    assert ended(session) == [("refresh_scores", "succeeded", 1, None)]


async def test_a_worker_told_to_stop_gives_back_what_is_left_at_once(database, connect, make_due):
    session = connect(autocommit=True)
    session.call("c360.set_retention", "acme", "rejected_events", "1 day")
    for _ in range(51):
        session.call("c360.ingest", "acme", {"batch": [{"type": "nonsense"}] * 100}, "web", "2020-01-01T00:00:00Z")
    make_due(session, "apply_retention")
    stop = asyncio.Event()

    async with runner_on(database, lease=3600.0) as runner:
        await runner.round(stop)
        stop.set()
        await runner.run(stop)
    left = session.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events")
    async with runner_on(database, lease=3600.0, worker="w2") as runner:
        await rounds_until(runner, lambda: len(ended(session)) == 2)

    assert left == 100
    assert [outcome[1:3] for outcome in ended(session)] == [("lost", 1), ("succeeded", 2)]
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events") == 0


@contextlib.contextmanager
def worker(database, folder):
    """`c360 worker` as a process of its own that gives a lost one four seconds."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(_ROOT / "controlplane"), str(_ROOT / "cli")]),
        "DATABASE_URL": database.dsn,
        "C360_DATA_DIR": str(folder),
        "C360_WORKER_JOB_SECONDS": "0.1",
        "C360_WORKER_JOB_LEASE_SECONDS": "4",
    }
    started = subprocess.Popen([sys.executable, "-m", "c360_cli", "worker"], env=environment)
    try:
        yield started
    finally:
        started.send_signal(signal.SIGKILL)
        started.wait(30)


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_job_is_replaced_by_another(database, connect, make_due, tmp_path):
    session, in_the_way = connect(autocommit=True), connect()
    make_due(session, "refresh_scores")
    # The job waits for this lock, so that its worker is in the middle of it when it is killed.
    hold_scores(in_the_way)

    with worker(database, tmp_path) as first:
        wait_until(
            lambda: session.value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND query LIKE '%run_job_step%'"
            )
        )
        os.kill(first.pid, signal.SIGKILL)
        first.wait(30)
    assert [run["status"] for run in session.call_rows("c360.job_history", "acme")] == ["running"]

    with worker(database, tmp_path):
        in_the_way.rollback()
        wait_until(lambda: len(ended(session)) == 2)

    assert ended(session) == [("refresh_scores", "lost", 1, None), ("refresh_scores", "succeeded", 2, None)]
