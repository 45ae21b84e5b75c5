"""What a scored match rule compares, and under which keys it finds candidates: the default recipe, or what a rule says.

Pure: from attributes, identifier types and one definition to frozen values that the templates write down. Decides
nothing about weights; those are learnt from the observations of the tenant.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from c360.domain.rules import Comparison as StatedComparison
from c360.domain.rules import MatchRule, ScoredDefinition

if TYPE_CHECKING:
    from c360.domain.tenants import Attribute, IdentifierType

MATCH = 0.8
REVIEW = 0.5
# Less likely pairs still say how alike two groups are; below this they say nothing.
EVIDENCE = 0.1
"""Default thresholds: a match at odds of four to one, worth a look at one to nine."""

LEVELS: dict[str, tuple[str, ...]] = {
    "given_name": ("equal", "alias", "initial", "close", "swapped", "different"),
    "family_name": ("equal", "close", "swapped", "different"),
    "date": ("equal", "typo", "close", "partial", "different"),
    "email": ("equal", "typo", "same name", "close name", "different"),
    "phone": ("equal", "close", "different"),
    "id": ("equal", "close", "different"),
    "address": (
        "equal",
        "close",
        "street only",
        "same code",
        "same city",
        "near code",
        "same state",
        "different",
    ),
    "text": ("equal", "close", "different"),
    "exact": ("equal", "different"),
    "number": ("equal", "close", "different"),
}
"""Levels of each form, best first; level 0 is "one of the two says nothing" and is no evidence."""

STRIDE = 9
"""Levels 0 to 8 of each comparison stand side by side in the arrays of a model."""

_FREQUENCIES = frozenset({"given_name", "family_name", "text"})
_ADDRESS = ("address_line1", "zip_code", "city", "state")
_WEAK_PAIRS = 1.0
_PAIRS = 3.0


@dataclass(frozen=True, kw_only=True)
class Column:
    """One value kept of each observation: what it is made of and of which attribute or identifier type."""

    name: str
    kind: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class ScoredComparison:
    """One comparison: its columns are the names under which templates find the values of both sides."""

    name: str
    form: str
    number: int
    columns: tuple[str, ...]
    place: int
    attributes: tuple[str, ...] = ()
    identifier_type: str | None = None
    has_frequencies: bool = False
    is_own: bool = False
    limits: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def levels(self) -> tuple[str, ...]:
        return LEVELS[self.form]

    @property
    def is_shareable(self) -> bool:
        """Its values are looked through for those that many persons share."""
        return self.form in {"email", "phone", "id"}

    @property
    def last_level(self) -> int:
        """The number of the level "different"."""
        return len(self.levels)

    @property
    def first(self) -> int:
        """Where the figures of its best level stand in the arrays of a model: before them is that of level 0."""
        return (self.number - 1) * STRIDE + 2

    @property
    def closeness(self) -> str:
        """Trigram similarity from which two texts are close."""
        return str(next(iter(self.limits), 0.6))

    @property
    def distance(self) -> str:
        """Difference up to which two numbers are close."""
        return str(next(iter(self.limits), 0))


@dataclass(frozen=True, kw_only=True)
class Key:
    """A family of blocking keys: columns joined in the way of `form`.

    In its turn (1, 2, 3; never with 0) a model is trained on pairs that share such a key, which fixes some comparisons:
    later turns are for comparisons of which the earlier ones told nothing.
    """

    name: str
    number: int
    form: str
    columns: tuple[str, ...]
    pairs_per_record: float = _PAIRS
    turn: int = 0
    is_stated: bool = False
    fixes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A scored rule with every default filled in."""

    rule: str
    columns: tuple[Column, ...]
    comparisons: tuple[ScoredComparison, ...]
    keys: tuple[Key, ...]
    match: str
    review: str
    evidence: str

    @property
    def identifier_types(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column.source for column in self.columns if column.kind == "identifier"))

    def place(self, name: str) -> int:
        """The place of a column among the values kept of an observation."""
        return next(place for place, column in enumerate(self.columns, 1) if column.name == name)

    def guard(self, column: Column) -> int | None:
        """The comparison whose shared values are no evidence in this column."""
        return next((c.number for c in self.comparisons if c.columns[0] == column.name and c.is_shareable), None)

    @property
    def beside_names(self) -> frozenset[str]:
        """Columns of texts that say nothing where they repeat the name, which is compared already."""
        if not {"given", "family"} <= {column.kind for column in self.columns}:
            return frozenset()
        texts = {comparison.columns[0] for comparison in self.comparisons if comparison.form == "text"}
        return frozenset(texts.difference(*(key.columns for key in self.keys if key.is_stated)))

    @property
    def given_name(self) -> ScoredComparison | None:
        """The comparison that tells the members of a family apart."""
        return next((comparison for comparison in self.comparisons if comparison.form == "given_name"), None)

    @property
    def family_name(self) -> ScoredComparison | None:
        return next((comparison for comparison in self.comparisons if comparison.form == "family_name"), None)

    @property
    def birth_date(self) -> ScoredComparison | None:
        """The comparison that tells father and son apart."""
        return next((c for c in self.comparisons if (c.form, c.name) == ("date", "date_of_birth")), None)

    @property
    def own(self) -> tuple[ScoredComparison, ...]:
        """What is a person's own and no household's: numbers given to one person."""
        return tuple(comparison for comparison in self.comparisons if comparison.is_own)

    @property
    def mail(self) -> tuple[ScoredComparison, ...]:
        """What is mostly a person's own, but families have mailboxes, too."""
        return tuple(comparison for comparison in self.comparisons if comparison.form == "email")

    @property
    def own_and_mail(self) -> tuple[ScoredComparison, ...]:
        return self.own + self.mail

    @property
    def of_household(self) -> tuple[ScoredComparison, ...]:
        return tuple(comparison for comparison in self.comparisons if comparison.form in {"address", "phone"})

    @property
    def of_household_and_mail(self) -> tuple[ScoredComparison, ...]:
        return self.of_household + self.mail

    def is_shared_by_family(self, comparison: ScoredComparison) -> bool:
        """To agree in it tells nothing of two who have different given names."""
        return self.given_name is not None and comparison.form in {"address", "phone"}

    @property
    def with_frequencies(self) -> tuple[ScoredComparison, ...]:
        return tuple(comparison for comparison in self.comparisons if comparison.has_frequencies)

    @property
    def document(self) -> str:
        """What functions in SQL need to know, as JSON."""
        return json.dumps(
            {
                "rule": self.rule,
                "columns": [[column.kind, column.source] for column in self.columns],
                "comparisons": [
                    {
                        "name": comparison.name,
                        "form": comparison.form,
                        "levels": comparison.levels,
                        "place": comparison.place,
                        "attributes": comparison.attributes,
                        "identifier_type": comparison.identifier_type,
                        "has_frequencies": comparison.has_frequencies,
                        "limits": comparison.limits,
                        "weights": comparison.weights,
                    }
                    for comparison in self.comparisons
                ],
                "keys": [
                    {
                        "name": key.name,
                        "number": key.number,
                        "pairs_per_record": key.pairs_per_record,
                        "turn": key.turn,
                        "fixes": key.fixes,
                    }
                    for key in self.keys
                ],
            },
            ensure_ascii=False,
        )


def recipe(
    rule: MatchRule,
    definition: ScoredDefinition,
    attributes: Sequence[Attribute],
    identifier_types: Sequence[IdentifierType],
) -> Recipe:
    """Fill in what the definition leaves to the default: comparisons by kind of attribute, keys by kind of column."""
    known = {
        attribute.name: attribute for attribute in attributes if attribute.maintained_by in {"traits", "identifiers"}
    }
    builder = _Builder(known, {kind.name: kind for kind in identifier_types}, definition.term_frequency)
    for stated in definition.comparisons or tuple(_default_comparisons(known, identifier_types)):
        builder.add(stated)
    comparisons = tuple(builder.comparisons)
    match = MATCH if definition.match is None else definition.match
    review = min(REVIEW, match) if definition.review is None else definition.review
    keys = tuple(_stated_keys(builder, definition.blocking)) if definition.blocking else tuple(_default_keys(builder))
    return Recipe(
        rule=rule.name,
        columns=tuple(builder.columns),
        comparisons=comparisons,
        keys=keys,
        match=str(match),
        review=str(review),
        evidence=str(min(EVIDENCE, review)),
    )


def _default_comparisons(
    known: dict[str, Attribute], identifier_types: Sequence[IdentifierType]
) -> Iterator[StatedComparison]:
    """By kind of column: names, day of birth, identifiers, the address as one, gender, other texts about a person."""
    for name, form in (("first_name", "given_name"), ("last_name", "family_name"), ("date_of_birth", "date")):
        if name in known:
            yield StatedComparison(attribute=name, form=form)
    for kind in identifier_types:
        if kind.is_matched:
            form = kind.normaliser if kind.normaliser in {"email", "phone"} else "id"
            yield StatedComparison(attribute=kind.name, form=form)
    has_address = all(name in known for name in _ADDRESS)
    if has_address:
        yield StatedComparison(attribute="address_line1", form="address")
    if "gender" in known:
        yield StatedComparison(attribute="gender", form="exact")
    taken = {"first_name", "last_name", "full_name", "date_of_birth", "gender", "country"}
    taken |= set(_ADDRESS) if has_address else set()
    for attribute in known.values():
        if attribute.name in taken or attribute.is_identifier or attribute.maintained_by != "traits":
            continue
        if attribute.form in {"text", "name", "id"} and attribute.group in {"address", "custom"}:
            yield StatedComparison(attribute=attribute.name, form="id" if attribute.form == "id" else "text")


class _Builder:
    """Gathers columns and comparisons, each column once."""

    def __init__(self, known: dict[str, Attribute], kinds: dict[str, IdentifierType], uses_frequencies: bool) -> None:
        self._known = known
        self._kinds = kinds
        self._uses_frequencies = uses_frequencies
        self.columns: list[Column] = []
        self.comparisons: list[ScoredComparison] = []

    def column(self, kind: str, source: str = "") -> str:
        for column in self.columns:
            if (column.kind, column.source) == (kind, source):
                return column.name
        made = Column(name=f"c{len(self.columns) + 1}", kind=kind, source=source)
        self.columns.append(made)
        return made.name

    def place(self, name: str) -> int:
        return next(place for place, column in enumerate(self.columns, 1) if column.name == name)

    def add(self, stated: StatedComparison) -> None:
        """A comparison and the columns it reads; one of what the tenant no longer has is left out."""
        identifier = self._identifier(stated)
        attribute = self._known.get(stated.attribute)
        if identifier is None and attribute is None:
            return
        columns, attributes = self._columns(stated, identifier)
        self.comparisons.append(
            ScoredComparison(
                name=stated.attribute,
                form=stated.form,
                number=len(self.comparisons) + 1,
                columns=columns,
                place=self.place(columns[0]),
                attributes=attributes,
                identifier_type=identifier,
                has_frequencies=self._uses_frequencies and stated.form in _FREQUENCIES,
                is_own=stated.form == "id" and (identifier is None or self._kinds[identifier].is_strong),
                limits=stated.levels,
                weights=stated.weights,
            )
        )

    def _identifier(self, stated: StatedComparison) -> str | None:
        attribute = self._known.get(stated.attribute)
        if stated.form not in {"email", "phone", "id"}:
            return None
        if attribute is not None and attribute.identifier_type is not None:
            return attribute.identifier_type
        return stated.attribute if attribute is None and stated.attribute in self._kinds else None

    def _columns(self, stated: StatedComparison, identifier: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        name = stated.attribute
        if stated.form == "given_name" and name == "first_name":
            return self._names(), ("first_name", "full_name")
        if stated.form == "family_name" and name == "last_name":
            return self._names(of_family=True), ("last_name", "full_name")
        if stated.form in {"given_name", "family_name"}:
            words = self.column("words", name)
            sound = self.column("sound", name)
            if stated.form == "family_name":
                return (words, sound, words), (name,)
            return (words, sound, self.column("roots", name), words), (name,)
        if stated.form == "date":
            kind = "birth_date" if name == "date_of_birth" else "day"
            return (self.column(kind, name),), (name,)
        if stated.form == "email":
            kind = "identifier" if identifier else "plain"
            return (self.column(kind, identifier or name), self.column(f"user of {kind}", identifier or name)), (name,)
        if stated.form == "address":
            return tuple(self.column("words", part) for part in _ADDRESS), _ADDRESS
        if stated.form in {"phone", "id"}:
            return (self.column("identifier" if identifier else "plain", identifier or name),), (name,)
        return (self.column("words" if stated.form == "text" else "plain", name),), (name,)

    def _names(self, *, of_family: bool = False) -> tuple[str, ...]:
        """Name, sound, nickname roots, and the other part of the name, which may have changed places with it."""
        given = (self.column("given"), self.column("sound of given"), self.column("roots of given"))
        family = (self.column("family"), self.column("sound of family"))
        return (*family, given[0]) if of_family else (*given, family[0])


def _default_keys(builder: _Builder) -> Iterator[Key]:
    """Equal identifiers; names and their sound; the day of birth, alone and with a sound; address; one name alone."""
    fixes = _fixes(builder.comparisons)
    for number, (name, form, columns, turn, pairs_per_record) in enumerate(_key_plans(builder), 1):
        yield Key(
            name=name,
            number=number,
            form=form,
            columns=columns,
            pairs_per_record=pairs_per_record,
            turn=turn,
            fixes=fixes(columns),
        )


def _key_plans(builder: _Builder) -> Iterator[tuple[str, str, tuple[str, ...], int, float]]:
    """Name, form, columns, turn and pairs a record of each family of keys whose columns there are.

    Names and days of birth train first: who shares one is a fair sample. Who shares an identifier wrote it alike, and
    who shares an address or one name may be of one family, so these teach only what nothing else does.
    """
    for comparison in builder.comparisons:
        if comparison.is_shareable:
            yield comparison.name, "each", comparison.columns[:1], 2, _PAIRS
        if comparison.form == "email":
            yield f"{comparison.name} user", "long", comparison.columns[1:2], 0, _PAIRS
    columns = {(column.kind, column.source): column.name for column in builder.columns}
    given, family = ("given", ""), ("family", "")
    sound_of_given, sound_of_family = ("sound of given", ""), ("sound of family", "")
    day = ("birth_date", "date_of_birth")
    line, code, city = ("words", "address_line1"), ("words", "zip_code"), ("words", "city")
    plans = (
        ("both names", "either order", (given, family), 1, _PAIRS),
        ("sound of both names", "either order", (sound_of_given, sound_of_family), 1, _PAIRS),
        ("birth date and sound of given name", "joined", (day, sound_of_given), 1, _PAIRS),
        ("birth date and sound of family name", "joined", (day, sound_of_family), 1, _PAIRS),
        ("birth date", "joined", (day,), 1, _PAIRS),
        ("address line", "joined", (line,), 3, _PAIRS),
        ("code and sound of family name", "joined", (code, sound_of_family), 0, _PAIRS),
        ("code and sound of given name", "joined", (code, sound_of_given), 0, _PAIRS),
        ("city and family name", "joined", (city, family), 0, _PAIRS),
        ("city and given name", "joined", (city, given), 0, _PAIRS),
        ("given name", "joined", (given,), 3, _WEAK_PAIRS),
        ("family name", "joined", (family,), 3, _WEAK_PAIRS),
    )
    for name, form, parts, turn, pairs_per_record in plans:
        if all(part in columns for part in parts):
            yield name, form, tuple(columns[part] for part in parts), turn, pairs_per_record
    for comparison in builder.comparisons:
        if comparison.form == "text":
            yield comparison.name, "joined", comparison.columns[:1], 3, _WEAK_PAIRS


def _stated_keys(builder: _Builder, blocking: tuple[tuple[str, ...], ...]) -> Iterator[Key]:
    fixes = _fixes(builder.comparisons)
    by_name = {comparison.name: comparison for comparison in builder.comparisons}
    for number, names in enumerate(blocking, 1):
        parts = tuple(by_name[name].columns[0] if name in by_name else builder.column("words", name) for name in names)
        yield Key(
            name=" and ".join(names),
            number=number,
            form="joined",
            columns=parts,
            turn=1,
            is_stated=True,
            fixes=fixes(parts),
        )


def _fixes(comparisons: Sequence[ScoredComparison]) -> Callable[[Sequence[str]], tuple[int, ...]]:
    """The comparisons that say nothing in a pass over a key, because pairs that share it agree there."""

    def fixed(parts: Sequence[str]) -> tuple[int, ...]:
        own = {"given_name": 3, "family_name": 2}
        return tuple(
            comparison.number
            for comparison in comparisons
            if set(parts) & set(comparison.columns[: own.get(comparison.form, len(comparison.columns))])
        )

    return fixed
