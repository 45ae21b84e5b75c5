"""What the benchmark prints: progress on stderr; tables and at last one line of JSON on stdout."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.identity.accuracy import Outcome

_STARTED = time.monotonic()


def say(text: str) -> None:
    """Progress, with the minutes and seconds since the start."""
    minutes, seconds = divmod(int(time.monotonic() - _STARTED), 60)
    print(f"{minutes:>3}:{seconds:02}  {text}", file=sys.stderr, flush=True)


def print_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Accuracy, time and memory of each system on each data set."""
    head = f"{'data':<20}{'system':<17}{'F1':>7}{'precision':>11}{'recall':>8}{'largest':>9}{'true':>6}{'junk':>6}"
    print(f"{head}{'seconds':>9}{'MiB':>7}")
    for outcome in outcomes:
        start = f"{outcome.data:<20}{outcome.system:<17}"
        verdict = outcome.verdict
        if verdict is None:
            print(f"{start}  not measured: {outcome.detail}")
            continue
        print(
            f"{start}{verdict.f1:>7.4f}{verdict.precision:>11.4f}{verdict.recall:>8.4f}{verdict.largest_cluster:>9}"
            f"{verdict.largest_person:>6}{verdict.junk_clusters:>6}{outcome.seconds:>9.1f}{outcome.memory_mb:>7.0f}"
            f"  {outcome.detail}".rstrip()
        )
    print(
        "largest, true: records of the largest cluster, of the largest person; junk: clusters of ten people or more\n"
    )


def print_figures(figures: Mapping[str, float]) -> None:
    """A name and a value a line."""
    for name, value in figures.items():
        print(f"{name:<34}{value:>14,.2f}")
    print()


def print_json(figures: Mapping[str, float]) -> None:
    """One line for machines."""
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))
