"""What a process that sends topics shows to Prometheus."""

from __future__ import annotations

from prometheus_client import Counter

_LABELS = ("sink", "tenant", "topic")

SENT = Counter("c360_sink_sent", "Messages that the other side has acknowledged.", _LABELS)
REFUSED = Counter("c360_sink_refused", "Messages that the other side can never take.", _LABELS)
FAILURES = Counter("c360_sink_failures", "Attempts after which messages were left to be sent again.", _LABELS)
