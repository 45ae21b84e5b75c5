"""Rows per second through the resolver with the default rules, from ten thousand to a million generated people.

Everything a resolved row costs is in it: links, golden records, metrics, history, messages. Each size has a tenant of
its own. On the tenant of the largest size, once idle, one identify at a time is ingested and resolved.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Sequence

import psycopg
from psycopg import sql

from benchmarks.identity.dataset import DataSet, Record
from benchmarks.identity.people import Options, Population
from benchmarks.identity.records import COLUMNS
from benchmarks.identity.report import say
from benchmarks.identity.tenant import LARGEST_BATCH, Tenant, copy, rendered

_IDENTIFIES = 200
_PLAIN = sql.Identifier("benchmark_plain")


def measure(dsn: str, sizes: Sequence[int]) -> Iterator[tuple[str, float]]:
    """Names and values of the figures, as they are known."""
    per_row: dict[int, float] = {}
    for size in sorted(sizes):
        with psycopg.connect(dsn, autocommit=True) as session:
            slug = f"rate_{size_label(size)}"
            for name, value in _rates(session, slug, size):
                yield name, value
                if name == f"rows_per_s_{size_label(size)}":
                    per_row[size] = 1 / value
            if size == max(sizes):
                latencies = list(_identify(session, slug, size))
                yield "identify_idle_p50_ms", statistics.median(latencies)
                yield "identify_idle_p95_ms", statistics.quantiles(latencies, n=20)[18]
                yield "identify_idle_profiles", size
    smallest, largest = min(per_row), max(per_row)
    if largest > smallest:
        yield f"row_cost_{size_label(largest)}_vs_{size_label(smallest)}", per_row[largest] / per_row[smallest]


def _rates(session: psycopg.Connection, slug: str, size: int) -> Iterator[tuple[str, float]]:
    label = size_label(size)
    say(f"{label} people: generating")
    data = generated(size, seed=1)
    chunks = rendered(data.records)
    plain = _plain_copy(session, chunks)
    tenant = Tenant(session, slug, data, chunks)
    say(f"{label} people: loading and resolving")
    tenant.load()
    tenant.resolve()
    seconds = tenant.seconds_of("resolve")
    yield f"rows_per_s_{label}", size / seconds
    yield f"load_rows_per_s_{label}", size / tenant.seconds_of("load")
    yield f"plain_copy_rows_per_s_{label}", size / plain
    yield f"copy_ratio_{label}", seconds / plain


def generated(size: int, seed: int, **shares: float) -> DataSet:
    """Generated people as a data set, without a file between; `shares` are those of Options."""
    records, truth = [], {}
    for row in Population(Options(records=size, seed=seed, **shares)).rows():
        values = dict(zip(COLUMNS, row, strict=True))
        number, truth[row[0]] = values.pop("rec_id"), values.pop("cluster_id")
        sent = {
            kind: value
            for column, kind in (
                ("web_visitor_id", "anonymous_id"),
                ("crm_source_id", "crm_id:crm"),
                ("loyalty_id", "loyalty_id"),
            )
            if (value := values.pop(column))
        }
        source, observed_at = values.pop("source_system"), values.pop("received_at")
        traits = {name: value for name, value in values.items() if value}
        records.append(Record(number, source, observed_at, traits, sent))
    return DataSet(f"people {size_label(size)} seed {seed}", tuple(records), truth)


def size_label(size: int) -> str:
    """10k, 100k, 1m."""
    return f"{size // 1_000_000}m" if size % 1_000_000 == 0 else f"{size // 1000}k"


def _plain_copy(session: psycopg.Connection, chunks: Sequence[str]) -> float:
    session.execute(
        sql.SQL("CREATE TABLE {} (source text, identifiers jsonb, traits jsonb, observed_at timestamptz)").format(
            _PLAIN
        )
    )
    seconds = copy(session, _PLAIN, chunks)
    session.execute(sql.SQL("DROP TABLE {}").format(_PLAIN))
    return seconds


def _identify(session: psycopg.Connection, slug: str, size: int) -> Iterator[float]:
    """Milliseconds from the event to the resolved golden record, half of the people known already."""
    say(f"{size_label(size)} people: one identify at a time")
    known = session.execute(
        sql.SQL(
            "SELECT value FROM {} WHERE identifier_type = 'email' AND is_usable ORDER BY md5(value) LIMIT %s"
        ).format(sql.Identifier(f"tenant_{slug}", "cdp_identifiers")),
        (_IDENTIFIES,),
    ).fetchall()
    for number in range(_IDENTIFIES):
        email = known[number][0] if number % 2 and number < len(known) else f"new.person{number}@mail.example"
        event = {
            "type": "identify",
            "messageId": f"identify-{number}",
            "anonymousId": f"browser-{number}",
            "traits": {"email": email, "city": f"City {number}"},
        }
        started = time.perf_counter()
        session.execute("SELECT c360.ingest(%s, %s::jsonb, 'web')", (slug, json.dumps(event)))
        session.execute("SELECT c360.resolve_identities(%s, %s)", (slug, LARGEST_BATCH))
        yield (time.perf_counter() - started) * 1000
