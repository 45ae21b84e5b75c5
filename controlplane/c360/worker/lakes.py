"""Brings the lakes of tenants up to date, one after the other, each once in a while.

Needs what the lake needs (c360[lake]); where that is missing, the lake says so in its status and in `c360 doctor`. The
work is done in a thread over psycopg. Told to stop, it ends after the file it is at; a worker that dies lets go of the
lake, and whoever comes next goes on from what the ledger says.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from c360.domain.errors import C360Error, DatabaseUnreachable, UsageError, from_psycopg
from c360.worker import metrics
from c360.worker.jobs import Calls
from c360.worker.rounds import pause

logger = logging.getLogger(__name__)

# Loaded where there is a lake: pyarrow and DuckDB are large.
_KEEPING, _LEDGER = "c360.lake.keeping", "c360.lake.ledger"
_LOOK_AGAIN = 60.0
_BUSY = "U4462"


class _Stopped(Exception):
    """The worker is to stop."""


@dataclass(frozen=True)
class LakeKeeper:
    """The lakes of one worker. `dsn` leads to PostgreSQL itself: a lake is held by a session; `every`: seconds."""

    db: Calls
    dsn: str
    every: float

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; the file in flight is finished."""
        while not stop.is_set():
            try:
                if await self.round(stop):
                    continue
            except C360Error as error:
                logger.warning("lakes wait for the database", extra={"code": error.code, "error": error.message})
            await pause(min(self.every, _LOOK_AGAIN), stop)

    async def round(self, stop: asyncio.Event) -> bool:
        """Bring the next lake up to date, if there is one; False when there is none."""
        claimed = await self.db.rows("c360.claim_lake", every=timedelta(seconds=self.every))
        if not claimed:
            return False
        tenant = claimed[0]["tenant"]
        ending = threading.Event()
        work = asyncio.create_task(
            asyncio.to_thread(_keep, self.dsn, tenant, ending, compares=claimed[0]["is_first_of_day"])
        )
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            ending.set()
            problem = await work
        except _Stopped:
            return True
        except C360Error as error:
            if isinstance(error, DatabaseUnreachable):
                raise
            problem = None if error.code == _BUSY else f"{error.code}: {_in_one_line(error)}"
        finally:
            stopping.cancel()
            await asyncio.gather(stopping, return_exceptions=True)
        await self.db.call("c360.note_lake_visit", tenant=tenant, problem=problem)
        metrics.LAKES.labels(tenant, "failed" if problem else "done").inc()
        if problem:
            logger.error("lake not up to date", extra={"tenant": tenant, "problem": problem})
        return True


def _keep(dsn: str, tenant: str, ending: threading.Event, *, compares: bool) -> str | None:
    """In a thread: answers what is in the way, None for nothing."""

    def alive() -> None:
        if ending.is_set():
            raise _Stopped

    keeping: Any = importlib.import_module(_KEEPING)
    ledgers: Any = importlib.import_module(_LEDGER)
    try:
        with ledgers.session(dsn) as connection:
            kept = keeping.keep(ledgers.Ledger(connection, tenant), dsn, alive, compares=compares)
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    except (C360Error, _Stopped):
        raise
    except Exception as error:
        # Whatever is wrong with one lake, the others are looked after.
        logger.exception("a lake ended in an error of its own", extra={"tenant": tenant})
        raise UsageError(f"{type(error).__name__}: {error}") from error
    written = sum(outcome.files for outcome in kept.outcomes)
    if written or kept.proof is not None:
        erased = 0 if kept.proof is None else kept.proof["rows_removed"]
        logger.info("lake brought up to date", extra={"tenant": tenant, "files": written, "rows_erased": erased})
    problem: str | None = kept.problem
    return problem


def _in_one_line(error: C360Error) -> str:
    return " ".join(part for part in (error.message, error.hint) if part)
