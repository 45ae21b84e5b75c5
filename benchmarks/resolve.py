"""Observations per second through c360.resolve_identities, and where the time goes.

    make bench-resolve           python -m benchmarks.resolve [--sizes 10000,100000,200000] [--batch N] [--statements N]

Starts an embedded PostgreSQL in a temporary folder. For each size a tenant of its own is filled through c360.ingest:
three in ten observations are visitors without a name, five identify one of a population, two connect a visitor with a
person. One session resolves them, batch after batch, each committed, without ANALYZE. Then one identify at a time, of
people known and new, is resolved on the idle tenant. Prints a line for each size; then, from a tenant of the smallest
size of its own because watching costs, the statements that took longest (time of nested ones included); last one JSON
object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from c360.embedded import EmbeddedPostgres
from c360.governance import create_tenant
from c360.installer.install import install
from c360.installer.sources import load
from c360.settings import Settings

_LOAD = 5_000
_LOOK_UPS = 50
_TICKS = os.sysconf("SC_CLK_TCK")

# Observation number n of a population of `people`: what it is depends on n alone.
_EVENTS = """
SELECT jsonb_agg(
    CASE
        WHEN dice.kind < 3 THEN jsonb_build_object(
            'type', 'page', 'messageId', 'm' || n, 'anonymousId', 'visitor' || n,
            'context', jsonb_build_object('page', jsonb_build_object('url', 'https://shop.example/' || n %% 50))
        )
        WHEN dice.kind < 8 THEN jsonb_build_object(
            'type', 'identify', 'messageId', 'm' || n, 'anonymousId', 'device' || n,
            'traits', dice.names
                || CASE WHEN dice.form < 2 THEN dice.email ELSE '{}' END
                || CASE WHEN dice.form > 0 THEN dice.phone ELSE '{}' END
        ) || CASE WHEN dice.form <> 1 THEN jsonb_build_object('userId', 'u' || dice.person) ELSE '{}' END
        ELSE jsonb_build_object(
            'type', 'identify', 'messageId', 'm' || n, 'anonymousId', 'visitor' || dice.visitor,
            'traits', dice.email || jsonb_build_object('city', 'Hue')
        )
    END
)
FROM generate_series(%(first)s::integer, %(last)s::integer) AS n
CROSS JOIN LATERAL (
    SELECT
        rolled.kind,
        rolled.form,
        rolled.visitor,
        rolled.person,
        jsonb_build_object('email', 'person' || rolled.person || '@mail.test') AS email,
        jsonb_build_object('phone', '09' || lpad(rolled.person::text, 8, '0')) AS phone,
        jsonb_build_object(
            'first_name', 'Lan ' || rolled.person %% 97,
            'last_name', 'Nguyễn ' || rolled.person %% 89,
            'gender', 'f'
        ) AS names
    FROM (
        SELECT
            abs(hashint4(n)) %% 10 AS kind,
            abs(hashint4(n + 1)) %% 3 AS form,
            abs(hashint4(n + 2)) %% %(size)s AS visitor,
            abs(hashint4(n + 3)) %% %(people)s AS person
    ) AS rolled
) AS dice
"""


@dataclass(frozen=True)
class Figures:
    """What one size took."""

    rows: int
    seconds: float
    cpu_seconds: float
    batch_p50_ms: float
    batch_max_ms: float
    counts: dict[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,200000")
    parser.add_argument("--batch", type=int, default=Settings.model_fields["worker_batch_size"].default)
    parser.add_argument("--statements", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="c360-resolve-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        data = Path(folder) / "data"
        with EmbeddedPostgres(data) as server:
            install(server.dsn, load())
        watch_statements(data)
        with EmbeddedPostgres(data) as server:
            _run(server.dsn, [int(size) for size in options.sizes.split(",")], options.batch, options.statements)


def watch_statements(data: Path, track: str = "none") -> None:
    """Have the server of a folder count statements from its next start on: none of them, until it is told, or all."""
    with (data / "postgres" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("shared_preload_libraries = 'pg_stat_statements'\n")
        file.write(f"pg_stat_statements.track = {track}\npg_stat_statements.track_planning = on\n")


def _run(dsn: str, sizes: list[int], batch: int, statements: int) -> None:
    report: dict[str, float] = {"resolve_batch": batch}
    for size in sizes:
        tenant = f"bench_{size}"
        with psycopg.connect(dsn, autocommit=True) as session:
            create_tenant(session, tenant)
            _fill(session, tenant, size)
            figures = _resolve(session, tenant, batch)
            _print(size, figures)
            latencies = _identify(session, tenant, size)
        p50, p95 = statistics.median(latencies), statistics.quantiles(latencies, n=20)[18]
        print(f"one identify on the idle tenant: p50 {p50:.1f} ms, p95 {p95:.1f} ms\n")
        report[f"resolve_{size}_rows_per_s"] = round(figures.rows / figures.seconds)
        report[f"resolve_{size}_cpu_us_per_row"] = round(figures.cpu_seconds / figures.rows * 1e6)
        report[f"resolve_{size}_batch_p50_ms"] = round(figures.batch_p50_ms, 1)
        report[f"resolve_{size}_identify_p50_ms"] = round(p50, 1)
        report[f"resolve_{size}_identify_p95_ms"] = round(p95, 1)
    if statements:
        _show_statements(dsn, min(sizes), batch, statements)
    print(json.dumps(report))


def _show_statements(dsn: str, size: int, batch: int, limit: int) -> None:
    with (
        psycopg.connect(make_conninfo(dsn, user="postgres"), autocommit=True) as admin,
        psycopg.connect(dsn, autocommit=True) as session,
    ):
        admin.execute("CREATE EXTENSION pg_stat_statements")
        create_tenant(session, "bench_statements")
        _fill(session, "bench_statements", size)
        admin.execute("ALTER SYSTEM SET pg_stat_statements.track = 'all'")
        admin.execute("SELECT pg_reload_conf()")
        _resolve(session, "bench_statements", batch)
        _print_statements(admin, limit)


def _fill(session: psycopg.Connection, tenant: str, size: int) -> None:
    for first in range(1, size + 1, _LOAD):
        span = {"first": first, "last": min(first + _LOAD - 1, size), "size": size, "people": max(size * 7 // 30, 1)}
        session.execute(f"SELECT c360.ingest(%(tenant)s, ({_EVENTS}), 'web')", {"tenant": tenant, **span})


def _resolve(session: psycopg.Connection, tenant: str, batch: int) -> Figures:
    seconds, totals = [], {}
    cpu = _cpu_seconds(session)
    remaining = True
    while remaining:
        started = time.perf_counter()
        counts = session.execute("SELECT c360.resolve_identities(%s, %s)", (tenant, batch)).fetchone()[0]
        seconds.append(time.perf_counter() - started)
        remaining = counts.pop("remaining")
        for name, count in counts.items():
            totals[name] = totals.get(name, 0) + count
    return Figures(
        rows=totals["claimed"],
        seconds=sum(seconds),
        cpu_seconds=_cpu_seconds(session) - cpu,
        batch_p50_ms=statistics.median(seconds) * 1000,
        batch_max_ms=max(seconds) * 1000,
        counts=totals,
    )


def _identify(session: psycopg.Connection, tenant: str, size: int) -> list[float]:
    """Milliseconds to resolve one identify: every second one is of a person known already."""
    latencies = []
    for number in range(_LOOK_UPS):
        person = number if number % 2 else size + number
        event = {
            "type": "identify",
            "messageId": f"one{number}",
            "userId": f"u{person}",
            "traits": {"email": f"person{person}@mail.test", "city": f"City {number}"},
        }
        session.execute("SELECT c360.ingest(%s, %s::jsonb, 'web')", (tenant, json.dumps(event)))
        started = time.perf_counter()
        session.execute("SELECT c360.resolve_identities(%s)", (tenant,))
        latencies.append((time.perf_counter() - started) * 1000)
    return latencies


def _cpu_seconds(session: psycopg.Connection) -> float:
    """What the server process of this session used so far."""
    fields = Path(f"/proc/{session.info.backend_pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _print(size: int, figures: Figures) -> None:
    print(f"{size} observations: {', '.join(f'{count} {name}' for name, count in figures.counts.items())}")
    print(f"{'rows/s':>10}{'CPU us/row':>12}{'batch p50 ms':>14}{'batch max ms':>14}")
    print(
        f"{figures.rows / figures.seconds:>10.0f}{figures.cpu_seconds / figures.rows * 1e6:>12.0f}"
        f"{figures.batch_p50_ms:>14.1f}{figures.batch_max_ms:>14.1f}"
    )


def _print_statements(admin: psycopg.Connection, limit: int) -> None:
    rows = admin.execute(
        """
        SELECT total_exec_time, total_plan_time, calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 100)
        FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY total_exec_time + total_plan_time DESC
        LIMIT %s
        """,
        [limit],
    ).fetchall()
    print(f"{'ms':>10}{'planning':>10}{'calls':>9}  statement")
    for executed, planned, calls, text in rows:
        print(f"{executed:>10.0f}{planned:>10.0f}{calls:>9}  {text}")


if __name__ == "__main__":
    main()
