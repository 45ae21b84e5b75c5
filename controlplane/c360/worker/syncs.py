"""Brings the schemas of tenants in line with their metadata: waits for changes, claims a tenant, syncs it in pieces.

What is to be done is planned by c360.governance, which is loaded only where syncs may be done, and runs in a thread
over psycopg. Works only where its login may become the owner of schema c360; otherwise it says so once and goes on
looking whether that has changed. While it is at a tenant whose syncs take long, those whose syncs do not have a turn of
their own. A sync that fails is noted with its code and tried again later; other tenants are
served meanwhile. A worker that dies renews its lease no more, and another goes on from what is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import sql

from c360.adapters import tokens
from c360.domain.errors import C360Error, DatabaseRefused, DatabaseUnreachable, from_psycopg
from c360.worker import metrics
from c360.worker.resolver import Bells
from c360.worker.rounds import pause

logger = logging.getLogger(__name__)

BELL = "sync"
SHAPE, QUICK, FINISH = "shape", "quick", "finish"
# With the renderer behind it, which workers that may not sync never load.
_PIECES = "c360.governance.pieces"
_LOOK_AGAIN = 60.0
# Nobody is woken for quick tenants: a bell is for one.
_QUICK_SECONDS = 1.0
# PostgreSQL's own hint would take what somebody built away.
_HINTS = {"2BP01": "Something was built on a view of the tenant: drop it, and create it again after the sync."}
# A statement that makes an index may take hours: somebody who stops the worker does not wait for it.
_STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Syncer:
    """The syncs of one worker. `lease`: seconds after which it counts as dead."""

    dsn: str
    worker: str
    bells: Bells
    every: float
    lease: float
    _open: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; the piece in flight is finished, the making of an index is cut off."""
        await self._until_allowed(stop)
        if stop.is_set():
            return
        # Takes a second, which the first change need not wait for.
        await asyncio.to_thread(importlib.import_module, _PIECES)
        try:
            async with asyncio.TaskGroup() as tasks:
                for kind in (SHAPE, QUICK, FINISH):
                    tasks.create_task(self._keep(kind, stop), name=f"c360 sync: {kind}")
        finally:
            with contextlib.suppress(C360Error):
                await self._call("beat", "SELECT c360._forget_sync_worker(%s)", self.worker)
            for connection in self._open.values():
                connection.close()

    async def _until_allowed(self, stop: asyncio.Event) -> None:
        has_said = False
        while not stop.is_set():
            try:
                if await asyncio.to_thread(_may_become_owner, self.dsn):
                    return
            except C360Error as error:
                logger.warning("syncs wait for the database", extra={"code": error.code, "error": error.message})
                await pause(self.every, stop)
                continue
            if not has_said:
                logger.warning(
                    "tenants are not synced by this worker: its login may not become the owner of schema c360",
                    extra={"remedy": "give C360_SYNC_DSN, or C360_WORKER_SYNC=false to say that this is meant"},
                )
                has_said = True
            await pause(_LOOK_AGAIN, stop)

    async def _keep(self, kind: str, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                if await self.round(kind, stop):
                    continue
            except C360Error as error:
                logger.warning("syncs wait for the database", extra={"code": error.code, "error": error.message})
            if kind == SHAPE:
                await self.bells.wait(BELL, self.every, stop=stop)
            else:
                await pause(min(self.every, _QUICK_SECONDS) if kind == QUICK else self.every, stop)

    async def round(self, kind: str, stop: asyncio.Event) -> bool:
        """Sync the next tenant, if there is one; False when there is none."""
        tenant = await self._call(
            kind, "SELECT c360._claim_sync(%s, %s, %s)", self.worker, kind, timedelta(seconds=self.lease)
        )
        if tenant is None or stop.is_set():
            return False
        heart = asyncio.create_task(self._beat(tenant))
        try:
            await self._sync(kind, tenant, stop)
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)
        return True

    async def _sync(self, kind: str, tenant: str, stop: asyncio.Event) -> None:
        work = asyncio.create_task(asyncio.to_thread(_perform, kind, self._connection(kind), tenant))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({work}, timeout=_STOP_SECONDS)
            if stop.is_set() and kind == FINISH and not work.done():
                await asyncio.to_thread(self._connection(kind).cancel_safe, timeout=_STOP_SECONDS)
            await work
        except C360Error as error:
            await self._failed(kind, tenant, error, is_stopped=stop.is_set() and error.code == "57014")
        else:
            metrics.SYNCS.labels(tenant, _piece(kind), "done").inc()
            logger.info("tenant synced", extra={"tenant": tenant, "piece": _piece(kind)})
        finally:
            stopping.cancel()
            await asyncio.gather(stopping, return_exceptions=True)

    async def _failed(self, kind: str, tenant: str, error: C360Error, *, is_stopped: bool) -> None:
        if isinstance(error, DatabaseUnreachable):
            raise error
        if is_stopped:
            await self._renew(tenant, 0)
            return
        metrics.SYNCS.labels(tenant, _piece(kind), "failed").inc()
        logger.error(
            "tenant not synced",
            extra={"tenant": tenant, "piece": _piece(kind), "code": error.code, "error": error.message},
        )
        hint = _HINTS.get(error.code, error.hint)
        await self._call("beat", "SELECT c360._fail_sync(%s, %s, %s, %s)", self.worker, tenant, error.code, hint)

    async def _beat(self, tenant: str) -> None:
        """Renew the lease again and again, until cancelled."""
        while True:
            await asyncio.sleep(min(self.lease / 3, 5.0))
            try:
                await self._renew(tenant, self.lease)
            except C360Error as error:
                logger.warning("sync not renewed", extra={"tenant": tenant, "code": error.code})

    async def _renew(self, tenant: str, seconds: float) -> None:
        lease = timedelta(seconds=seconds)
        await self._call("beat", "SELECT c360._renew_sync(%s, %s, %s)", self.worker, tenant, lease)

    async def _call(self, name: str, query: str, *values: object) -> Any:
        def ask() -> Any:
            try:
                row = self._connection(name).execute(query.encode(), values).fetchone()
            except psycopg.Error as error:
                raise from_psycopg(error) from error
            return row[0] if row else None

        return await asyncio.to_thread(ask)

    def _connection(self, name: str) -> psycopg.Connection[Any]:
        """A connection of the thread that asks, as the owner; made anew when it was lost."""
        known = self._open.get(name)
        if known is None or known.closed:
            try:
                known = self._open[name] = _connect(self.dsn, name)
            except psycopg.Error as error:
                raise from_psycopg(error) from error
        return known


def _piece(kind: str) -> str:
    return FINISH if kind == FINISH else SHAPE


def _perform(kind: str, connection: psycopg.Connection[Any], tenant: str) -> None:
    pieces = importlib.import_module(_PIECES)
    try:
        (pieces.finish_tenant if kind == FINISH else pieces.shape_tenant)(connection, tenant)
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    except C360Error:
        raise
    except Exception as error:
        # Whatever is wrong with one tenant, the others are served.
        logger.exception("a sync ended in an error of its own", extra={"tenant": tenant})
        raise DatabaseRefused(f"the sync failed: {type(error).__name__}", code="XX000") from error


def _connect(dsn: str, name: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(
        tokens.ready(dsn), autocommit=True, application_name=f"c360 sync {name}", connect_timeout=5
    )
    owner = connection.execute("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'c360'").fetchone()
    if owner is not None:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.SQL(owner[0])))  # regrole quotes it
    return connection


def _may_become_owner(dsn: str) -> bool:
    try:
        with psycopg.connect(
            tokens.ready(dsn), autocommit=True, application_name="c360 sync", connect_timeout=5
        ) as connection:
            row = connection.execute(
                "SELECT pg_has_role(nspowner, 'SET') FROM pg_namespace WHERE nspname = 'c360'"
            ).fetchone()
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    return bool(row and row[0])
