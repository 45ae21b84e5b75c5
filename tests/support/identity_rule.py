"""Who is who, stated as docs/explanation/identity.md states it and without any thought of speed.

For comparison with the database only; shares no code with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

PRIORITY = {"user_id": 10, "national_id": 20, "email": 30, "phone": 40, "anonymous_id": 80, "alike": 35, "akin": 85}
RULES = ("alike", "akin")
EXCLUSIVE = {"user_id", "national_id"}
WEAK = {"anonymous_id"}
CLAIMS = ("email", "phone")
LIMIT = {"user_id": 1, "national_id": 1, "email": 2, "phone": 2, "anonymous_id": 2}
PERSON_LIMIT = 2
LARGEST = 6
FORCED, BY_EXCLUSIVE, BY_STRONG, BY_PAIR, BY_WEAK = range(5)


@dataclass(frozen=True)
class Pair:
    """A pair that a match rule makes; one and other are positions in the list of records."""

    one: int
    other: int
    rule: str
    verdict: str
    score: float


@dataclass(frozen=True)
class Override:
    """What a person decided about the records on two sides."""

    kind: str
    sides: tuple[frozenset[int], frozenset[int]]

    @property
    def records(self) -> frozenset[int]:
        return self.sides[0] | self.sides[1]


def dates_conflict(one: str, other: str) -> bool:
    a, b = date.fromisoformat(one), date.fromisoformat(other)
    if (a.year != b.year) + (a.month != b.month) + (a.day != b.day) < 2:
        return False
    swapped = (a.month, a.day) == (b.day, b.month)
    unknown = (1, 1) in {(a.month, a.day), (b.month, b.day)}
    return not (a.year == b.year and (swapped or unknown))


def person(record: dict[str, str], letters: int) -> Any:
    """Whom a record speaks of, by the first letters of its names, whichever stands first; None when it does not say."""
    if {"first_name", "last_name"} <= record.keys():
        return tuple(sorted((record["first_name"][:letters], record["last_name"][:letters])))
    return record.get("date_of_birth")


class Reference:
    """The partition of records and the reviews it asks for; content[i] orders records where nothing else does."""

    def __init__(
        self, records: list[dict[str, str]], pairs: list[Pair], overrides: list[Override], content: list[bytes]
    ):
        self.records, self.pairs, self.overrides, self.content = records, pairs, overrides, content
        self.groups = [{index} for index in range(len(records))]
        self.refused: list[tuple[int, int, str]] = []

    def partition(self) -> set[frozenset[int]]:
        for override in self.overrides:
            if override.kind == "must_link":
                self.tie(FORCED, "must_link", override.records)
        for level, rule, members in self.ties():
            self.tie(level, rule, members)
        return {frozenset(group) for group in self.groups}

    def reviews(self) -> set[tuple[frozenset[int], str]]:
        """After partition(): refused ties, and pairs a rule hands to a person, between different persons."""
        asked = self.refused + [(pair.one, pair.other, pair.rule) for pair in self.pairs if pair.verdict == "review"]
        return {
            (frozenset((one, other)), rule)
            for one, other, rule in asked
            if not any({one, other} <= group for group in self.groups)
        }

    def state(self, kind: str, value: str) -> str:
        holders = [record for record in self.records if record.get(kind) == value]
        if len({person(record, 1) for record in holders} - {None}) > PERSON_LIMIT:
            return "shared"
        if kind not in WEAK:
            return "open"
        named = {person(record, 3) for record in holders} - {None}
        claims, vouched = defaultdict(set), defaultdict(set)
        for record in holders:
            claimed = next((kind for kind in CLAIMS if kind in record), None)
            if claimed:
                claims[claimed].add(record[claimed])
                if person(record, 3):
                    vouched[claimed].add(record[claimed])
        several = len(named) > 1 or any(len(claims[kind]) > max(1, len(vouched[kind])) for kind in claims)
        return "divided" if several else "open"

    def ties(self) -> list[tuple[int, str, frozenset[int]]]:
        ties: dict[tuple[Any, ...], set[int]] = defaultdict(set)
        for index, record in enumerate(self.records):
            for kind, value in self.identifiers(index):
                level = BY_EXCLUSIVE if kind in EXCLUSIVE else BY_WEAK if kind in WEAK else BY_STRONG
                whom = person(record, 3) if self.state(kind, value) == "divided" else ""
                if whom is not None:
                    ties[PRIORITY[kind], f"exact:{kind}", -1.0, value, b"", b"", str(whom), level].add(index)
        for pair in self.pairs:
            first, second = sorted((self.content[pair.one], self.content[pair.other]))
            if pair.verdict == "match":
                key = (PRIORITY[pair.rule], pair.rule, -pair.score, "", first, second, "", BY_PAIR)
                ties[key] |= {pair.one, pair.other}
        return [(key[-1], key[1], frozenset(ties[key])) for key in sorted(ties)]

    def identifiers(self, index: int) -> list[tuple[str, str]]:
        """The identifiers of a record that link, and that can contradict: those not shared by too many."""
        held = [(kind, value) for kind, value in self.records[index].items() if kind in LIMIT]
        return [(kind, value) for kind, value in held if self.state(kind, value) != "shared"]

    def held(self, group: set[int], kind: str) -> set[str]:
        return {value for index in group for own, value in self.identifiers(index) if own == kind}

    def sides(self, group: set[int], number: int) -> set[int]:
        return {side for side in (0, 1) if group & self.overrides[number].sides[side]}

    def said(self, group: set[int], what: str) -> set[Any]:
        told = {self.records[index].get(what) if what else person(self.records[index], 1) for index in group}
        return told - {None}

    def too_many(self, groups: list[set[int]], level: int) -> list[str]:
        """Types of which the groups would hold more together than one person may have, prohibitions first."""
        found = []
        for number, override in enumerate(self.overrides):
            if override.kind == "cannot_link" and len(self.sides(set().union(*groups), number)) == 2:
                found.append(f"override:{number}")
        kinds = sorted(EXCLUSIVE) if level >= BY_EXCLUSIVE else []
        kinds += sorted(LIMIT.keys() - EXCLUSIVE - WEAK) if level >= BY_STRONG else []
        for kind in kinds:
            together = len(self.held(set().union(*groups), kind))
            if together > LIMIT[kind] and together > max(len(self.held(group, kind)) for group in groups):
                found.append(kind)
        return found

    def born_apart(self, one: set[int], other: set[int]) -> bool:
        days = [(a, b) for a in self.said(one, "date_of_birth") for b in self.said(other, "date_of_birth")]
        return bool(days) and all(dates_conflict(a, b) for a, b in days)

    def obstacles(self, groups: list[set[int]], level: int) -> list[str]:
        found = self.too_many(groups, level)
        if level >= BY_STRONG and any(self.born_apart(a, b) for a, b in combinations(groups, 2)):
            found.append("birth_date")
        if level >= BY_PAIR and len(set().union(*groups)) > LARGEST:
            found.append("size")
        return found

    def speaks(self, group: set[int]) -> bool:
        return bool(
            self.said(group, "date_of_birth")
            or self.said(group, "")
            or any(self.held(group, kind) for kind in EXCLUSIVE)
            or any(self.sides(group, n) for n, override in enumerate(self.overrides) if override.kind == "cannot_link")
        )

    def related(self, one: set[int], other: set[int], in_question: list[str]) -> bool:
        """Whether two groups that meet in a contested tie belong together all the same."""
        if not self.speaks(one) and not self.speaks(other):
            return True
        if self.said(one, "") & self.said(other, ""):
            return True
        for what in in_question:
            if what.startswith("override:"):
                number = int(what.removeprefix("override:"))
                if self.sides(one, number) & self.sides(other, number):
                    return True
            elif LIMIT.get(what) == 1 and self.held(one, what) & self.held(other, what):
                return True
        return False

    def tie(self, level: int, rule: str, members: frozenset[int]) -> None:
        touched: list[set[int]] = []
        holders: list[int] = []
        for index in sorted(members, key=lambda index: self.content[index]):
            group = next(group for group in self.groups if index in group)
            if group not in touched:
                touched.append(group)
                holders.append(index)
        if not self.obstacles(touched, level):
            self.unite(touched)
            return
        if level == FORCED:
            return

        in_question = self.too_many(touched, level)
        targets: list[tuple[set[int], int]] = []
        for group, holder in zip(touched, holders, strict=True):
            refusal = None
            for place, (target, opponent) in enumerate(targets):
                against = self.obstacles([target, group], level)
                if against and refusal is None:
                    refusal = (opponent, holder, against[0])
                if not against and self.related(target, group, in_question):
                    self.unite([target, group])
                    targets[place] = (target | group, opponent)
                    break
            else:
                targets.append((group, holder))
                if refusal and level in (BY_STRONG, BY_PAIR) and not refusal[2].startswith("override:"):
                    self.refused.append((refusal[0], refusal[1], rule))

    def unite(self, groups: list[set[int]]) -> None:
        if len(groups) > 1:
            self.groups = [group for group in self.groups if group not in groups] + [set().union(*groups)]
