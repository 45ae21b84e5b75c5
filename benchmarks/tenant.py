"""A tenant of a benchmark's own, on a PostgreSQL of its own that goes with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from c360.embedded import EmbeddedPostgres
from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load


@contextmanager
def fresh_tenant() -> Iterator[psycopg.Connection]:
    """A connection to a database in which c360 and tenant acme are, and nothing else."""
    with tempfile.TemporaryDirectory(prefix="c360-bench-") as folder:
        Path(folder).chmod(0o755)  # another user runs PostgreSQL where this one is root
        with EmbeddedPostgres(Path(folder) / "data") as server:
            install(server.dsn, load())
            with psycopg.connect(server.dsn) as connection:
                create_tenant(connection, "acme")
                connection.commit()
                yield connection
