"""Run the gateway in this process, or in several that share its address.

Each process has connections to the database, limits and figures of its own; the pace of a key is one for all of them,
and so is what /metrics shows. A process that dies is started again. Those that are left take what comes meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator
from multiprocessing.context import SpawnProcess
from multiprocessing.process import parent_process
from typing import TYPE_CHECKING

import structlog
import uvloop
from prometheus_client.multiprocess import mark_process_dead

from c360 import logs
from c360.daemon import Restarts, run_part
from c360.domain.errors import OperationsRefused
from c360.gateway.metrics import FIGURES_FOLDER
from c360.gateway.pace import Paces
from c360.gateway.server import bound, serve

if TYPE_CHECKING:
    from c360.adapters.database import Database
    from c360.settings import Settings

# Longer than a process takes to answer what is in flight.
_SECONDS_TO_STOP = 30.0
# Of each process, on the average.
_MOST_RESTARTS = 5

log = structlog.get_logger("c360.gateway")


async def serve_gateway(db: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set. Returns after the last answer.

    Raises OperationsRefused: U9013 for a taken port, U9014 when processes end again and again.
    """
    paces = Paces(settings.gateway_requests_per_second)
    if settings.gateway_workers == 1:
        with bound(settings.gateway_host, settings.gateway_port) as listening:
            await serve(db, settings, stop, listening=listening, paces=paces)
        return
    with _reserved(settings) as port, tempfile.TemporaryDirectory(prefix="c360-figures-") as figures:
        crew = _Crew(db.dsn, settings.model_copy(update={"gateway_port": port}), paces, figures)
        async with asyncio.TaskGroup() as running:
            for number in range(1, settings.gateway_workers + 1):
                running.create_task(crew.keep_up(number, stop), name=f"gateway process {number}")


@contextlib.contextmanager
def _reserved(settings: Settings) -> Iterator[int]:
    """The port, which is nobody else's as long as this lasts: only who says so may share it, and we look first."""
    with bound(settings.gateway_host, settings.gateway_port) as free:
        port: int = free.getsockname()[1]
    with bound(settings.gateway_host, port, is_shared=True, listens=False):
        yield port


class _Crew:
    """The processes of one gateway."""

    def __init__(self, dsn: str, settings: Settings, paces: Paces, figures: str) -> None:
        self._dsn = dsn
        self._settings = settings
        self._paces = paces
        self._figures = figures
        self._restarts = Restarts(_MOST_RESTARTS * settings.gateway_workers)

    async def keep_up(self, number: int, stop: asyncio.Event) -> None:
        """Runs one process until somebody says stop, and starts it again when it dies."""
        while not stop.is_set():
            process = self._started(number)
            try:
                if not await _ended(process, stop):
                    return
            finally:
                await asyncio.shield(_stopped(process))
                mark_process_dead(process.pid, self._figures)  # type: ignore[no-untyped-call]
            if not self._restarts.one_more():
                raise OperationsRefused(
                    "the processes of the gateway end again and again", code="U9014", hint="The log says why."
                )
            log.error("a process of the gateway died and is started again", process=number, exitcode=process.exitcode)

    def _started(self, number: int) -> SpawnProcess:
        process = multiprocessing.get_context("spawn").Process(
            target=_run,
            args=(self._dsn, self._settings, self._paces),
            name=f"c360 gateway {number}",
            daemon=True,
        )
        # The library that counts looks for it when it is loaded, so it has to be there before the process is.
        os.environ[FIGURES_FOLDER] = self._figures
        try:
            process.start()
        finally:
            del os.environ[FIGURES_FOLDER]
        return process


async def _ended(process: SpawnProcess, stop: asyncio.Event) -> bool:
    """Waits for the end of a process, True, or for somebody to say stop, False."""
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, end.set)
    waiting = [asyncio.create_task(event.wait()) for event in (end, stop)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        loop.remove_reader(process.sentinel)
        for task in waiting:
            task.cancel()
    return end.is_set()


async def _stopped(process: SpawnProcess) -> None:
    """Lets a process answer what is in flight and end; after a while it ends regardless."""
    process.terminate()
    await asyncio.to_thread(process.join, _SECONDS_TO_STOP)
    if process.is_alive():
        process.kill()
        await asyncio.to_thread(process.join)


def _run(dsn: str, settings: Settings, paces: Paces) -> None:
    """What a process of the gateway does. It ends with the one that started it, even when that was killed."""
    # Ctrl-C reaches all of us: the one that started us says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure(settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(dsn, settings, paces))


async def _serve(dsn: str, settings: Settings, paces: Paces) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    starter = parent_process()
    if starter is not None:
        loop.add_reader(starter.sentinel, stop.set)
    with bound(settings.gateway_host, settings.gateway_port, is_shared=True) as listening:
        await run_part("gateway", dsn, settings, stop, functools.partial(serve, listening=listening, paces=paces))
