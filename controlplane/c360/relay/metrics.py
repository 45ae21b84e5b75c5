"""What the relay counts, for /metrics. Labels name subscriptions, never customers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

DELIVERIES = Counter("c360_relay_deliveries", "Webhook requests by outcome.", ["outcome"])
SEND_SECONDS = Histogram(
    "c360_relay_send_seconds",
    "Duration of webhook requests.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
FANNED_OUT = Counter("c360_relay_fanned_out_messages", "Messages of the log turned into deliveries.")
LEASES_LOST = Counter("c360_relay_leases_lost", "Lanes another relay took over while this one was away.")
LANES = Gauge("c360_relay_lanes", "Lanes this relay holds now.")
IN_FLIGHT = Gauge("c360_relay_in_flight", "Requests under way.")
BACKLOG = Gauge("c360_relay_backlog", "Deliveries waiting to be sent, retries included.", ["tenant", "subscription"])
OLDEST = Gauge("c360_relay_oldest_seconds", "Age of the oldest waiting delivery.", ["tenant", "subscription"])
DEAD = Gauge("c360_relay_dead_letters", "Dead letters not replayed.", ["tenant", "subscription"])
CIRCUIT_OPEN = Gauge("c360_relay_circuit_open", "1 while an endpoint is left alone.", ["tenant", "subscription"])
FEED_WAITING = Gauge("c360_relay_feed_waiting", "Messages not yet fanned out.")
FEED_OLDEST = Gauge("c360_relay_feed_oldest_seconds", "Age of the oldest message not yet fanned out.")
DEFAULT_ROWS = Gauge("c360_messages_default_rows", "Messages in the default partition: maintenance is late.")
RETRIES = Gauge("c360_relay_retries", "Deliveries waiting for a retry.", ["tenant", "subscription"])
PAUSED = Gauge("c360_relay_paused", "1 while a webhook is paused or disabled.", ["tenant", "subscription"])
DELIVERED = Gauge("c360_relay_delivered_messages", "Messages a webhook took, ever.", ["tenant", "subscription"])
FAILED = Gauge("c360_relay_failed_attempts", "Attempts at a webhook that failed, ever.", ["tenant", "subscription"])
CLOCK_AHEAD = Gauge("c360_relay_clock_ahead_seconds", "How far the clock here is ahead of that of the database.")
QUEUE_USAGE = Gauge("c360_notification_queue_usage", "Use of the notification queue of the server, 0 to 1.")

outcome = cache(DELIVERIES.labels)


def show_status(subscriptions: Iterable[Any], feed: Any) -> None:
    """Set the gauges from c360.relay_status() and c360.feed_status()."""
    for gauge in (BACKLOG, OLDEST, DEAD, CIRCUIT_OPEN, RETRIES, PAUSED, DELIVERED, FAILED):
        gauge.clear()
    for row in subscriptions:
        labels = (row["tenant"], row["name"])
        BACKLOG.labels(*labels).set(row["backlog"] + row["parked"])
        OLDEST.labels(*labels).set(row["oldest_seconds"] or 0)
        DEAD.labels(*labels).set(row["dead_letters"])
        CIRCUIT_OPEN.labels(*labels).set(row["circuit"] != "closed")
        RETRIES.labels(*labels).set(row["parked"])
        PAUSED.labels(*labels).set(row["state"] != "active")
        DELIVERED.labels(*labels).set(row["delivered_count"])
        FAILED.labels(*labels).set(row["failed_count"])
    FEED_WAITING.set(feed["waiting"])
    FEED_OLDEST.set(feed["oldest_seconds"] or 0)
    DEFAULT_ROWS.set(feed["default_rows"])
    QUEUE_USAGE.set(feed["queue_usage"])
