"""A relay that starts before a long backlog: of a healthy, a slow and a dead endpoint at once, and of somebody else.

How fast the healthy one gets its messages, with how much memory; what another webhook waits for its messages
meanwhile; and, once only the slow and the dead one have a backlog, how long fresh messages take to the healthy one
beside them, against alone.
"""

from __future__ import annotations

import contextlib
import statistics
import threading
import time
from collections.abc import Iterator

from benchmarks.relay.bench import Bench, memory_mb, milliseconds

_FRESH, _FRESH_EVERY, _ROUNDS = 1_000, 0.01, 3
_OTHERS_EVERY = 0.1
_DEADLINE = 3_600.0


def figures(bench: Bench, messages: int) -> dict[str, float]:
    """Drain of the backlog, memory, and 95 of 100 times from commit to receipt."""
    bench.subscribe("healthy")
    bench.subscribe("other")
    with bench.relays():
        bench.publish("healthy", 1)
        bench.wait_for("healthy", 1)
        alone = _fresh_p95(bench)
    bench.subscribe("slow", "/slow", "healthy")
    bench.subscribe("dead", "/dead", "healthy")
    before = bench.seen("healthy")["count"]
    bench.publish("healthy", messages)
    with bench.relays() as running:
        began = time.monotonic()
        with _others(bench) as others:
            seen = bench.wait_for("healthy", before + messages, _DEADLINE)
        drained = seen["last"] - began
        waited = milliseconds(others, bench.wait_for("other", len(others)))
        beside = _fresh_p95(bench)
        waits = bench.value("SELECT count(*) FROM c360.deliveries")
        memory = memory_mb(running[0].pid)
        for name in ("slow", "dead"):
            bench.remove(name)
        alone += _fresh_p95(bench)
    return {
        "drain_messages": float(messages),
        "drain_per_s": messages / drained,
        "drain_other_p95_ms": _p95(waited),
        "backlog_waits": float(waits),
        "backlog_memory_mb": memory,
        "backlog_p95_alone_ms": statistics.median(alone),
        "backlog_p95_ms": statistics.median(beside),
    }


def _fresh_p95(bench: Bench) -> list[float]:
    """Of fresh messages to the healthy endpoint, a hundred a second; of each round."""
    found: list[float] = []
    for _ in range(_ROUNDS):
        count = bench.seen("healthy")["count"]
        committed: dict[str, float] = {}
        for number in range(_FRESH):
            message_id, at = bench.publish_one("healthy", f"fresh{number % 100}")
            committed[message_id] = at
            time.sleep(_FRESH_EVERY)
        found.append(_p95(milliseconds(committed, bench.wait_for("healthy", count + _FRESH))))
    print("p95 of fresh messages in ms", [round(value, 1) for value in found])
    return found


@contextlib.contextmanager
def _others(bench: Bench) -> Iterator[dict[str, float]]:
    """Messages of another webhook, ten a second: id and time of commit."""
    committed: dict[str, float] = {}
    enough = threading.Event()

    def publish() -> None:
        while not enough.is_set():
            message_id, at = bench.publish_one("other", "other")
            committed[message_id] = at
            time.sleep(_OTHERS_EVERY)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield committed
    finally:
        enough.set()
        thread.join()


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[94]
