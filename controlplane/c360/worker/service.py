"""The loops of a worker, started and stopped together.

Setting `stop` claims nothing new and finishes what is in flight. A crash leaves nothing behind: all work is claimed and
done in one transaction of the database, but runs of jobs, which another worker does again when their lease is over.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket

from c360.adapters.database import Database
from c360.adapters.listener import Listener
from c360.settings import Settings
from c360.worker import syncs
from c360.worker.backlog import keep_counting
from c360.worker.jobs import JobRunner
from c360.worker.lakes import LakeKeeper
from c360.worker.resolver import BELL, Resolver
from c360.worker.rounds import Round, keep_visiting

logger = logging.getLogger(__name__)


async def run_worker(db: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set."""
    rounds = (
        Round("c360.maintain_event_partitions", every=settings.worker_maintenance_seconds),
        Round("c360.apply_retention", every=settings.worker_maintenance_seconds, until_done=True),
        Round("c360.refresh_scores", every=settings.worker_score_seconds),
        Round("c360.refresh_sessions", every=settings.worker_session_seconds, until_done=True),
        Round("c360.refresh_profiles", every=settings.worker_profile_seconds, until_done=True),
        Round("c360.run_activations", every=settings.worker_activation_seconds, until_done=True),
        Round("c360.refresh_reports", every=settings.worker_score_seconds, until_done=True),
    )
    jobs = JobRunner(
        db,
        f"{socket.gethostname()}:{os.getpid()}",
        every=settings.worker_job_seconds,
        lease=settings.worker_job_lease_seconds,
        longest=settings.worker_job_longest_seconds,
    )
    bells = [BELL, syncs.BELL]
    async with Listener(settings.listen_dsn or db.dsn, application_name="c360 worker bell", bells=bells) as listener:
        resolver = Resolver(db, listener, batch=settings.worker_batch_size, poll_seconds=settings.worker_poll_seconds)
        syncer = syncs.Syncer(
            settings.sync_dsn or db.dsn,
            f"{jobs.worker}:{secrets.token_hex(4)}",
            listener,
            every=settings.worker_poll_seconds,
            lease=settings.worker_sync_lease_seconds,
        )
        logger.info("worker started")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(resolver.run(stop), name="c360 resolver")
            for visit in rounds:
                tasks.create_task(keep_visiting(db, visit, stop), name=visit.function)
            tasks.create_task(jobs.run(stop), name="c360 jobs")
            if settings.worker_sync:
                tasks.create_task(syncer.run(stop), name="c360 syncs")
            if settings.worker_lake:
                lakes = LakeKeeper(db, settings.listen_dsn or db.dsn, settings.worker_lake_seconds)
                tasks.create_task(lakes.run(stop), name="c360 lakes")
            if settings.metrics_port is not None:
                tasks.create_task(keep_counting(db, settings.worker_backlog_seconds, stop), name="c360 rejected events")
        logger.info("worker stopped")
