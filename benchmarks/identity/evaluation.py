"""How close found clusters come to the truth, pair by pair.

Counts pairs from the sizes of clusters, of people, and of what they have in common; never lists pairs, so a million
records take a second. Refuses records that only one side knows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

# A cluster of that many people or more was not joined by a likeness but by a value everybody shares.
JUNK_PEOPLE = 10


@dataclass(frozen=True)
class Verdict:
    """Precision: share of found pairs that are true. Recall: share of true pairs that were found."""

    records: int
    people: int
    clusters: int
    precision: float
    recall: float
    largest_cluster: int
    largest_person: int
    junk_clusters: int

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def judge(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Verdict:
    """Compares the cluster of each record with its person."""
    if found.keys() != truth.keys():
        missing, unknown = len(truth.keys() - found.keys()), len(found.keys() - truth.keys())
        raise ValueError(f"{missing} records are in no cluster, {unknown} clustered records have no truth")
    clusters, people = Counter(found.values()), Counter(truth.values())
    common = Counter((found[record], person) for record, person in truth.items())
    people_inside: dict[Hashable, int] = defaultdict(int)
    for cluster, _ in common:
        people_inside[cluster] += 1
    right, found_pairs, true_pairs = (_pairs(sizes.values()) for sizes in (common, clusters, people))
    return Verdict(
        records=len(truth),
        people=len(people),
        clusters=len(clusters),
        precision=right / found_pairs if found_pairs else 1.0,
        recall=right / true_pairs if true_pairs else 1.0,
        largest_cluster=max(clusters.values(), default=0),
        largest_person=max(people.values(), default=0),
        junk_clusters=sum(count >= JUNK_PEOPLE for count in people_inside.values()),
    )


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
