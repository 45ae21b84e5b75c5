"""Find the database a command works on; without an address this is the embedded PostgreSQL.

A server that runs already is used and left alone. One that had to be started is stopped when the command ends. None is
made here: that is for `c360 up` and `c360 db install`.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg

from c360.adapters import tokens
from c360.domain.errors import EmbeddedPostgresError
from c360.embedded import EmbeddedPostgres, find_running
from c360.settings import load_settings
from c360_cli.output import say
from c360_cli.refusals import explained

# Seconds after which a person wonders what is going on.
_LONG = 1.0


@contextlib.contextmanager
def database_address(dsn: str | None, data_dir: Path | None, *, may_create: bool = False) -> Iterator[str]:
    """The address to connect to, good for as long as the context lasts.

    Raises EmbeddedPostgresError U9015 where there is no database, unless one may be made.
    """
    settings = load_settings(dsn=dsn, data_dir=data_dir)
    if settings.conninfo is not None:
        yield settings.conninfo
        return
    server = EmbeddedPostgres(settings.data_dir)
    if not may_create:
        server.check_exists()
    try:
        with _telling("starting the embedded PostgreSQL"):
            server.start()
    except EmbeddedPostgresError as error:
        running = find_running(settings.data_dir) if error.code == "U9010" else None
        if running is None:
            raise
        yield running
        return
    try:
        yield server.dsn
    finally:
        server.stop("smart")


@contextlib.contextmanager
def _telling(what: str) -> Iterator[None]:
    """Says so to whoever looks at the screen when it takes long."""
    remark = threading.Timer(_LONG, say, [f"{what} ..."])
    if sys.stderr.isatty():
        remark.start()
    try:
        yield
    finally:
        remark.cancel()


@contextlib.contextmanager
def connected(dsn: str | None, data_dir: Path | None) -> Iterator[psycopg.Connection]:
    """An open connection in autocommit mode. What PostgreSQL refuses is raised as a C360Error."""
    with (
        database_address(dsn, data_dir) as address,
        psycopg.connect(tokens.ready(address), autocommit=True, application_name="c360 cli") as connection,
    ):
        try:
            yield connection
        except psycopg.Error as error:
            raise explained(connection, error) from error
