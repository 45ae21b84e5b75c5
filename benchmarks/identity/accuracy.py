"""Pairwise precision, recall and F1 of c360 and Splink on the same records, one system after the other.

Three systems: the exact default rules of a new tenant, the default scored recipe trained in the database, and Splink
with the model of its documentation, as the data is and with placeholders removed. What one system lacks or fails at is
a line of its own and does not end the others.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.identity.dataset import DataSet
from benchmarks.identity.evaluation import Verdict, judge
from benchmarks.identity.report import say
from benchmarks.identity.server import MemoryWatch
from benchmarks.identity.tenant import NotMeasured, Tenant

EXACT = "c360 exact"
SCORED = "c360 scored"
SPLINK = "Splink"
SPLINK_CLEANED = "Splink, cleaned"


@dataclass(frozen=True)
class Outcome:
    """What one system made of one data set."""

    system: str
    data: str
    verdict: Verdict | None = None
    seconds: float = 0.0
    memory_mb: float = 0.0
    detail: str = ""


def compare(dsn: str, server_pid: int, data: DataSet, slug: str) -> Iterator[Outcome]:
    """All systems on one data set."""
    runs: list[tuple[str, Callable[[], Outcome]]] = [
        (EXACT, lambda: _c360(dsn, server_pid, data, f"{slug}_exact", is_scored=False)),
        (SCORED, lambda: _c360(dsn, server_pid, data, f"{slug}_scored", is_scored=True)),
        (SPLINK, lambda: _splink(data, is_clean=False)),
        (SPLINK_CLEANED, lambda: _splink(data, is_clean=True)),
    ]
    for system, run in runs:
        say(f"{data.name}: {system}")
        try:
            yield run()
        except (NotMeasured, psycopg.Error, subprocess.CalledProcessError) as error:
            yield Outcome(system, data.name, detail=_reason(error))


def _c360(dsn: str, server_pid: int, data: DataSet, slug: str, *, is_scored: bool) -> Outcome:
    # A session of its own, so that what another tenant left in its memory is not counted here.
    with psycopg.connect(dsn, autocommit=True) as session, MemoryWatch(server_pid) as memory:
        tenant = Tenant(session, slug, data)
        tenant.load()
        if is_scored:
            tenant.train()
        tenant.resolve()
        clusters = tenant.clusters()
    return Outcome(
        SCORED if is_scored else EXACT,
        data.name,
        judge(clusters, data.truth),
        tenant.seconds,
        memory.peak_mb,
        ", ".join(f"{step.name} {step.seconds:.1f} s" for step in tenant.steps),
    )


def _splink(data: DataSet, *, is_clean: bool) -> Outcome:
    if importlib.util.find_spec("splink") is None:
        raise NotMeasured("Splink is not installed: pip install 'c360[bench]'")
    with tempfile.TemporaryDirectory(prefix="c360-splink-") as folder:
        records, result = Path(folder) / "records.csv", Path(folder) / "result.json"
        _write(data, records)
        command = [sys.executable, "-m", "benchmarks.identity.splink_model", str(records), str(result)]
        subprocess.run([*command, *(["--clean"] if is_clean else [])], check=True, capture_output=True, text=True)
        answer = json.loads(result.read_text(encoding="utf-8"))
    return Outcome(
        SPLINK_CLEANED if is_clean else SPLINK,
        data.name,
        judge(answer["clusters"], data.truth),
        answer["seconds"],
        answer["memory_mb"],
    )


def _write(data: DataSet, path: Path) -> None:
    """The records with the names Splink's process tells the columns by; the truth is left out."""
    traits, identifiers = sorted(data.attributes), sorted(data.identifier_types)
    columns = {"anonymous_id": "web_visitor_id", "crm_id:crm": "crm_source_id"}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["rec_id", "cluster_id", *traits, *(columns.get(name, name) for name in identifiers)])
        for record in data.records:
            values = [record.traits.get(name, "") for name in traits]
            writer.writerow([record.number, "", *values, *(record.identifiers.get(name, "") for name in identifiers)])


def _reason(error: Exception) -> str:
    text = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return (lines[-1] if isinstance(error, subprocess.CalledProcessError) else lines[0]) if lines else repr(error)
