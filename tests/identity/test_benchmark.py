"""What the identity benchmark measures with: its data and its arithmetic."""

from __future__ import annotations

import hashlib
from itertools import combinations
from random import Random

import pytest
from benchmarks.identity.dataset import DataSet, Record
from benchmarks.identity.evaluation import judge
from benchmarks.identity.people import Options, Population


def test_figures_from_sizes_equal_those_of_listed_pairs():
    rng = Random(5)
    found = {str(record): rng.randrange(40) for record in range(150)}
    truth = {str(record): rng.randrange(60) for record in range(150)}

    verdict = judge(found, truth)

    pairs = list(combinations(found, 2))
    found_pairs = {pair for pair in pairs if found[pair[0]] == found[pair[1]]}
    true_pairs = {pair for pair in pairs if truth[pair[0]] == truth[pair[1]]}
    right = len(found_pairs & true_pairs)
    assert verdict.precision == pytest.approx(right / len(found_pairs))
    assert verdict.recall == pytest.approx(right / len(true_pairs))
    assert verdict.f1 == pytest.approx(2 * right / (len(found_pairs) + len(true_pairs)))


def test_a_cluster_of_many_people_counts_as_junk():
    truth = {str(record): f"person {record}" for record in range(30)}
    found = {str(record): 0 if record < 10 else record for record in range(30)}

    verdict = judge(found, truth)

    assert (verdict.junk_clusters, verdict.largest_cluster, verdict.clusters) == (1, 10, 21)


def test_a_record_without_cluster_is_refused():
    with pytest.raises(ValueError, match="in no cluster"):
        judge({"a": 1}, {"a": 1, "b": 2})


def test_one_seed_makes_the_same_people_for_ever():
    rows = Population(Options(records=2_000, seed=7)).rows()

    digest = hashlib.sha256("\n".join(",".join(row) for row in rows).encode()).hexdigest()

    assert digest == "7c5a49e0188ce835fed1b831ef91d6f886e4f0571fec8596f45ee3f1b2ddf443"


def test_what_a_source_never_asked_for_is_in_none_of_its_records():
    asked = Record(
        "1", "web", None, {"email": "a@mail.test", "city": "Hanoi"}, {"loyalty_id": "7", "anonymous_id": "c"}
    )
    data = DataSet("people", (asked,), {"1": "a person"})

    (left,) = data.without(("email", "anonymous_id", "date_of_birth")).records

    assert (left.traits, left.identifiers) == ({"city": "Hanoi"}, {"loyalty_id": "7"})
    assert (left.number, left.source) == ("1", "web")
