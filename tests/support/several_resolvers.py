"""Sessions that resolve one tenant at the same time, and a way to end one in the middle of its work."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg

from support.session import Session
from support.waiting import DEADLINE, wait_until

ENDED = {None, "57P01"}
QUEUED = "SELECT count(*) FROM tenant_acme.cdp_resolution_queue"
STOPPED = "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND %s = ANY (pg_blocking_pids(pid))"


class Resolvers:
    """One thread and session a batch size; each calls the resolver again and again until nothing is left to come.

    A session that is ended is replaced by a new one, like a daemon that starts again; every other error is raised.
    """

    def __init__(self, dsn: str, batch_sizes: list[int]) -> None:
        self._dsn, self._batch_sizes = dsn, batch_sizes
        self._nothing_comes = threading.Event()
        self._working: list[Future[None]] = []
        self._pids: dict[int, int] = {}
        self.deaths = 0

    def __enter__(self) -> Resolvers:
        self._pool = ThreadPoolExecutor(max_workers=len(self._batch_sizes))
        places = range(len(self._batch_sizes))
        self._working = [self._pool.submit(self._work, place, self._connect(place)) for place in places]
        return self

    def __exit__(self, *_: object) -> None:
        """Let them finish what is queued."""
        self._nothing_comes.set()
        self._pool.shutdown()
        for resolver in self._working:
            resolver.result()

    def _connect(self, place: int) -> psycopg.Connection:
        connection = psycopg.connect(self._dsn, autocommit=True, application_name="resolver")
        self._pids[place] = connection.info.backend_pid
        return connection

    def _work(self, place: int, connection: psycopg.Connection) -> None:
        while True:
            try:
                with connection:
                    self._resolve(Session(connection), self._batch_sizes[place])
                    return
            except psycopg.OperationalError as error:
                if error.sqlstate not in ENDED:
                    raise
                self.deaths += 1
                connection = self._connect(place)

    def _resolve(self, session: Session, batch_size: int) -> None:
        deadline = time.monotonic() + 2 * DEADLINE
        while time.monotonic() < deadline:
            is_last = self._nothing_comes.is_set()
            answer = session.call("c360.resolve_identities", "acme", batch_size)
            if is_last and not answer["remaining"]:
                return
        raise AssertionError(f"still something left: {answer}")

    def pid(self, place: int) -> int:
        """The session of one of them, as it is at this moment."""
        return self._pids[place % len(self._batch_sizes)]

    def check(self) -> None:
        """Raise what one of them met."""
        for resolver in self._working:
            if resolver.done():
                resolver.result()


class Killer:
    """Ends sessions of resolvers."""

    def __init__(self, admin: psycopg.Connection) -> None:
        self._admin = admin

    @contextlib.contextmanager
    def at(self, table: str, resolvers: Resolvers) -> Iterator[None]:
        """What is queued inside is not resolved: who writes to that table is stopped there, and ended.

        Where the work does not touch the table, it is done and nobody is ended.
        """
        with self._admin.transaction():
            self._admin.execute(f"LOCK TABLE {table} IN SHARE MODE")
            yield
            wait_until(lambda: self._stopped(resolvers) or not self._admin.execute(QUEUED).fetchone()[0])
            for (pid,) in self._stopped(resolvers):
                self._end(pid)

    def _stopped(self, resolvers: Resolvers) -> list[Any]:
        resolvers.check()
        return self._admin.execute(STOPPED, [self._admin.info.backend_pid]).fetchall()

    def after(self, milliseconds: float, pid: int) -> None:
        """End a session a moment later, wherever it is by then; it may be gone already."""
        threading.Event().wait(milliseconds / 1000)
        self._end(pid)

    def _end(self, pid: int) -> None:
        self._admin.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
