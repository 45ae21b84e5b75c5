"""How fast webhooks leave, what producers pay for them, and what is left behind in the database.

    make bench-relay            python -m benchmarks.relay [--messages 20000] [--backlog 1000000] [--rounds 3]
                                [--parts speed latency producers backlog]

Starts everything for real and alone: an embedded PostgreSQL in a temporary folder with durable commits, relays as
processes of their own, and a receiver in another. Every figure of a round is measured next to what it is compared with,
the median of the rounds is printed. Last comes one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

from benchmarks.relay import backlog, producers
from benchmarks.relay.bench import Bench, bench, milliseconds

_PARTS = ("speed", "latency", "producers", "backlog")
_QUIET = 0.4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000, help="deliveries of one measurement")
    parser.add_argument("--backlog", type=int, default=1_000_000, help="messages that wait when the relay starts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS)
    options = parser.parse_args()
    with bench() as started:
        figures = _measure(started, options)
    print(f"{'':<34}{'':>12}")
    for name, value in figures.items():
        print(f"{name:<34}{value:>12,.3f}")
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


def _measure(bench: Bench, options: argparse.Namespace) -> dict[str, float]:
    figures: dict[str, float] = {}
    if "speed" in options.parts:
        rounds = [_deliveries(bench, options.messages, number) for number in range(options.rounds)]
        figures = _medians(rounds)
    if "latency" in options.parts:
        figures |= _latency(bench, 200)
    if "producers" in options.parts:
        for rows, transactions in ((1, 500), (100, 50)):
            figures |= _medians([producers.ratios(bench, rows, transactions) for _ in range(options.rounds)])
    if "backlog" in options.parts:
        figures |= backlog.figures(bench, options.backlog)
    return figures


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}


def _deliveries(bench: Bench, messages: int, number: int) -> dict[str, float]:
    """One subscription, every message of a key of its own: beside a bare loop of the client library, and two relays."""
    rates: dict[int, float] = {}
    bare = bench.bare()
    figures: dict[str, float] = {}
    for relays in (1, 2):
        name = f"speed{relays}r{number}"
        bench.subscribe(name)
        bench.publish(name, messages)
        wal, dead = bench.value("SELECT pg_current_wal_lsn()"), _dead_rows(bench)
        with bench.relays(relays):
            seen = bench.wait_for(name, messages)
            bench.settle()
        rates[relays] = messages / (seen["last"] - seen["first"])
        if relays == 1:
            figures["wal_bytes_per_delivery"] = (
                float(bench.value("SELECT pg_current_wal_lsn() - %s::pg_lsn", wal)) / messages
            )
            figures["dead_rows_per_delivery"] = (_dead_rows(bench) - dead) / messages
        bench.remove(name)
    return {
        "bare_requests_per_s": bare,
        "deliveries_per_s": rates[1],
        "deliveries_vs_bare": rates[1] / bare,
        "two_relays_vs_one": rates[2] / rates[1],
        **figures,
    }


def _dead_rows(bench: Bench) -> int:
    """Row versions that updates and deletes in the tables of the relay have left behind so far."""
    time.sleep(1.5)  # what sessions count arrives with a delay
    return int(
        bench.value(
            "SELECT sum(n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE schemaname = 'c360' AND relname IN"
            " ('deliveries', 'parked_deliveries', 'lanes', 'subscription_states', 'ticks', 'relays')"
        )
    )


def _latency(bench: Bench, count: int) -> dict[str, float]:
    """COMMIT to receipt while nothing else happens: each message comes to a relay that went to sleep."""
    bench.subscribe("idle")
    with bench.relays():
        bench.publish("idle", 1)
        bench.wait_for("idle", 1)
        committed: dict[str, float] = {}
        for _ in range(count):
            time.sleep(_QUIET)
            message_id, at = bench.publish_one("idle", "idle")
            committed[message_id] = at
        seen = bench.wait_for("idle", count + 1)
    cuts = statistics.quantiles(milliseconds(committed, seen), n=100, method="inclusive")
    bench.remove("idle")
    return {"commit_to_receipt_p50_ms": cuts[49], "commit_to_receipt_p99_ms": cuts[98]}


if __name__ == "__main__":
    main()
