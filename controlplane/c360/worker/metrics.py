"""What a worker shows to Prometheus. Counts only; names nobody but the tenant."""

from __future__ import annotations

from typing import Any

from prometheus_client import Counter, Histogram

RESOLVED = Counter("c360_resolved_observations", "Queue rows resolved.", ["tenant"])
CHANGED = Counter("c360_golden_record_changes", "Golden records created, updated, merged, split.", ["tenant", "change"])
FAILED = Counter("c360_resolution_failures", "Batches that could not be resolved.", ["tenant"])
PARKED = Counter("c360_resolution_parked", "Queue rows parked because they cannot be resolved.", ["tenant"])
SECONDS = Histogram("c360_resolution_seconds", "Duration of a batch.", ["tenant"])


def observe(tenant: str, counts: dict[str, Any], seconds: float) -> None:
    """Count one batch."""
    if not counts["claimed"]:
        return
    RESOLVED.labels(tenant).inc(counts["claimed"])
    SECONDS.labels(tenant).observe(seconds)
    for change in ("created", "updated", "merged", "split"):
        CHANGED.labels(tenant, change).inc(counts[change])
