"""What a worker shows to Prometheus. Counts only; names nobody but the tenant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

RESOLVED = Counter("c360_resolved_observations", "Queue rows resolved.", ["tenant"])
CHANGED = Counter("c360_golden_record_changes", "Golden records created, updated, merged, split.", ["tenant", "change"])
FAILED = Counter("c360_resolution_failures", "Batches that could not be resolved.", ["tenant"])
PARKED = Counter("c360_resolution_parked", "Queue rows parked because they cannot be resolved.", ["tenant"])
SECONDS = Histogram("c360_resolution_seconds", "Duration of a batch.", ["tenant"])
REJECTED = Gauge("c360_rejected_events_open", "Rejected events that nobody has settled, by reason.", ["tenant", "code"])
OLDEST_REJECTED = Gauge(
    "c360_rejected_events_oldest_seconds", "Age of the oldest rejected event that nobody has settled.", ["tenant"]
)

SNAPSHOT_AGE = Gauge(
    "c360_oldest_snapshot_seconds",
    "Age of the oldest snapshot that keeps dead rows from being cleaned up, as far as this role may see it.",
    ["kind"],
)
SNAPSHOT_TRANSACTIONS = Gauge(
    "c360_oldest_snapshot_transactions",
    "Transactions begun since the oldest snapshot that keeps dead rows from being cleaned up.",
    ["kind"],
)

SYNCS = Counter(
    "c360_syncs",
    "Syncs of tenants that ended, by piece (shape, finish) and how: done or failed.",
    ["tenant", "piece", "status"],
)
LAKES = Counter("c360_lakes", "Visits to lakes of tenants that ended, by how: done or failed.", ["tenant", "status"])
JOB_RUNS = Counter(
    "c360_job_runs", "Runs of jobs that ended, by how: succeeded or failed.", ["tenant", "job", "status"]
)
JOB_LATENESS = Gauge("c360_job_lateness_seconds", "How long after its time a job was last begun.", ["tenant", "job"])


def observe(tenant: str, counts: dict[str, Any], seconds: float) -> None:
    """Count one batch."""
    if not counts["claimed"]:
        return
    RESOLVED.labels(tenant).inc(counts["claimed"])
    SECONDS.labels(tenant).observe(seconds)
    for change in ("created", "updated", "merged", "split"):
        CHANGED.labels(tenant, change).inc(counts[change])


def show_rejected(backlogs: Iterable[tuple[str, Iterable[Any]]]) -> None:
    """Set the gauges from c360.rejected_backlog() of every tenant; what is not there any more is shown no more."""
    REJECTED.clear()
    OLDEST_REJECTED.clear()
    for tenant, rows in backlogs:
        oldest = 0.0
        for row in rows:
            REJECTED.labels(tenant, row["code"]).set(row["event_count"])
            oldest = max(oldest, float(row["oldest_seconds"]))
        OLDEST_REJECTED.labels(tenant).set(oldest)


def show_snapshots(holders: Iterable[Any]) -> None:
    """Set the gauges from c360.snapshot_holders(): the oldest of each kind."""
    for gauge in (SNAPSHOT_AGE, SNAPSHOT_TRANSACTIONS):
        gauge.clear()
    for kind in ("session", "standby", "slot", "prepared"):
        own = [row for row in holders if row["kind"] == kind]
        SNAPSHOT_AGE.labels(kind).set(max((row["seconds"] or 0 for row in own), default=0))
        SNAPSHOT_TRANSACTIONS.labels(kind).set(max((row["transactions"] for row in own), default=0))
