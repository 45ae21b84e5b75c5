"""What the gateway counts, in a registry of its own so that several apps can live in one process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
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
        self.in_flight = Gauge("c360_gateway_in_flight", "Requests being worked on.", registry=self._registry)
        for outcome in ("accepted", "duplicate", "rejected"):
            self.events.labels(outcome)

    def count_events(self, outcome: dict[str, Any]) -> None:
        self.events.labels("accepted").inc(outcome["accepted"])
        self.events.labels("duplicate").inc(outcome["duplicates"])
        self.events.labels("rejected").inc(len(outcome["rejected"]))

    def text(self) -> bytes:
        """Also what the other parts of this process count, but nothing that names a tenant: anybody may ask here.

        The metrics port, which only an operator can reach, shows the rest.
        """
        unnamed = CollectorRegistry()
        unnamed.register(_Unnamed())
        return generate_latest(self._registry) + generate_latest(unnamed)


class _Unnamed(Collector):
    """The figures of this process without the families whose labels name tenants."""

    def collect(self) -> Iterator[Metric]:
        for family in REGISTRY.collect():
            if not any("tenant" in sample.labels for sample in family.samples):
                yield family

    def describe(self) -> list[Metric]:
        return []
