"""Hears the bells: one LISTEN connection of its own, one asyncio.Event per bell.

A bell is a hint and never the truth. Whoever waits here also wakes on a timer, and after every (re)connect all bells
are rung once, because what was rung meanwhile is lost: scan first, then sleep.

A network path that died gives no error at all, so the connection is probed every ten seconds with a time-out of two.
Behind a pgbouncer in transaction mode LISTEN is silently useless: give the listener a direct address.

The channel of a bell is random in each installation, so that only who may ask for it can ring; and a flood of rings
costs a bounded number of looks for work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

import asyncpg

from c360.adapters import tokens
from c360.adapters.database import DRIVER_ERRORS, driver_url, is_cancelled, server_settings
from c360.domain.errors import DatabaseUnreachable

logger = logging.getLogger(__name__)

_PROBE_EVERY = 10.0
_PROBE_TIMEOUT = 2.0
_RECONNECT_FIRST = 0.1
_RECONNECT_MOST = 5.0
# However often a bell rings, whoever waits for it looks for work at most so often.
_WAKE_EVERY = 0.05


class Listener:
    """Use as an async context manager; `wait` inside."""

    def __init__(self, dsn: str, *, application_name: str, bells: Iterable[str]) -> None:
        self._dsn = driver_url(dsn)
        self._application_name = application_name
        self._bells = {bell: asyncio.Event() for bell in bells}
        self._task: asyncio.Task[None] | None = None
        self._woken_at = dict.fromkeys(self._bells, -_WAKE_EVERY)
        self.is_connected = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="c360 listener")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def bell(self, name: str) -> asyncio.Event:
        """The event of a bell. Clear it before looking for work, not after."""
        return self._bells[name]

    async def wait(self, name: str, timeout: float, *, stop: asyncio.Event | None = None) -> bool:  # noqa: ASYNC109
        """Sleep until the bell rings (True), the time is up, or `stop` is set (False); clears the bell.

        The first ring wakes at once; a flood of them wakes twenty times a second.
        """
        bell = self._bells[name]
        waiting = {asyncio.ensure_future(bell.wait())}
        if stop is not None:
            waiting.add(asyncio.ensure_future(stop.wait()))
        try:
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for future in waiting:
                future.cancel()
        rung = bell.is_set()
        if rung:
            pause = self._woken_at[name] + _WAKE_EVERY - time.monotonic()
            if pause > 0 and not (stop is not None and stop.is_set()):
                await asyncio.sleep(pause)
            self._woken_at[name] = time.monotonic()
        bell.clear()
        return rung

    async def _run(self) -> None:
        delay = _RECONNECT_FIRST
        while not is_cancelled():  # the driver may answer a cancellation with an error of its own
            try:
                connection = await asyncpg.connect(
                    self._dsn,
                    password=tokens.source(self._dsn),
                    timeout=5,
                    server_settings=server_settings(self._application_name),
                )
            except (*DRIVER_ERRORS, DatabaseUnreachable):
                await asyncio.sleep(delay * random.uniform(0.5, 1.5))  # noqa: S311
                delay = min(delay * 2, _RECONNECT_MOST)
                continue
            try:
                await self._hear(connection)
            except DRIVER_ERRORS as error:
                logger.warning("listener lost its connection", extra={"error": type(error).__name__})
            finally:
                if self.is_connected:
                    delay = _RECONNECT_FIRST
                self.is_connected = False
                connection.terminate()
            await asyncio.sleep(delay * random.uniform(0.5, 1.5))  # noqa: S311
            delay = min(delay * 2, _RECONNECT_MOST)

    async def _hear(self, connection: asyncpg.Connection[Any]) -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        for name in self._bells:
            channel = await connection.fetchval("SELECT c360.bell_channel($1)", name)
            await connection.add_listener(channel, self._ring)
        self.is_connected = True
        for bell in self._bells.values():
            bell.set()
        while not lost.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PROBE_EVERY):
                    await lost.wait()
            if not lost.is_set():
                await connection.execute("SELECT 1", timeout=_PROBE_TIMEOUT)

    def _ring(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        bell = self._bells.get(str(payload))
        if bell is not None:
            bell.set()
