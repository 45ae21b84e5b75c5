"""How well and how fast identities are resolved, side by side with Splink in the same run.

    make bench-identity          python -m benchmarks.identity [--only accuracy|throughput] [--sizes 10k,100k,1m]
    python -m benchmarks.identity --data FILE.csv --truth cluster_id

Starts an embedded PostgreSQL in a temporary folder. Accuracy: FEBRL 1, fake_1000 and generated people whose truth is
known, also as a source sends them that never asked for some columns or that knows other people. Throughput: generated
people through the resolver with the default rules. With --data, accuracy on that file alone: a CSV with a header,
columns told by their names, the person of each record in the column --truth. Splink is taken if it is installed
(pip install 'c360[bench]'). Prints tables and last one JSON object.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg

from benchmarks.identity import throughput
from benchmarks.identity.accuracy import EXACT, SCORED, SPLINK, SPLINK_CLEANED, Outcome, compare
from benchmarks.identity.dataset import DataSet, read
from benchmarks.identity.report import print_figures, print_json, print_outcomes, say
from benchmarks.identity.server import fresh_server
from benchmarks.identity.tenant import NotMeasured
from benchmarks.identity.throughput import generated

_DATA = Path(__file__).parent / "data"
_SEEDS = (1, 2, 3)
_NUMBERS = ("phone_number", "anonymous_id", "crm_id:crm", "loyalty_id")
_ADDRESS = ("address_line1", "city", "state", "zip_code")
# Other sources: what they never asked for, and whom they know most of. Nothing was built on people of this seed.
_OTHER_SEED = 9
_LEFT_OUT = {
    "no birth dates": ("date_of_birth",),
    "no identifiers": ("email", *_NUMBERS),
    "names and mail": ("date_of_birth", *_NUMBERS, *_ADDRESS),
}
_MOSTLY = {"mostly Vietnamese": {"vietnamese": 0.9}, "mostly families": {"households": 0.9}}
_PREFIXES = {EXACT: "deterministic_", SCORED: "", SPLINK: "splink_raw_", SPLINK_CLEANED: "splink_cleaned_"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("accuracy", "throughput"))
    parser.add_argument("--sizes", type=_sizes, default="10k,100k,1m", help="people for the throughput")
    parser.add_argument("--data", type=Path, help="a CSV file of your own")
    parser.add_argument("--truth", default="cluster_id", help="its column that says who a record is")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    with fresh_server() as (dsn, pid):
        if options.only != "throughput" or options.data:
            data = _own(options.data, options.truth) if options.data else _standard()
            outcomes = [outcome for key, one in data for outcome in _keyed(dsn, pid, key, one, figures)]
            print_outcomes(outcomes)
        if options.only != "accuracy" and not options.data:
            rates: dict[str, float] = {}
            try:
                for name, value in throughput.measure(dsn, options.sizes):
                    rates[name] = value
            except (NotMeasured, psycopg.Error) as error:
                say(f"throughput was not measured to its end: {error}")
            print_figures(rates)
            figures |= rates
    _summarise(figures)
    print_json(figures)


def _standard() -> Iterator[tuple[str, DataSet]]:
    yield "febrl1", read(_DATA / "febrl1.csv", name="FEBRL 1")
    yield "fake_1000", read(_DATA / "fake_1000.csv", name="fake_1000")
    for seed in _SEEDS:
        yield f"people_10k_seed{seed}", generated(10_000, seed)
    yield from _other_sources()
    yield "people_100k", generated(100_000, 1)


def _other_sources() -> Iterator[tuple[str, DataSet]]:
    people = generated(10_000, _OTHER_SEED)
    data = {name: people.without(left_out) for name, left_out in _LEFT_OUT.items()}
    data |= {name: generated(10_000, _OTHER_SEED, **shares) for name, shares in _MOSTLY.items()}
    for name, one in data.items():
        yield f"{re.sub('[^a-z]+', '_', name.lower())}_10k", replace(one, name=name)


def _own(path: Path, truth: str) -> Iterator[tuple[str, DataSet]]:
    yield "data", read(path, truth)


def _keyed(dsn: str, pid: int, key: str, data: DataSet, figures: dict[str, float]) -> Iterator[Outcome]:
    """The outcomes of one data set; their figures are noted under names that begin with the system."""
    for outcome in compare(dsn, pid, data, key):
        if outcome.verdict is not None:
            name = _PREFIXES[outcome.system] + key
            figures |= {
                f"{name}_f1": outcome.verdict.f1,
                f"{name}_precision": outcome.verdict.precision,
                f"{name}_recall": outcome.verdict.recall,
                f"{name}_largest_cluster": outcome.verdict.largest_cluster,
                f"{name}_largest_person": outcome.verdict.largest_person,
                f"{name}_junk_clusters": outcome.verdict.junk_clusters,
                f"{name}_seconds": outcome.seconds,
                f"{name}_memory_mb": outcome.memory_mb,
            }
        yield outcome


def _summarise(figures: dict[str, float]) -> None:
    """Of several seeds the worst counts; of Splink's two ways the better one."""
    for prefix in _PREFIXES.values():
        seeds = [figures.get(f"{prefix}people_10k_seed{seed}_f1") for seed in _SEEDS]
        if None not in seeds:
            figures[f"{prefix}people_10k_f1"] = min(seed for seed in seeds if seed is not None)
    keys = {found[1] for name in figures if (found := re.fullmatch("splink_(?:raw|cleaned)_(.*)_f1", name))}
    for key in sorted(keys):
        figures[f"splink_{key}_f1"] = max(
            figures[name] for way in ("raw", "cleaned") if (name := f"splink_{way}_{key}_f1") in figures
        )
    ours, theirs = figures.get("people_100k_seconds"), figures.get("splink_raw_people_100k_seconds")
    if ours and theirs:
        figures["scored_vs_splink_time_100k"] = ours / theirs


def _sizes(text: str) -> Sequence[int]:
    units = {"k": 1_000, "m": 1_000_000}
    return [
        int(part[:-1]) * units[part[-1]] if part[-1] in units else int(part) for part in text.lower().split(",") if part
    ]


if __name__ == "__main__":
    main()
