"""What the gateway counts, in a registry of its own so that several apps can live in one process.

Where the gateway is several processes, each writes its figures into a folder and any of them shows the sums.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# The library's name for the folder that processes share; it is read when the library is loaded.
FIGURES_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counters of one app. No label ever holds customer data."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "c360_gateway_requests", "Answered requests.", ["endpoint", "status"], registry=self._registry
        )
        self.seconds = Histogram(
            "c360_gateway_request_seconds",
            "Time to answer a request.",
            ["endpoint"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.events = Counter(
            "c360_gateway_events", "Events by what became of them.", ["outcome"], registry=self._registry
        )
        self.intake_calls = Counter(
            "c360_gateway_intake_calls",
            "Calls to the database that took bodies in; many requests share one.",
            registry=self._registry,
        )
        self.in_flight = Gauge(
            "c360_gateway_in_flight", "Requests being worked on.", registry=self._registry, multiprocess_mode="livesum"
        )
        # Looking a child up by its labels costs more than counting.
        self._accepted, self._duplicates, self._rejected = (
            self.events.labels(outcome) for outcome in ("accepted", "duplicate", "rejected")
        )
        self._requests = functools.cache(lambda name, status: self.requests.labels(name, str(status)))
        self._seconds = functools.cache(self.seconds.labels)

    def count_request(self, name: str, status: int, seconds: float) -> None:
        self._requests(name, status).inc()
        self._seconds(name).observe(seconds)

    def count_events(self, outcome: dict[str, Any]) -> None:
        self._accepted.inc(outcome["accepted"])
        if outcome["duplicates"]:
            self._duplicates.inc(outcome["duplicates"])
        if outcome["rejected"]:
            self._rejected.inc(len(outcome["rejected"]))

    def text(self) -> bytes:
        """Also what the other parts of this process count, but nothing that names a tenant: anybody may ask here.

        The metrics port, which only an operator can reach, shows the rest.
        """
        if FIGURES_FOLDER in os.environ:
            sums = CollectorRegistry()
            MultiProcessCollector(sums)  # type: ignore[no-untyped-call]
            return generate_latest(sums)
        unnamed = CollectorRegistry()
        unnamed.register(_Unnamed())
        return generate_latest(self._registry) + generate_latest(unnamed)


class _Unnamed(Collector):
    """The figures of this process without the families whose labels name tenants, and those that have none yet."""

    def collect(self) -> Iterator[Metric]:
        for family in REGISTRY.collect():
            if family.samples and not any("tenant" in sample.labels for sample in family.samples):
                yield family

    def describe(self) -> list[Metric]:
        return []
