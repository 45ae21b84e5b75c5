"""A thousand tenants on one server: what each costs to make and to keep.

    make bench-tenants            python -m benchmarks.tenants [--tenants 1000]

Makes the tenants one after the other on an embedded PostgreSQL of its own, syncs them all when nothing is to do, and
measures how large the catalogue grew and how long the first call of a fresh connection takes. Prints a table and last
one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import track

from c360.embedded import EmbeddedPostgres
from c360.governance import create_tenant, sync_tenant
from c360.installer.install import install
from c360.installer.sources import load

_FIRST_CALLS = 50
_CATALOGUE = """
    SELECT sum(pg_total_relation_size(oid))
    FROM pg_class
    WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
"""
_FUNCTIONS = "SELECT count(*) FROM pg_proc WHERE pronamespace::regnamespace::text LIKE 'tenant\\_%'"
# Reads, and plans what it reads.
_CALL = "SELECT * FROM tenant_{tenant}.recent_events()"


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description="What a thousand tenants cost.")
    parser.add_argument("--tenants", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="c360-bench-") as folder:
        Path(folder).chmod(0o755)  # another user runs PostgreSQL where this one is root
        server = EmbeddedPostgres(Path(folder) / "data").start()
        try:
            install(server.dsn, load())
            figures = measure(server.dsn, [f"t{number:04}" for number in range(arguments.tenants)])
        finally:
            server.stop()
    for name, value in figures.items():
        print(f"{name:32} {value:>12,.3f}" if isinstance(value, float) else f"{name:32} {value:>12,}")
    print(json.dumps(figures))


def measure(dsn: str, names: list[str]) -> dict[str, float | int]:
    """All figures."""
    errors = Console(stderr=True)
    with psycopg.connect(dsn, autocommit=True) as connection:
        empty = _number(connection, _CATALOGUE)
        started = time.perf_counter()
        created = [
            timed(lambda name=name: create_tenant(connection, name))
            for name in track(names, "creating", console=errors)
        ]
        create_all = time.perf_counter() - started
        started = time.perf_counter()
        synced = [
            timed(lambda name=name: sync_tenant(connection, name)) for name in track(names, "syncing", console=errors)
        ]
        sync_all = time.perf_counter() - started
        full, functions = _number(connection, _CATALOGUE), _number(connection, _FUNCTIONS)
        reinstalled = timed(lambda: install(dsn, load()))
    first = [timed(lambda name=name: _first_call(dsn, name)) for name in names[:: max(1, len(names) // _FIRST_CALLS)]]
    return {
        "tenants": len(names),
        "create_one_p50_ms": 1000 * statistics.median(created),
        "create_last_tenth_p50_ms": 1000 * statistics.median(created[-max(1, len(created) // 10) :]),
        "create_all_s": create_all,
        "sync_one_p50_ms": 1000 * statistics.median(synced),
        "sync_all_s": sync_all,
        "install_again_s": reinstalled,
        "functions_per_tenant": functions // len(names),
        "catalogue_kb_per_tenant": (full - empty) / 1024 / len(names),
        "first_call_p50_ms": 1000 * statistics.median(first),
    }


def _first_call(dsn: str, tenant: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(_CALL.format(tenant=tenant).encode()).fetchall()


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
