"""The one door of the daemons to PostgreSQL: calls functions by name, hears bells.

    db = await Database.connect(dsn, application_name="c360 relay")
    settled = await db.call("c360.settle", relay=name)          one value
    claimed = await db.rows("c360.claim", relay=name, count=50)  rows

Holds no SQL of its own beyond `SELECT function(...)`, refuses functions outside the fixed set of functions.py, and
gives every error of PostgreSQL as a class of domain/errors.py with the original as its cause.

A call is one transaction. `DatabaseUnreachable` leaves open whether it was committed: functions are written so that a
repeat is harmless, and the callers repeat. Broken connections are replaced by the pool at the next call.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import asyncpg
import orjson
import psycopg
from psycopg.conninfo import conninfo_to_dict

from c360.adapters import tokens
from c360.adapters.functions import FUNCTIONS
from c360.domain.errors import C360Error, DatabaseRefused, DatabaseUnreachable, UsageError, class_for

logger = logging.getLogger(__name__)

_KEEPALIVES = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
_DRIVER_PARAMETERS = frozenset(
    ("host", "port", "dbname", "user", "password", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey", "options")
)
# The internal one comes when a statement meets a connection whose end was announced but has not arrived yet.
DRIVER_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
# A daemon that is cut off inside a transaction must not hold its locks for long.
_IDLE_IN_TRANSACTION = "10s"
_KNOCK_SECONDS = 5.0
# Between two knocks at a database that is not there yet.
_WAIT_FIRST, _WAIT_MOST = 0.2, 5.0


Greeter = Callable[[Callable[..., Awaitable[Any]]], Awaitable[None]]


class Database:
    """A pool of connections behind `call` and `rows`."""

    def __init__(
        self,
        pool: asyncpg.Pool[asyncpg.Record],
        dsn: str,
        size: int,
        greeters: list[Greeter],
        acquire_timeout: float | None = None,
    ) -> None:
        self._pool = pool
        self._acquire_timeout = acquire_timeout
        self.dsn = dsn
        self.size = size
        self._greeters = greeters
        self._statements: dict[tuple[str, int, tuple[str, ...], bool], str] = {}

    @classmethod
    async def connect(
        cls,
        dsn: str,
        *,
        application_name: str,
        min_size: int = 1,
        max_size: int = 10,
        command_timeout: float = 30.0,
        statement_cache_size: int = 100,
        lock_timeout: str = "5s",
        acquire_timeout: float | None = None,
    ) -> Self:
        """Open the pool. `statement_cache_size=0` is for a pgbouncer in transaction mode.

        A call that gets no connection within `acquire_timeout` seconds fails with DatabaseUnreachable.

        `lock_timeout` bounds what a transaction that somebody leaves open can cost: the call fails with TryAgain.
        """
        dsn = driver_url(dsn)
        greeters: list[Greeter] = []

        async def prepare(connection: Any) -> None:
            await _prepare(connection)
            for greeter in greeters:
                await greeter(connection.fetchval)

        try:
            pool = await asyncpg.create_pool(
                dsn,
                password=tokens.source(dsn),
                min_size=min_size,
                max_size=max_size,
                command_timeout=command_timeout,
                statement_cache_size=statement_cache_size,
                init=prepare,
                reset=_leave_as_is,
                server_settings={**server_settings(application_name), "lock_timeout": lock_timeout},
            )
        except DRIVER_ERRORS as error:
            raise translated(error) from error
        return cls(pool, dsn, max_size, greeters, acquire_timeout)

    def greet_with(self, function: str, answered: Callable[[Any], None], values: Callable[[], dict[str, Any]]) -> None:
        """From now on every new connection calls this function before anything else, and `answered` gets the answer.

        What it refuses is raised by the call that needed the connection, and the connection is not used.
        """

        async def greet(fetchval: Callable[..., Awaitable[Any]]) -> None:
            named = values()
            answered(await fetchval(self._statement(function, 0, tuple(named), rows=False), *named.values()))

        self._greeters.append(greet)

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any:
        """Call a function and give its one value. Parameters are named without their p_."""
        statement = self._statement(function, len(arguments), tuple(named), rows=False)
        try:
            async with self._pool.acquire(timeout=self._acquire_timeout) as connection:
                return await connection.fetchval(statement, *arguments, *named.values())
        except DRIVER_ERRORS as error:
            raise _failure(error) from error

    async def call_long(self, function: str, seconds: float, **named: Any) -> Any:
        """Call a function that may take longer than others: so many seconds, then it is cancelled (57014)."""
        statement = self._statement(function, 0, tuple(named), rows=False)
        try:
            async with self._pool.acquire(timeout=self._acquire_timeout) as connection:
                return await connection.fetchval(statement, *named.values(), timeout=seconds)
        except TimeoutError as error:
            raise DatabaseRefused(
                f"{function} took longer than {seconds:g} seconds and was cancelled", code="57014"
            ) from error
        except DRIVER_ERRORS as error:
            raise _failure(error) from error

    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[asyncpg.Record]:
        """Call a function that returns rows."""
        statement = self._statement(function, len(arguments), tuple(named), rows=True)
        try:
            async with self._pool.acquire(timeout=self._acquire_timeout) as connection:
                return await connection.fetch(statement, *arguments, *named.values())
        except DRIVER_ERRORS as error:
            raise _failure(error) from error

    async def distrust(self) -> None:
        """Replace every connection before it is used again: this process slept, and the server may have given up."""
        await self._pool.expire_connections()

    async def close(self) -> None:
        """Wait for running calls, then close; after five seconds close regardless."""
        try:
            async with asyncio.timeout(5):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _statement(self, function: str, positional: int, named: tuple[str, ...], *, rows: bool) -> str:
        key = (function, positional, named, rows)
        if key not in self._statements:
            if function not in FUNCTIONS:
                raise ValueError(f"{function} is not among the functions a daemon may call")
            if not all(name.isidentifier() for name in named):
                raise ValueError(f"not a parameter name among {named}")
            holes = [f"${number}" for number in range(1, positional + 1)]
            holes += [f"p_{name} => ${number}" for number, name in enumerate(named, start=positional + 1)]
            head = "SELECT * FROM" if rows else "SELECT"
            self._statements[key] = f"{head} {function}({', '.join(holes)})"
        return self._statements[key]


async def wait_for_database(dsn: str, stop: asyncio.Event) -> bool:
    """Wait until the server takes connections; False when somebody says stop before.

    A server that is not there, is starting or has no connection left is waited for. One that refuses us is not: no
    waiting makes a wrong password right.
    """
    delay = _WAIT_FIRST
    while not stop.is_set():
        try:
            await _knock(dsn)
        except C360Error as error:
            if not (isinstance(error, DatabaseUnreachable) or error.code.startswith("53")):
                raise
            logger.warning("waiting for the database", extra={"code": error.code, "error": error.message})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), delay)
            delay = min(delay * 2, _WAIT_MOST)
        else:
            return True
    return False


async def _knock(dsn: str) -> None:
    """Connect and hang up, to see whether the server takes connections. Raises what `translated` makes of a refusal."""
    try:
        connection = await asyncpg.connect(driver_url(dsn), password=tokens.source(dsn), timeout=_KNOCK_SECONDS)
        await connection.close(timeout=_KNOCK_SECONDS)
    except DRIVER_ERRORS as error:
        raise translated(error) from error


def _failure(error: BaseException) -> BaseException:
    """What a call raises for an error of the driver.

    Who cancels a task that is just closing a refused connection gets the refusal from the driver: the cancellation
    would be lost, and a task that tries again and again would never end.
    """
    if is_cancelled():
        return asyncio.CancelledError()
    return translated(error)


def is_cancelled() -> bool:
    """True when somebody has cancelled the present task, whatever came of it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def translated(error: BaseException) -> C360Error:
    """The class of the error tree for an error of the driver."""
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or "XX000"
        if not state.startswith(("08", "57P")):
            return class_for(state, error.message or "")(
                error.message or str(error), code=state, detail=error.detail, hint=error.hint
            )
        return _unreachable(state, str(error))
    return _unreachable("08000", str(error) or type(error).__name__)


def _unreachable(code: str, message: str) -> DatabaseUnreachable:
    return DatabaseUnreachable(
        message or "the connection to PostgreSQL broke",
        code=code,
        hint="Check the address with --dsn or DATABASE_URL, and that the server is running.",
    )


def driver_url(dsn: str) -> str:
    """An address as the driver takes it: keywords become a URL, what only libpq knows is left out."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError as error:
        raise UsageError(f"the address of the database is not understood: {error}") from error
    known = {name: str(value) for name, value in parts.items() if name in _DRIVER_PARAMETERS and value is not None}
    return f"postgresql://?{urlencode(known)}" if known else ""


def server_settings(application_name: str) -> dict[str, str]:
    """What every session of a daemon sets: its name, and that a dead peer is noticed."""
    return {
        "application_name": application_name,
        "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION,
        **_KEEPALIVES,
    }


async def _prepare(connection: Any) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, schema="pg_catalog", encoder=_encode_json, decoder=orjson.loads, format="text"
        )


async def _leave_as_is(_connection: Any) -> None:
    """A call is one transaction and leaves nothing in its session: a reset would be a round trip for nothing."""


def _encode_json(value: Any) -> str:
    """Bytes are JSON already and pass as they are; everything else is encoded."""
    return value.decode() if isinstance(value, bytes) else orjson.dumps(value).decode()
