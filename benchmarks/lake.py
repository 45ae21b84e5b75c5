"""The lake beside a plain COPY: events of three tenants exported, verified, dropped, restored, and one person erased.

    make bench-lake            python -m benchmarks.lake [--rows 1000000]

Everything on an embedded PostgreSQL of its own and a directory. Prints a table and last one JSON object.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from c360.embedded import EmbeddedPostgres
from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load
from c360.lake import erasing, restorer, verifier
from c360.lake.exporter import Exporter
from c360.lake.ledger import Ledger

_TENANTS = ("acme", "globex", "initech")
_MONTH = "y2024m03"
# One of twenty events is of another person; a day has a thirtieth of them.
_FILL = """
    INSERT INTO tenant_{tenant}.cdp_raw_profiles (source, identifiers, traits)
    SELECT 'web', jsonb_build_object('user_id', 'user-' || number), '{{}}'
    FROM generate_series(1, greatest({rows} / 20, 1)) AS number;

    INSERT INTO tenant_{tenant}.cdp_behavioral_events
        (received_at, occurred_at, clock_status, raw_profile_id, source, message_id, type, event_name, payload)
    SELECT
        timestamptz '2024-03-01Z' + number * (interval '30 days' / {rows}),
        timestamptz '2024-03-01Z' + number * (interval '30 days' / {rows}),
        'ok',
        profile.first + number * 7919 % greatest({rows} / 20, 1),
        'web', 'm' || number, 'track', 'Product Viewed',
        jsonb_build_object('type', 'track', 'event', 'Product Viewed', 'properties', jsonb_build_object(
            'sku', 'sku-' || number % 997,
            'price', round((number % 50000)::numeric / 100, 2),
            'url', 'https://shop.example/p/' || number
        ))
    FROM generate_series(0, {rows} - 1) AS number
    CROSS JOIN (SELECT min(raw_profile_id) AS first FROM tenant_{tenant}.cdp_raw_profiles) AS profile;
"""
_SUMS = "SELECT sum(row_count), sum(checksum) FROM c360.lake_days(%s, 'events', %s)"


def main() -> None:
    parser = argparse.ArgumentParser(description="The lake beside a plain COPY.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="c360-bench-") as folder:
        Path(folder).chmod(0o755)  # another user runs PostgreSQL where this one is root
        server = EmbeddedPostgres(Path(folder) / "data").start()
        try:
            install(server.dsn, load())
            figures = measure(server.dsn, Path(folder) / "lake", arguments.rows // len(_TENANTS))
        finally:
            server.stop()
    for name, value in figures.items():
        print(f"{name:24} {value:>14,.2f}" if isinstance(value, float) else f"{name:24} {value:>14,}")
    print(json.dumps(figures))


def measure(dsn: str, root: Path, rows: int) -> dict[str, float | int]:
    """All figures."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for tenant in _TENANTS:
            create_tenant(connection, tenant)
            connection.execute(_FILL.format(tenant=tenant, rows=rows).encode())
            connection.execute("SELECT c360.maintain_event_partitions(%s)", [tenant])
            connection.execute("SELECT c360.set_lake(%s, %s)", [tenant, f"file://{root}"])
        connection.execute("VACUUM ANALYZE")
        before = [connection.execute(_SUMS, [tenant, _MONTH]).fetchone() for tenant in _TENANTS]
        copied = sum(_timed(lambda tenant=tenant: _copy(connection, tenant)) for tenant in _TENANTS)  # type: ignore[misc]
    exported = sum(_timed(lambda tenant=tenant: _export(dsn, tenant)) for tenant in _TENANTS)  # type: ignore[misc]
    verified = sum(_timed(lambda tenant=tenant: _verify(dsn, tenant)) for tenant in _TENANTS)  # type: ignore[misc]
    size = sum(path.stat().st_size for path in root.rglob("*.parquet"))
    dropped = sum(_timed(lambda tenant=tenant: _drop(dsn, tenant)) for tenant in _TENANTS)  # type: ignore[misc]
    restored = sum(_timed(lambda tenant=tenant: _restore(dsn, tenant)) for tenant in _TENANTS)  # type: ignore[misc]
    with psycopg.connect(dsn, autocommit=True) as connection:
        after = [connection.execute(_SUMS, [tenant, _MONTH]).fetchone() for tenant in _TENANTS]
        connection.execute("SELECT c360.resolve_identities('acme', 1000)")
        connection.execute("SELECT c360.erase_profile('acme', 'user_id', 'user-1', 'case 17')")
    if before != after:
        raise SystemExit(f"what came back is not what went: {before} {after}")
    erased = _timed(lambda: _erase(dsn))
    total = rows * len(_TENANTS)
    return {
        "rows": total,
        "export_rows_per_s": round(total / exported),
        "export_vs_copy": exported / copied,
        "verify_rows_per_s": round(total / verified),
        "drop_rows_per_s": round(total / dropped),
        "restore_rows_per_s": round(total / restored),
        "erase_person_s": erased,
        "bytes_per_event": size / total,
    }


@contextmanager
def _held(dsn: str, tenant: str) -> Iterator[Ledger]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        ledger = Ledger(connection, tenant)
        with ledger.held():
            yield ledger


def _copy(connection: psycopg.Connection[Any], tenant: str) -> None:
    statement = f"COPY tenant_{tenant}.cdp_behavioral_events_{_MONTH} TO STDOUT"
    with tempfile.TemporaryFile() as file, connection.cursor() as cursor, cursor.copy(statement.encode()) as rows:
        for row in rows:
            file.write(row)


def _export(dsn: str, tenant: str) -> None:
    with _held(dsn, tenant) as ledger:
        outcome = Exporter(ledger, ledger.storage(), dsn).export("events", _MONTH)
    if outcome.state != "verified":
        raise SystemExit(f"{tenant} is {outcome.state}: {outcome.problems}")


def _verify(dsn: str, tenant: str) -> None:
    with _held(dsn, tenant) as ledger:
        if problems := verifier.verify(ledger, ledger.storage(), "events", _MONTH)["problems"]:
            raise SystemExit(f"{tenant}: {problems}")


def _drop(dsn: str, tenant: str) -> None:
    with _held(dsn, tenant) as ledger:
        restorer.drop(ledger, ledger.storage(), _MONTH, keep=3)


def _restore(dsn: str, tenant: str) -> None:
    with _held(dsn, tenant) as ledger:
        restorer.restore(ledger, ledger.storage(), _MONTH)


def _erase(dsn: str) -> None:
    with _held(dsn, "acme") as ledger:
        proof = erasing.Eraser(ledger, ledger.storage()).erase()
    if proof is None or proof["rows_removed"] == 0:
        raise SystemExit("nobody was taken out of the lake")


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
