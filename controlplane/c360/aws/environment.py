"""What one environment of Lambda keeps between its invocations: an event loop, and the door to the database.

Between two of them the function is frozen, and PostgreSQL hears nothing of it: after seconds it takes the connection
for dead. So one that has slept is replaced and not trusted. No connection is made while the function is loaded: what
is loaded may be copied.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator

from c360.adapters.database import Database
from c360.daemon import database_url
from c360.domain.errors import UsageError
from c360.settings import Settings

# The server takes a silent peer for dead after 25 seconds.
_TRUSTED_SECONDS = 15.0
# One request at a time; a second connection where the first one is broken.
_CONNECTIONS = 2
# Less than API Gateway waits, more than an Aurora takes to wake up.
_ACQUIRE_SECONDS = 20.0


class Environment:
    """One environment. `settings` have to name a database."""

    def __init__(self, settings: Settings, name: str, *, clock: Callable[[], float] = time.time) -> None:
        if settings.conninfo is None:
            raise UsageError("the function has no database", hint="Set C360_DSN in its environment.")
        self.settings = settings
        self.loop = asyncio.new_event_loop()
        self._dsn = database_url(settings.conninfo)
        self._name = name
        self._clock = clock
        self._db: Database | None = None
        self._used_at = 0.0

    @contextlib.contextmanager
    def awake(self) -> Iterator[Database]:
        """The door, for one invocation."""
        asyncio.set_event_loop(self.loop)
        if self._db is None:
            # Without connections: one that cannot be had is the business of the request that needs it.
            self._db = self.loop.run_until_complete(
                Database.connect(
                    self._dsn,
                    application_name=f"c360 {self._name}",
                    min_size=0,
                    max_size=_CONNECTIONS,
                    acquire_timeout=_ACQUIRE_SECONDS,
                )
            )
        elif self._clock() - self._used_at > _TRUSTED_SECONDS:
            self.loop.run_until_complete(self._db.distrust())
        try:
            yield self._db
        finally:
            self._used_at = self._clock()

    def close(self) -> None:
        """Close the connections. Lambda never says when; a process that ends does."""
        if self._db is not None:
            self.loop.run_until_complete(self._db.close())
        self.loop.close()
