"""Splink on one CSV file, in a process of its own so that its time and memory are its own.

    python -m benchmarks.identity.splink_model FILE.csv RESULT.json [--truth cluster_id] [--clean]

The model is the one its documentation builds for persons: names, birth date, e-mail by its ready-made comparisons,
numbers by Levenshtein distance, one column of the place and identifiers exactly with term frequencies; u from random
pairs, m by EM over passes with different blocking, clusters at .95. Small files are blocked on single columns, as on
its pages for a thousand records, others on pairs of columns, as on its page for fifty thousand. Without birth dates
and e-mail addresses the place takes their part in training. With --clean the placeholders everybody would remove by
hand are removed first. Never sees the truth.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import time
from pathlib import Path

import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.identity.dataset import DataSet, read

THRESHOLD = 0.95
SMALL = 5_000
_PASSES = [("first_name", "last_name"), ("date_of_birth",), ("email",)]
_PLACES = [("zip_code", "city"), ("zip_code",), ("city",)]
_JUNK = re.compile(
    r"(test|none|na|noemail|noreply|customer)@.*|0+|1+|9+|\+?1?1234567890|0900000000|5550100|kiosk.*"
    r"|n/a|-|null|unknown|test|none|\.",
    re.IGNORECASE,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--truth", default="cluster_id")
    parser.add_argument("--clean", action="store_true")
    options = parser.parse_args()
    data = read(options.file, options.truth)
    table = _table(data, clean=options.clean)
    started = time.perf_counter()
    clusters = cluster(data, table)
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    options.result.write_text(json.dumps({"seconds": seconds, "memory_mb": memory, "clusters": clusters}))


def cluster(data: DataSet, table: pa.Table) -> dict[str, str]:
    """The cluster of each record."""
    columns, is_small = set(table.column_names), table.num_rows <= SMALL
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=_blocking(columns, is_small=is_small),
        comparisons=_comparisons(data, columns),
    )
    database = DuckDBAPI()
    linker = Linker(database.register(table), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(_sure(columns, is_small=is_small), recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for names in _passes(columns):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*names), estimate_without_term_frequencies=True
        )
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=THRESHOLD)
    return {str(row["unique_id"]): str(row["cluster_id"]) for row in found.as_record_list()}


def _table(data: DataSet, *, clean: bool) -> pa.Table:
    names = sorted(data.attributes | data.identifier_types)
    columns: dict[str, list[str | None]] = {"unique_id": [record.number for record in data.records]}
    for name in names:
        values = (record.traits.get(name) or record.identifiers.get(name) for record in data.records)
        columns[name.replace(":", "_")] = [_value(name, value, clean=clean) for value in values]
    return pa.table(columns)


def _value(name: str, value: str | None, *, clean: bool) -> str | None:
    if value is None:
        return None
    value = value.strip().lower()
    if name == "phone_number":
        value = re.sub("[^0-9]", "", value)
        if clean and _JUNK.fullmatch(value):
            return None
        return value[-9:] or None
    if name == "date_of_birth" and re.fullmatch("[0-9]{8}", value):
        value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return None if clean and _JUNK.fullmatch(value) else value or None


def _comparisons(data: DataSet, columns: set[str]) -> list[object]:
    known: dict[str, object] = (
        {"first_name": cl.ForenameSurnameComparison("first_name", "last_name")}
        if columns.issuperset({"first_name", "last_name"})
        else {name: cl.NameComparison(name) for name in ("first_name", "last_name")}
    )
    known |= {
        "full_name": cl.NameComparison("full_name"),
        "date_of_birth": cl.DateOfBirthComparison("date_of_birth", input_is_string=True),
        "email": cl.EmailComparison("email"),
        "phone_number": cl.LevenshteinAtThresholds("phone_number", [1, 2]),
    }
    numbers = sorted(name for name in data.own_attributes & columns if name.endswith(("_id", "_no", "_number")))
    exact = [name for name in ("zip_code", "city") if name in columns][:1]
    exact += sorted(name.replace(":", "_") for name in data.identifier_types)
    return [
        *(comparison for name, comparison in known.items() if name in columns),
        *(
            cl.DamerauLevenshteinAtThresholds(name, [2])
            if name.endswith("_id")
            else cl.ExactMatch(name).configure(term_frequency_adjustments=True)
            for name in numbers
        ),
        *(cl.ExactMatch(name).configure(term_frequency_adjustments=True) for name in exact),
    ]


def _blocking(columns: set[str], *, is_small: bool) -> list[object]:
    alone = [(name,) for name in sorted(columns) if name in ("email", "phone_number") or name.endswith("_id")]
    alone += [(name,) for name in sorted(columns) if name.endswith("_crm")]
    names = [("first_name",), ("last_name",), ("date_of_birth",), ("zip_code",)]
    pairs = [
        ("last_name", "date_of_birth"),
        ("first_name", "date_of_birth"),
        ("first_name", "last_name", "zip_code"),
        ("first_name", "last_name", "city"),
        ("last_name", "address_line1"),
        ("full_name",),
    ]
    wanted = [*(rule for rule in alone if rule != ("unique_id",)), *(names if is_small else pairs)]
    return [block_on(*rule) for rule in _present(columns, wanted)]


def _sure(columns: set[str], *, is_small: bool) -> list[object]:
    """Rules that hardly ever join strangers: how many pairs they find says how likely any pair is."""
    if is_small and columns.issuperset({"first_name", "last_name", "date_of_birth"}):
        near_birth = "levenshtein(l.date_of_birth, r.date_of_birth) <= 1"
        rules = [
            f"l.first_name = r.first_name AND {near_birth}",
            f"l.last_name = r.last_name AND {near_birth}",
            "l.first_name = r.first_name AND levenshtein(l.last_name, r.last_name) <= 2",
        ]
        return [*rules, *(block_on(*rule) for rule in _present(columns, [("email",)]))]
    rules = [("first_name", "last_name", "date_of_birth"), ("first_name", "email"), ("first_name", "phone_number")]
    places = [("first_name", "last_name", *place) for place in _PLACES]
    return [block_on(*rule) for rule in _present(columns, rules) or _present(columns, places)[:1]]


def _passes(columns: set[str]) -> list[tuple[str, ...]]:
    """At least two, so that each comparison is free in one."""
    passes = _present(columns, _PASSES)
    return passes if len(passes) > 1 else passes + _present(columns, _PLACES)[:1]


def _present(columns: set[str], rules: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [rule for rule in rules if columns.issuperset(rule)]


if __name__ == "__main__":
    main()
