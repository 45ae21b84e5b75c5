"""What an attribute added in SQL costs those who write meanwhile, on a tenant full of golden records.

    make bench-sync              python -m benchmarks.sync [--profiles 100000] [--seconds 20]

Starts an embedded PostgreSQL in a temporary folder and writes golden records straight into a tenant's table. Then three
writers run, each on a connection of its own: one sends events, one resolves them, one edits golden records, ten times a
second where nothing keeps them. After a while alone, a worker runs beside them, and an attribute with an index is
inserted. Prints when its column was in the view and its index valid, and what a write took before, until the column was
there, and until everything was. A write of the resolver counts for as long as it is told that it is not its turn.
Prints last one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import multiprocessing
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from benchmarks.tenant import fresh_tenant
from c360.governance.tenants import as_owner
from c360.worker.rounds import pause
from c360.worker.syncs import Syncer

_PAUSE = 0.1
_FILL = """
    WITH raw AS (
        INSERT INTO tenant_acme.cdp_raw_profiles (source, identifiers, traits, observed_at)
        SELECT 'web', jsonb_build_object('user_id', 'u' || n), '{}', now() - interval '90 days'
        FROM generate_series(1, %s::integer) AS n
        RETURNING raw_profile_id
    )
    INSERT INTO tenant_acme.cdp_master_profiles (
        master_profile_id, founding_raw_profile_id, first_name, last_name, city
    )
    SELECT
        gen_random_uuid(),
        raw_profile_id,
        md5(raw_profile_id::text),
        md5((raw_profile_id * 7)::text),
        (ARRAY['Hue', 'Hanoi', 'Vinh'])[1 + raw_profile_id % 3]
    FROM raw
"""
_ATTRIBUTE = """
    INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths, is_indexed)
    VALUES ('acme', 'shoe_size', 'integer', '{shoeSize}', true)
"""
_IN_VIEW = """
    SELECT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = 'tenant_acme.cdp_profiles'::regclass AND attname = 'shoe_size'
    )
"""
_INDEXED = """
    SELECT coalesce(
        (
            SELECT indisvalid FROM pg_index
            WHERE indexrelid = to_regclass('tenant_acme.cdp_master_profiles_shoe_size_idx')
        ),
        false
    )
"""
_WORKER = "SELECT EXISTS (SELECT FROM c360.sync_workers)"
_FINISHED = "SELECT NOT is_finishing FROM c360.tenant_syncs WHERE tenant = 'acme'"


class NoBells:
    """Every look is by the clock: the slower of the two ways in which a worker hears of a change."""

    async def wait(self, _name: str, timeout: float, *, stop: asyncio.Event | None = None) -> bool:  # noqa: ASYNC109
        await pause(timeout, stop or asyncio.Event())
        return False


def work(dsn: str) -> None:
    """A worker that does nothing but sync, until it is ended."""
    asyncio.run(Syncer(dsn, "bench", NoBells(), every=1.0, lease=30.0).run(asyncio.Event()))


class Writer(threading.Thread):
    """One kind of write, again and again; keeps when each began and how long it took."""

    def __init__(self, name: str, dsn: str, write: Callable[[psycopg.Connection[Any], int], None]) -> None:
        super().__init__(name=name, daemon=True)
        self.dsn, self.write = dsn, write
        self.took: list[tuple[float, float]] = []
        self.errors: list[str] = []
        self.is_over = threading.Event()

    def run(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            number = 0
            while not self.is_over.is_set():
                number += 1
                started = time.monotonic()
                try:
                    self.write(connection, number)
                except psycopg.Error as error:
                    self.errors.append(f"{error.sqlstate} {error}")
                took = time.monotonic() - started
                self.took.append((started, took))
                self.is_over.wait(max(0.0, _PAUSE - took))

    def between(self, start: float, end: float) -> list[float]:
        return [took for started, took in self.took if started < end and started + took > start]


def ingest(connection: psycopg.Connection[Any], number: int) -> None:
    """Ten events of ten people."""
    events = [
        {"type": "page", "messageId": f"m{number}-{n}", "anonymousId": f"a{number}-{n}", "name": "Shop"}
        for n in range(10)
    ]
    connection.execute("SELECT c360.ingest('acme', %s, 'web')", (json.dumps({"batch": events}),))


def resolve(connection: psycopg.Connection[Any], _number: int) -> None:
    """Small batches, as where events trickle in."""
    while (connection.execute("SELECT c360.resolve_identities('acme', 100) ->> 'busy'").fetchone() or (None,))[
        0
    ] == "true":
        time.sleep(0.005)


def edit(connection: psycopg.Connection[Any], number: int) -> None:
    """One golden record, by hand."""
    connection.execute(
        "UPDATE tenant_acme.cdp_master_profiles SET city = %s WHERE master_profile_id = ("
        " SELECT master_profile_id FROM tenant_acme.cdp_master_profiles"
        " WHERE master_profile_id > (SELECT gen_random_uuid()) ORDER BY master_profile_id LIMIT 1)",
        (f"City {number}",),
    )


def until(connection: psycopg.Connection[Any], condition: str, start: float) -> float:
    while not (connection.execute(condition.encode()).fetchone() or (False,))[0]:
        time.sleep(0.02)
    return time.monotonic() - start


def measure(connection: psycopg.Connection[Any], dsn: str, profiles: int, seconds: float) -> dict[str, Any]:
    with as_owner(connection):
        connection.execute("SET LOCAL c360.internal_write = 'on'")
        connection.execute(_FILL.replace("% 3", "%% 3").encode(), (profiles,))
        connection.execute("DELETE FROM tenant_acme.cdp_resolution_queue")
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE tenant_acme.cdp_master_profiles")
    writers = [Writer(name, dsn, write) for name, write in (("ingest", ingest), ("resolve", resolve), ("edit", edit))]
    for writer in writers:
        writer.start()
    time.sleep(3)
    alone = time.monotonic()
    time.sleep(seconds)

    # A process of its own: rendering must not keep the writers of this one waiting.
    worker = multiprocessing.get_context("spawn").Process(target=work, args=(dsn,), daemon=True)
    worker.start()
    until(connection, _WORKER, alone)
    time.sleep(2)
    changed = time.monotonic()
    connection.execute(_ATTRIBUTE)
    figures: dict[str, Any] = {"profiles": profiles}
    figures["view_seconds"] = round(until(connection, _IN_VIEW, changed), 2)
    figures["index_seconds"] = round(until(connection, _INDEXED, changed), 2)
    figures["queued_seconds"] = round(until(connection, _FINISHED, changed), 2)
    done = time.monotonic()
    for writer in writers:
        writer.is_over.set()
        writer.join()
    worker.terminate()
    worker.join()
    view = changed + figures["view_seconds"]
    for writer in writers:
        spans = {
            "before": writer.between(alone, alone + seconds),
            "shaping": writer.between(changed, view),
            "finishing": writer.between(view, done),
        }
        for label, took in spans.items():
            figures[f"{writer.name}_{label}_count"] = len(took)
            figures[f"{writer.name}_{label}_p99_ms"] = round(_p99(took) * 1000, 1)
            figures[f"{writer.name}_{label}_worst_ms"] = round(max(took) * 1000, 1)
        figures[f"{writer.name}_errors"] = len(writer.errors)
        for error in sorted(set(writer.errors)):
            print(f"{writer.name}: {error}")
    return figures


def _p99(values: list[float]) -> float:
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long writers run alone")
    arguments = parser.parse_args()
    with fresh_tenant() as connection:
        dsn = make_conninfo(connection.info.dsn, password=connection.info.password)
        figures = measure(connection, dsn, arguments.profiles, arguments.seconds)
    print(
        f"in the view after {figures['view_seconds']} s, indexed after {figures['index_seconds']} s,"
        f" golden records queued after {figures['queued_seconds']} s"
    )
    for name in ("ingest", "resolve", "edit"):
        for label in ("before", "shaping", "finishing"):
            at = f"{name}_{label}"
            print(
                f"{name:8} {label:9}: {figures[f'{at}_count']:6} writes, p99 {figures[f'{at}_p99_ms']:8} ms,"
                f" worst {figures[f'{at}_worst_ms']:8} ms"
            )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
