"""Who is who, stated as docs/explanation/identity.md states it and without any thought of speed.

For comparison with the database only; shares no code with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import log2
from typing import Any

PRIORITY = {
    "user_id": 10,
    "national_id": 20,
    "email": 30,
    "phone": 40,
    "anonymous_id": 80,
    "alike": 35,
    "akin": 85,
    "likely": 45,
}
RULES = ("alike", "akin", "likely")
SCORED = "likely"
EXCLUSIVE = {"user_id", "national_id"}
FIRST = "user_id"
WEAK = {"anonymous_id"}
CLAIMS = ("email", "phone")
LIMIT = {"user_id": 1, "national_id": 1, "email": 2, "phone": 2, "anonymous_id": 2}
PERSON_LIMIT = 2
LARGEST = 6
FORCED, BY_FIRST, BY_EXCLUSIVE, BY_STRONG, BY_PAIR, BY_WEAK, BY_SCORE, DECIDED = range(8)
# Ties that names of different persons stand against.
YIELDING = {BY_STRONG, BY_PAIR, BY_WEAK, DECIDED}
LATER = 1_000_000


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
    if min(a, b) < date(1850, 1, 1):
        return False
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


Name = tuple[str | None, str | None, str | None]


def name(record: dict[str, str]) -> Name | None:
    """Given name, family name and day of birth; None where there is no name."""
    own = (record.get("first_name"), record.get("last_name"), record.get("date_of_birth"))
    return own if own[0] or own[1] else None


def words(own: Name) -> list[str]:
    return [word for word in own[:2] if word]


def among(few: list[str], many: list[str]) -> bool:
    """Whether each word of a list is one of another: the same, or one of them the initial of the other."""
    left, open_words = list(many), []
    for word in few:
        if word in left:
            left.remove(word)
        else:
            open_words.append(word)
    for word in open_words:
        like = next((own for own in left if 1 in (len(own), len(word)) and own[0] == word[0]), None)
        if like is None:
            return False
        left.remove(like)
    return True


def go_together(one: Name, other: Name) -> bool:
    few, many = sorted((words(one), words(other)), key=len)
    days = [said[2] for said in (one, other) if said[2]]
    married = len(days) == 2 and not dates_conflict(*days) and one[0] and other[0] and among([one[0]], [other[0]])
    return among(few, many) or bool(married)


def said(one: Name) -> int:
    return sum(len(word) > 1 for word in words(one))


def persons(names: set[Name]) -> dict[Name, frozenset[Name] | None]:
    """Whom each name means: names of that person; None where it may mean several."""
    more = {one: [other for other in names if said(other) > said(one) and go_together(one, other)] for one in names}
    vague = {one for one in names if any(not go_together(a, b) for a, b in combinations(more[one], 2))}
    means: dict[Name, frozenset[Name] | None] = {one: who for who in chained(names - vague) for one in who}
    known = {one: {means[other] for other in names - vague if go_together(one, other)} for one in vague}
    means |= {one: who.pop() if len(who) == 1 else None for one, who in known.items() if who}
    return means | {one: who for who in chained(vague - means.keys()) for one in who}


def chained(names: set[Name]) -> list[frozenset[Name]]:
    """Names that lead to each other, directly or through others."""
    found: list[set[Name]] = []
    for one in names:
        near = [who for who in found if any(go_together(one, other) for other in who)]
        found = [who for who in found if who not in near] + [{one}.union(*near)]
    return [frozenset(who) for who in found]


class Reference:
    """The partition of records and the reviews it asks for; content[i] orders records where nothing else does.

    Where the scored rule has a model, it decides about identifiers that are not exclusive.
    """

    def __init__(
        self,
        records: list[dict[str, str]],
        pairs: list[Pair],
        overrides: list[Override],
        content: list[bytes],
        *,
        has_model: bool = False,
    ):
        self.records, self.pairs, self.overrides, self.content = records, pairs, overrides, content
        self.decided = LIMIT.keys() - EXCLUSIVE if has_model else set()
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
                if kind in self.decided:
                    if self.state(kind, value) == "open" and not self.all_named(kind, value):
                        key = (PRIORITY[kind] + LATER, f"exact:{kind}", -1.0, value, b"", b"", "", DECIDED)
                        ties[key].add(index)
                    continue
                level = BY_EXCLUSIVE if kind in EXCLUSIVE else BY_WEAK if kind in WEAK else BY_STRONG
                level = BY_FIRST if kind == FIRST else level
                whom = person(record, 3) if self.state(kind, value) == "divided" else ""
                if whom is not None:
                    ties[PRIORITY[kind], f"exact:{kind}", -1.0, value, b"", b"", str(whom), level].add(index)
        for pair in self.pairs:
            first, second = sorted((self.content[pair.one], self.content[pair.other]))
            if pair.verdict == "match":
                level = BY_SCORE if pair.rule == SCORED else BY_PAIR
                key = (PRIORITY[pair.rule], pair.rule, -pair.score, "", first, second, "", level)
                ties[key] |= {pair.one, pair.other}
        return [(key[-1], key[1], frozenset(ties[key])) for key in sorted(ties)]

    def all_named(self, kind: str, value: str) -> bool:
        return all(person(record, 1) for record in self.records if record.get(kind) == value)

    def gain(self, one: set[int], other: set[int]) -> int:
        """What the scored pairs between two groups say together, in thousandths of a bit."""
        told = {
            frozenset((pair.one, pair.other)): round(1000 * max(-6, min(8, log2(pair.score / (1 - pair.score)))))
            for pair in self.pairs
            if pair.rule == SCORED
        }
        return sum(told.get(frozenset((a, b)), -3000) for a in one for b in other)

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

    def names(self, groups: list[set[int]]) -> set[Name]:
        return {own for group in groups for index in group if (own := name(self.records[index]))}

    def called(self, group: set[int], means: dict[Name, frozenset[Name] | None]) -> set[Any]:
        return {means[own] for own in self.names([group])} - {None}

    def evidence(self, group: set[int]) -> int:
        return len({frozenset(self.records[index].items()) for index in group})

    def too_many(self, groups: list[set[int]], level: int) -> list[str]:
        """Types of which the groups would hold more together than one person may have, prohibitions first."""
        found = []
        for number, override in enumerate(self.overrides):
            if override.kind == "cannot_link" and len(self.sides(set().union(*groups), number)) == 2:
                found.append(f"override:{number}")
        kinds = sorted(EXCLUSIVE) if level >= BY_EXCLUSIVE else [FIRST] if level == BY_FIRST else []
        kinds += sorted(LIMIT.keys() - EXCLUSIVE - WEAK) if level >= BY_STRONG and level != BY_SCORE else []
        for kind in kinds:
            together = len(self.held(set().union(*groups), kind))
            if together > LIMIT[kind] and together > max(len(self.held(group, kind)) for group in groups):
                found.append(kind)
        return found

    def born_apart(self, one: set[int], other: set[int]) -> bool:
        days = [(a, b) for a in self.said(one, "date_of_birth") for b in self.said(other, "date_of_birth")]
        return bool(days) and all(dates_conflict(a, b) for a, b in days)

    def called_apart(self, one: set[int], other: set[int], means: dict[Name, frozenset[Name] | None]) -> bool:
        first, second = self.called(one, means), self.called(other, means)
        return bool(first and second) and not first & second

    def obstacles(self, groups: list[set[int]], level: int, means: dict[Name, frozenset[Name] | None]) -> list[str]:
        found = self.too_many(groups, level)
        if level >= BY_STRONG and level != BY_SCORE and any(self.born_apart(a, b) for a, b in combinations(groups, 2)):
            found.append("birth_date")
        if level in YIELDING and any(self.called_apart(a, b, means) for a, b in combinations(groups, 2)):
            found.append("name")
        if level >= BY_PAIR and self.evidence(set().union(*groups)) > LARGEST:
            found.append("size")
        return found

    def speaks(self, group: set[int]) -> bool:
        return bool(
            self.said(group, "date_of_birth")
            or self.names([group])
            or any(self.held(group, kind) for kind in EXCLUSIVE)
        )

    def related(
        self, one: set[int], other: set[int], in_question: list[str], means: dict[Name, frozenset[Name] | None]
    ) -> bool:
        """Whether two groups that meet in a contested tie belong together all the same."""
        if not self.speaks(one) and not self.speaks(other):
            return True
        if self.called(one, means) & self.called(other, means) or self.born(one) & self.born(other):
            return True
        exclusive = [what for what in in_question if LIMIT.get(what) == 1]
        return any(self.held(one, what) & self.held(other, what) for what in exclusive)

    def born(self, group: set[int]) -> set[str]:
        """Days of birth that stand for a person, because there is no name."""
        return {self.records[index]["date_of_birth"] for index in group if self.is_day_alone(self.records[index])}

    @staticmethod
    def is_day_alone(record: dict[str, str]) -> bool:
        return name(record) is None and "date_of_birth" in record

    def touched(self, level: int, members: frozenset[int]) -> tuple[list[set[int]], list[int]]:
        """The groups that a tie is about, in the order of content, and the first of its records in each."""
        groups: list[set[int]] = []
        holders: list[int] = []
        for index in sorted(members, key=lambda index: self.content[index]):
            group = next(group for group in self.groups if index in group)
            if group not in groups:
                groups.append(group)
                holders.append(index)
        if level == DECIDED and sum(bool(self.said(group, "")) for group in groups) > 1:
            nameless = [place for place, group in enumerate(groups) if not self.said(group, "")]
            return [groups[place] for place in nameless], [holders[place] for place in nameless]
        return groups, holders

    def tie(self, level: int, rule: str, members: frozenset[int]) -> None:
        touched, holders = self.touched(level, members)
        if level == BY_SCORE and len(touched) == 2 and self.gain(*touched) <= 0:
            self.refused.append((holders[0], holders[1], rule))
            return
        means = persons(self.names(touched))
        if not self.obstacles(touched, level, means):
            self.unite(touched)
            return
        if level == FORCED:
            return

        in_question = self.too_many(touched, level)
        targets: list[tuple[set[int], int]] = []
        for group, holder in zip(touched, holders, strict=True):
            refusal = None
            for place, (target, opponent) in enumerate(targets):
                against = self.obstacles([target, group], level, means)
                if against and refusal is None:
                    refusal = (opponent, holder, against[0])
                if not against and self.related(target, group, in_question, means):
                    self.unite([target, group])
                    targets[place] = (target | group, opponent)
                    break
            else:
                targets.append((group, holder))
                if refusal and level not in (BY_WEAK, DECIDED) and not refusal[2].startswith("override:"):
                    self.refused.append((refusal[0], refusal[1], rule))

    def unite(self, groups: list[set[int]]) -> None:
        if len(groups) > 1:
            self.groups = [group for group in self.groups if group not in groups] + [set().union(*groups)]
