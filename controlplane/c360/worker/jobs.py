"""Runs the jobs of the tenants: works out when each is due next, takes what is due, does it step by step.

Who runs what is decided in SQL; here are the clock of cron and the heartbeat of a run, and nothing about what a job
does. A job that fails is written down with its code and done again at its next time. A worker that dies renews nothing
more, and another does its runs again. Told to stop, a worker finishes the step it is at and gives back what is left.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol

from c360.domain.errors import C360Error, DatabaseUnreachable
from c360.domain.schedules import ScheduleProblem, next_time
from c360.worker import metrics
from c360.worker.rounds import pause

logger = logging.getLogger(__name__)

_AT_ONCE = 2
_OVER = "U4443"


class Calls(Protocol):
    """What running jobs needs of the database."""

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any: ...

    async def call_long(self, function: str, seconds: float, **named: Any) -> Any: ...

    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]: ...


@dataclass(frozen=True)
class JobRunner:
    """The jobs of one worker. `lease`: seconds after which it counts as dead; `longest`: seconds a step may take."""

    db: Calls
    worker: str
    every: float
    lease: float
    longest: float
    _running: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; the steps in flight are finished."""
        try:
            while not stop.is_set():
                try:
                    await self.round(stop)
                except C360Error as error:
                    logger.warning("jobs wait for the database", extra={"code": error.code, "error": error.message})
                await self._rest(stop)
        finally:
            await asyncio.gather(*self._running.values())

    async def round(self, stop: asyncio.Event) -> None:
        """Work out missing times, then begin what is due, as far as there is room."""
        for number in [number for number, task in self._running.items() if task.done()]:
            self._running.pop(number).result()
        await self._plan_all()
        if (room := _AT_ONCE - len(self._running)) < 1 or stop.is_set():
            return
        claimed = await self.db.rows(
            "c360.claim_jobs", worker=self.worker, limit=room, lease=timedelta(seconds=self.lease)
        )
        for run in claimed:
            task = asyncio.create_task(self._perform(run, stop), name=f"c360 job {run['job']} of {run['tenant']}")
            self._running[run["job_run_id"]] = task

    async def _plan_all(self) -> None:
        for job in await self.db.rows("c360.jobs_to_plan"):
            await self._plan(job)

    async def _plan(self, job: Any) -> None:
        due, problem = _due(job["schedule"], job["time_zone"], job["after"])
        try:
            await self.db.call(
                "c360.plan_job",
                tenant=job["tenant"],
                job=job["job"],
                schedule=job["schedule"],
                time_zone=job["time_zone"],
                next_run_at=due,
                problem=problem,
            )
        except DatabaseUnreachable:
            raise
        except C360Error as error:
            # Somebody runs it just now, or the tenant is being dropped: the next round looks again.
            logger.info("job not planned", extra={"tenant": job["tenant"], "job": job["job"], "code": error.code})
        if problem is not None:
            logger.warning(
                "schedule of a job cannot be read",
                extra={"tenant": job["tenant"], "job": job["job"], "problem": problem},
            )

    async def _perform(self, run: Any, stop: asyncio.Event) -> None:
        """One run from its claim to its end; never raises what the database says about it."""
        told = {"tenant": run["tenant"], "job": run["job"], "run": run["job_run_id"]}
        metrics.JOB_LATENESS.labels(run["tenant"], run["job"]).set(run["late_seconds"])
        started = monotonic()
        try:
            await self._plan(run)
            if not await self._renew(run, self.lease):
                return
            heart = asyncio.create_task(self._beat(run))
            try:
                is_done = await self._steps(run, stop)
            finally:
                heart.cancel()
                await asyncio.gather(heart, return_exceptions=True)
        except C360Error as error:
            # Nobody knows how far it came: when the lease is over, it is done again.
            logger.warning("job cut off from the database", extra={**told, "code": error.code, "error": error.message})
        else:
            if is_done:
                metrics.JOB_RUNS.labels(run["tenant"], run["job"], "succeeded").inc()
                logger.info("job done", extra={**told, "seconds": round(monotonic() - started, 3)})

    async def _steps(self, run: Any, stop: asyncio.Event) -> bool:
        """All steps of a run; False when it failed, or was given back because this worker is to stop."""
        count = 0
        while True:
            try:
                answer = await self.db.call_long("c360.run_job_step", self.longest, job_run_id=run["job_run_id"])
            except DatabaseUnreachable:
                raise
            except C360Error as error:
                await self._failed(run, error, count)
                return False
            count += 1
            if not (isinstance(answer, dict) and answer.get("has_more")):
                await self.db.call("c360.finish_job_run", job_run_id=run["job_run_id"], step_count=count, answer=answer)
                return True
            if stop.is_set():
                await self._renew(run, 0)
                return False

    async def _failed(self, run: Any, error: C360Error, step_count: int) -> None:
        metrics.JOB_RUNS.labels(run["tenant"], run["job"], "failed").inc()
        logger.error(
            "job failed",
            extra={"tenant": run["tenant"], "job": run["job"], "code": error.code, "error": error.message},
        )
        if error.code != _OVER:
            await self.db.call(
                "c360.finish_job_run",
                job_run_id=run["job_run_id"],
                step_count=step_count,
                answer=None,
                error_code=error.code,
                error_hint=error.hint,
            )

    async def _beat(self, run: Any) -> None:
        """Renew the lease again and again, until cancelled."""
        while True:
            await asyncio.sleep(self.lease / 3)
            try:
                await self._renew(run, self.lease)
            except C360Error as error:
                logger.warning("job not renewed", extra={"run": run["job_run_id"], "code": error.code})

    async def _renew(self, run: Any, seconds: float) -> bool:
        is_ours: bool = await self.db.call(
            "c360.renew_job_run", job_run_id=run["job_run_id"], lease=timedelta(seconds=seconds)
        )
        return is_ours

    async def _rest(self, stop: asyncio.Event) -> None:
        """Until the time is up, a run is done, or `stop` is set."""
        resting = asyncio.create_task(pause(self.every, stop))
        await asyncio.wait({resting, *self._running.values()}, return_when=asyncio.FIRST_COMPLETED)
        resting.cancel()
        await asyncio.gather(resting, return_exceptions=True)


def _due(schedule: str, time_zone: str, after: datetime) -> tuple[datetime | None, str | None]:
    try:
        return next_time(schedule, time_zone, after), None
    except ScheduleProblem as problem:
        return None, str(problem)
