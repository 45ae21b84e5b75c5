"""`c360 up`: gateway, relay and workers in one process, on the given database or on the embedded one.

Each part can also run alone and in any number (`c360 gateway`, `c360 relay`, `c360 worker`): they share nothing but the
database, where all work is claimed. SIGTERM and Ctrl-C stop claiming, finish what is in flight and end with 0.
A part that fails for good ends the process, so that whoever supervises it sees it; a lost connection is no failure, and
neither is a database that is started after its parts. The embedded server is started again when somebody killed it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import uvloop
from prometheus_client import start_http_server
from psycopg.conninfo import conninfo_to_dict

from c360.adapters import tokens
from c360.adapters.database import Database, wait_for_database
from c360.domain.errors import C360Error, EmbeddedPostgresError, OperationsRefused
from c360.embedded import EmbeddedPostgres
from c360.installer.install import install
from c360.installer.sources import load
from c360.installer.status import compare, read_ledgers
from c360.settings import Settings

logger = logging.getLogger(__name__)

Part = Callable[[Database, Settings, asyncio.Event], Awaitable[None]]

# Loaded when started: a process shows the figures of the parts that run in it, and of no others.
PARTS = {
    "gateway": ("c360.gateway.workers", "serve_gateway"),
    "relay": ("c360.relay.service", "run_relay"),
    "worker": ("c360.worker.service", "run_worker"),
    "kafka": ("c360.sinks.kafka", "run_kafka"),
    "firehose": ("c360.sinks.firehose", "run_firehose"),
    "sns": ("c360.sinks.sns", "run_sns"),
    "queue": ("c360.sources.sqs", "run_queue"),
}

# A killed predecessor may take a moment to let go of the data directory.
_TAKE_OVER_SECONDS = 10.0
# How often we look for the embedded server, and how often it may be started again in which time.
_LOOK_EVERY = 1.0
_MOST_RESTARTS, _RESTART_WINDOW = 5, 300.0
_LOOK_FOR_GATEWAY = 0.2
# Bytes of a log file; as many again are kept of what was before.
_LONGEST_LOG = 10 * 1024 * 1024
# Connections of a part; the processes of one gateway share them.
_MOST_CONNECTIONS, _LEAST_CONNECTIONS = 10, 3
# A client of the gateway waits for its answer; the other parts have time.
_ACQUIRE_SECONDS = {"gateway": 5.0}


def run(
    settings: Settings,
    parts: Sequence[str],
    *,
    may_create: bool = False,
    log: Path | None = None,
    announce: Callable[[], None] | None = None,
) -> None:
    """Run the named parts until a signal comes. Blocks. Makes an embedded PostgreSQL only where told so.

    `log` is the file that stderr goes to, which is kept short; `announce` is called when the gateway listens.
    """
    with (
        _ended_by_sigterm(),
        _database(settings, may_create=may_create) as database,
        _metrics(settings),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_run(database, settings, parts, log, announce))


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM before the parts run, or after, leaves as tidily as while they do: no server is left without an owner."""

    def leave(*_: object) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _metrics(settings: Settings) -> Iterator[None]:
    """A port for Prometheus that shows everything, names of tenants included, where only the operator can ask.

    Raises OperationsRefused U9013 when something else listens there.
    """
    if settings.metrics_port is None:
        yield
        return
    try:
        server, thread = start_http_server(settings.metrics_port, settings.metrics_host)
    except OSError as error:
        raise OperationsRefused(
            f"figures cannot be served on {settings.metrics_host}, port {settings.metrics_port}",
            code="U9013",
            detail=error.strerror,
            hint="Give each process a C360_METRICS_PORT of its own (0 takes a free one), or stop what listens there.",
        ) from error
    logger.info("metrics are served", extra={"host": settings.metrics_host, "port": server.server_port})
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class _Serving:
    """The address of a database, and the server where it is our own."""

    dsn: str
    own: EmbeddedPostgres | None = None


@contextlib.contextmanager
def _database(settings: Settings, *, may_create: bool) -> Iterator[_Serving]:
    """An installed database: our own embedded one, or the given one as it is.

    The embedded one is installed and upgraded here. A given one belongs to somebody, who decides when to upgrade.
    """
    if settings.conninfo is not None:
        yield _Serving(database_url(settings.conninfo))
        return
    server = EmbeddedPostgres(settings.data_dir)
    if not may_create:
        server.check_exists()
    server.start(wait=_TAKE_OVER_SECONDS)
    try:
        logger.info("embedded postgresql is up", extra={"data_dir": str(settings.data_dir)})
        install(server.dsn, load())
        yield _Serving(server.dsn, server)
    finally:
        server.stop()


def check_release(conninfo: str) -> None:
    """Raises OperationsRefused when the database has another release; works in every role of the daemon."""
    sources = load()
    with psycopg.connect(tokens.ready(conninfo), application_name="c360 daemon", autocommit=True) as connection:
        try:
            status = compare(read_ledgers(connection), sources)
        except psycopg.errors.InsufficientPrivilege:
            # The role of the gateway sees schema c360_v1 only, which names the last migration.
            row = connection.execute("SELECT c360_v1.schema_version()").fetchone()
            if row is not None and row[0] == sources.migrations[-1].migration:
                return
            missing = (
                f"The database is at {row[0] if row else None}, this release at {sources.migrations[-1].migration}."
            )
        else:
            if status.is_current:
                return
            missing = f"{len(status.pending)} migrations and {len(status.outdated)} other files are missing or differ."
    raise OperationsRefused(
        "the database does not have this release of c360", code="U9007", detail=missing, hint="Run: c360 db upgrade"
    )


def database_url(conninfo: str) -> str:
    """A libpq address in any form as a URL, which is the form every driver takes."""
    known = {name: str(value) for name, value in conninfo_to_dict(conninfo).items() if value is not None}
    parts = {name: quote(known.pop(name, ""), safe="") for name in ("user", "password", "dbname")}
    credentials = parts["user"] + (f":{parts['password']}" if parts["password"] else "")
    # Host and port go into the query, where a socket folder is as good as a name.
    return f"postgresql://{credentials}{'@' if credentials else ''}/{parts['dbname']}?{urlencode(known)}"


async def _run(
    database: _Serving,
    settings: Settings,
    parts: Sequence[str],
    log: Path | None,
    announce: Callable[[], None] | None,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        if settings.conninfo is not None and await wait_for_database(database.dsn, stop):
            await asyncio.to_thread(check_release, settings.conninfo)
        async with asyncio.TaskGroup() as running:
            if database.own is not None:
                running.create_task(_keep_up(database.own, stop), name="embedded postgresql")
            if log is not None:
                running.create_task(_keep_short(log, stop), name="log file")
            if announce is not None:
                running.create_task(_announce(settings, announce, stop), name="announcement")
            for name in parts:
                running.create_task(run_part(name, database.dsn, settings, stop), name=name)
    except BaseExceptionGroup as failed:
        # What we can name is shown with its hint; everything else with its whole story.
        refused: BaseException | None = failed.subgroup(C360Error)
        while isinstance(refused, BaseExceptionGroup):
            refused = refused.exceptions[0]
        if refused is None:
            raise
        raise refused from failed
    logger.info("stopped")


async def _keep_short(log: Path, stop: asyncio.Event) -> None:
    """Moves what a log file holds to a second one when it is long. All writers append, so they go on at its start."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _LOOK_EVERY)
        await asyncio.to_thread(_shorten, log)


def _shorten(log: Path) -> None:
    if not log.exists() or log.stat().st_size <= _LONGEST_LOG:
        return
    older = log.with_name(log.name + ".1")
    shutil.copyfile(log, older)
    older.chmod(0o600)
    os.truncate(log, 0)


async def _announce(settings: Settings, announce: Callable[[], None], stop: asyncio.Event) -> None:
    """Calls it when the gateway takes connections."""
    while not stop.is_set():
        try:
            _, writer = await asyncio.open_connection(settings.gateway_here, settings.gateway_port)
        except OSError:
            await asyncio.sleep(_LOOK_FOR_GATEWAY)
        else:
            writer.close()
            announce()
            return


async def run_part(name: str, dsn: str, settings: Settings, stop: asyncio.Event, part: Part | None = None) -> None:
    """Run one part until somebody says stop, or until it ends by itself: then it says stop to the others."""
    if not await wait_for_database(dsn, stop):
        return
    async with await Database.connect(
        dsn,
        application_name=f"c360 {name}",
        max_size=max(_LEAST_CONNECTIONS, _MOST_CONNECTIONS // (settings.gateway_workers if name == "gateway" else 1)),
        acquire_timeout=_ACQUIRE_SECONDS.get(name),
    ) as db:
        logger.info("started", extra={"part": name})
        if part is None:
            module, function = PARTS[name]
            part = getattr(importlib.import_module(module), function)
        await part(db, settings, stop)
    stop.set()


class Restarts:
    """How often something was started again lately: what ends again and again is not worth another start."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._at: list[float] = []

    @property
    def are_used_up(self) -> bool:
        return len(self._at) >= self._most

    def one_more(self) -> bool:
        """Counts a restart; False, and counts none, when there were too many."""
        now = time.monotonic()
        self._at = [at for at in self._at if at > now - _RESTART_WINDOW]
        if self.are_used_up:
            return False
        self._at.append(now)
        return True


async def _keep_up(server: EmbeddedPostgres, stop: asyncio.Event) -> None:
    """Starts the embedded server again when it is gone.

    Raises EmbeddedPostgresError when it does not start, or ends again and again: then the process ends too.
    """
    restarts = Restarts(_MOST_RESTARTS)
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _LOOK_EVERY)
        if stop.is_set() or await asyncio.to_thread(server.is_running):
            continue
        if not restarts.one_more():
            raise EmbeddedPostgresError(
                "the embedded PostgreSQL ends again and again", code="U9011", hint="Its log says why: postgres/log."
            )
        logger.error("the embedded postgresql is gone and is started again")
        try:
            await asyncio.to_thread(server.restart)
        except EmbeddedPostgresError:
            # What is left of the killed server may stand in the way for a while.
            if await asyncio.to_thread(server.is_running) or restarts.are_used_up:
                raise
        else:
            logger.info("the embedded postgresql is up again")
