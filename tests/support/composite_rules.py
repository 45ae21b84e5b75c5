"""Composite match rules as the database takes them, and the pairs they make, worked out in Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from support.identity_rule import Pair


@dataclass(frozen=True)
class Composite:
    """Records agree in all attributes of `key`, and in one more up to a number of letters, if `near` says so."""

    name: str
    key: tuple[str, ...]
    near: tuple[str, int] | None
    verdict: str
    block_limit: int

    @property
    def definition(self) -> dict[str, Any]:
        conditions: list[dict[str, Any]] = [{"attribute": name, "compare": "exact"} for name in self.key]
        if self.near:
            conditions.append({"attribute": self.near[0], "compare": "levenshtein", "at_most": self.near[1]})
        return {"all": conditions, "verdict": self.verdict, "block_limit": self.block_limit}

    def but(self, **changes: Any) -> Composite:
        return replace(self, **changes)

    def is_near(self, one: dict[str, str], other: dict[str, str]) -> bool:
        if self.near is None:
            return True
        name, most = self.near
        return name in one and name in other and distance(one[name], other[name]) <= most


BIRTH_AND_FAMILY = Composite("alike", ("date_of_birth", "last_name"), ("first_name", 1), "match", 2)
NAMES = Composite("akin", ("first_name", "last_name"), None, "review", 4)


def pairs_of(rules: tuple[Composite, ...], records: list[dict[str, str]]) -> list[Pair]:
    """A key that more records hold than the rule allows makes no pair."""
    found = []
    for rule in rules:
        holders = defaultdict(list)
        for number, record in enumerate(records):
            if set(rule.key) <= record.keys():
                holders[tuple(record[name] for name in rule.key)].append(number)
        for numbers in holders.values():
            if len(numbers) <= rule.block_limit:
                found += [
                    Pair(one, other, rule.name, rule.verdict, 1.0)
                    for one, other in combinations(numbers, 2)
                    if rule.is_near(records[one], records[other])
                ]
    return found


def distance(one: str, other: str) -> int:
    """Letters to change, add or leave out."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        before, row[0] = row[0], place
        for index, wanted in enumerate(other, start=1):
            before, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, before + (letter != wanted))
    return row[-1]
