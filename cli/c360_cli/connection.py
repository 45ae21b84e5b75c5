"""Find the database a command works on; without an address this is the embedded PostgreSQL.

A server that runs already is used and left alone. One that had to be started is stopped when the command ends.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg

from c360.domain.errors import EmbeddedPostgresError
from c360.embedded import EmbeddedPostgres, find_running
from c360.settings import load_settings


@contextlib.contextmanager
def database_address(dsn: str | None, data_dir: Path | None) -> Iterator[str]:
    """The address to connect to, good for as long as the context lasts."""
    settings = load_settings(dsn=dsn, data_dir=data_dir)
    if settings.conninfo is not None:
        yield settings.conninfo
        return
    server = EmbeddedPostgres(settings.data_dir)
    try:
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
def connected(dsn: str | None, data_dir: Path | None) -> Iterator[psycopg.Connection]:
    """An open connection in autocommit mode."""
    with (
        database_address(dsn, data_dir) as address,
        psycopg.connect(address, autocommit=True, application_name="c360 cli") as connection,
    ):
        yield connection
