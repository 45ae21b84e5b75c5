"""Match rules as templates see them: each definition read into typed, frozen parts with its defaults filled in.

Refuses a definition with a key it does not know or a value that cannot be right, and says which. The same checks in SQL
(c360._composite_rule_problem, c360._scored_rule_problem) also know the attributes of the tenant.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BLOCKING_COMPARISONS = frozenset({"exact", "metaphone"})
FORMS = ("given_name", "family_name", "date", "email", "phone", "id", "text", "exact", "number")

_CONDITION_KEYS: dict[str, tuple[str, ...]] = {
    "exact": (),
    "trigram": ("at_least",),
    "metaphone": (),
    "levenshtein": ("at_most",),
    "date_close": ("within_days", "swapped"),
    "numeric_close": ("within", "within_ratio"),
}
_SCORED_KEYS = ("comparisons", "blocking", "match", "review", "decides", "term_frequency")
_VERDICTS = ("match", "review")


class RuleProblem(ValueError):
    """A definition cannot be right: where, what, and what to do instead."""

    def __init__(self, where: str, what: str, hint: str) -> None:
        super().__init__(f"{where}: {what}; {hint}" if where else f"{what}; {hint}")
        self.where = where
        self.what = what
        self.hint = hint


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition of a composite rule, over one attribute of both observations."""

    attribute: str
    compare: str
    at_least: float = 0.6
    at_most: int = 1
    within_days: int = 0
    swapped: bool = False
    within: float | None = None
    within_ratio: float | None = None


@dataclass(frozen=True, kw_only=True)
class CompositeDefinition:
    """All conditions hold: the pair is a match, or goes to a person for review."""

    conditions: tuple[Condition, ...]
    verdict: str = "match"
    block_limit: int = 300

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that are compared, each once."""
        return tuple(dict.fromkeys(condition.attribute for condition in self.conditions))

    @property
    def exact_attributes(self) -> tuple[str, ...]:
        """The attributes whose values have to be equal."""
        return self._compared_by("exact")

    @property
    def sounding_attributes(self) -> tuple[str, ...]:
        """The attributes whose values have to sound alike."""
        return self._compared_by("metaphone")

    def _compared_by(self, compare: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.attribute for c in self.conditions if c.compare == compare))


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One comparison of a scored rule; `form` says as what the attribute is compared ("as" in the definition)."""

    attribute: str
    form: str
    levels: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ScoredDefinition:
    """Weights of comparisons are summed up. What is empty or None is chosen by the default recipe."""

    comparisons: tuple[Comparison, ...] = ()
    blocking: tuple[tuple[str, ...], ...] = ()
    match: float | None = None
    review: float | None = None
    decides: tuple[str, ...] | None = None
    term_frequency: bool = True

    @property
    def attributes(self) -> tuple[str, ...]:
        return tuple(comparison.attribute for comparison in self.comparisons)


@dataclass(frozen=True, kw_only=True)
class MatchRule:
    """One row of c360.match_rules."""

    name: str
    kind: str
    definition: CompositeDefinition | ScoredDefinition
    priority: int = 100
    is_active: bool = True
    description: str = ""


def match_rule(row: Mapping[str, Any]) -> MatchRule:
    """Build a rule from its row."""
    return MatchRule(
        name=row["rule"],
        kind=row["kind"],
        definition=parse_definition(row["kind"], row["definition"]),
        priority=row["priority"],
        is_active=row["is_active"],
        description=row["description"],
    )


def parse_definition(kind: str, document: Mapping[str, Any]) -> CompositeDefinition | ScoredDefinition:
    """Read the definition of a rule of this kind. Raises RuleProblem."""
    return _composite(document) if kind == "composite" else _scored(document)


def _composite(document: Mapping[str, Any]) -> CompositeDefinition:
    _known_keys("", document, ("all", "verdict", "block_limit"))
    verdict = document.get("verdict", "match")
    if verdict not in _VERDICTS:
        raise RuleProblem("verdict", "must be match or review", "leave it out for match")
    _check(
        "", document, "block_limit", _is_count(2, 10000), "must be a whole number from 2 to 10000", "300 is the default"
    )
    listed = document.get("all")
    if not _is_list(listed) or not listed:
        raise RuleProblem(
            "all", "must list conditions", 'write {"all": [{"attribute": "date_of_birth", "compare": "exact"}, ...]}'
        )
    conditions = tuple(_condition(f"all[{number}]", item) for number, item in enumerate(listed, 1))
    if all(condition.compare == "metaphone" for condition in conditions):
        raise RuleProblem("all", "metaphone alone may not decide", "add a condition, such as trigram on the first name")
    if not any(condition.compare in BLOCKING_COMPARISONS for condition in conditions):
        raise RuleProblem(
            "all",
            "needs one condition that compares by exact or metaphone",
            "candidates are found by equal values; without one every pair would have to be compared",
        )
    return CompositeDefinition(
        conditions=conditions,
        verdict=verdict,
        block_limit=document.get("block_limit", CompositeDefinition.block_limit),
    )


def _condition(where: str, item: Any) -> Condition:
    if not isinstance(item, Mapping):
        raise RuleProblem(where, "must be an object", 'write {"attribute": ..., "compare": ...}')
    compare = item.get("compare")
    if compare not in _CONDITION_KEYS:
        raise RuleProblem(f"{where}.compare", "is missing or unknown", f"choose one of {', '.join(_CONDITION_KEYS)}")
    _known_keys(where, item, ("attribute", "compare", *_CONDITION_KEYS[compare]))
    _check(where, item, "attribute", _is_text, "must name an attribute", "list them with c360 tenant show")
    _check(where, item, "at_least", _is_share, "must be a number above 0 and up to 1", "0.6 is the default")
    _check(where, item, "at_most", _is_count(1, 10), "must be a whole number from 1 to 10", "1 is the default")
    _check(where, item, "within_days", _is_count(0, 3660), "must be a whole number of days from 0 to 3660", "try 1")
    _check(where, item, "swapped", _is_flag, "must be true or false", "true lets day and month change places")
    _check(
        where, item, "within", _is_positive, "must be a number above 0", "the largest difference that counts as close"
    )
    _check(where, item, "within_ratio", _is_share, "must be a number above 0 and up to 1", "0.1 means ten per cent")
    if compare == "numeric_close" and ("within" in item) == ("within_ratio" in item):
        raise RuleProblem(where, "needs either within or within_ratio", "within is a difference, within_ratio a share")
    return Condition(**item)


def _scored(document: Mapping[str, Any]) -> ScoredDefinition:
    _known_keys("", document, _SCORED_KEYS)
    for key in ("match", "review"):
        _check(
            "", document, key, _is_share, "must be a probability above 0 and up to 1", "leave it out for the default"
        )
    match, review = document.get("match"), document.get("review")
    if match is not None and review is not None and review > match:
        raise RuleProblem("review", "must not be above match", "pairs between review and match go to a person")
    _check("", document, "term_frequency", _is_flag, "must be true or false", "true is the default")
    _check("", document, "decides", _is_texts, "must list identifier types", "leave it out for the default")
    _check("", document, "comparisons", _is_list, "must be a list", "leave it out for the default recipe")
    _check("", document, "blocking", _is_list, "must be a list of lists", "leave it out for the default recipe")
    for number, keys in enumerate(document.get("blocking", ()), 1):
        if not _is_texts(keys) or not keys:
            raise RuleProblem(
                f"blocking[{number}]", "must list attributes", 'write [["date_of_birth", "last_name"], ...]'
            )
    decides = document.get("decides")
    return ScoredDefinition(
        comparisons=tuple(
            _comparison(f"comparisons[{number}]", item)
            for number, item in enumerate(document.get("comparisons", ()), 1)
        ),
        blocking=tuple(tuple(keys) for keys in document.get("blocking", ())),
        match=match,
        review=review,
        decides=None if decides is None else tuple(decides),
        term_frequency=document.get("term_frequency", True),
    )


def _comparison(where: str, item: Any) -> Comparison:
    if not isinstance(item, Mapping):
        raise RuleProblem(where, "must be an object", 'write {"attribute": ..., "as": ...}')
    _known_keys(where, item, ("attribute", "as", "levels", "weights"))
    _check(where, item, "attribute", _is_text, "must name an attribute", "list them with c360 tenant show")
    if item.get("as") not in FORMS:
        raise RuleProblem(f"{where}.as", "is missing or unknown", f"choose one of {', '.join(FORMS)}")
    for key in ("levels", "weights"):
        _check(where, item, key, _is_numbers, "must be a list of numbers", "leave it out for the default recipe")
    return Comparison(
        attribute=item["attribute"],
        form=item["as"],
        levels=tuple(item.get("levels", ())),
        weights=tuple(item.get("weights", ())),
    )


def _known_keys(where: str, item: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in item:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known keys are {', '.join(known)}"
            raise RuleProblem(f"{where}.{key}" if where else str(key), "unknown key", hint)


def _check(where: str, item: Mapping[str, Any], key: str, holds: Callable[[Any], bool], what: str, hint: str) -> None:
    """An optional key has a fitting value; `attribute` is not optional."""
    if (key in item or key == "attribute") and not holds(item.get(key)):
        raise RuleProblem(f"{where}.{key}" if where else key, what, hint)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_positive(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 < value <= 1


def _is_count(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_texts(value: Any) -> bool:
    return _is_list(value) and all(_is_text(item) for item in value)


def _is_numbers(value: Any) -> bool:
    return _is_list(value) and all(_is_number(item) for item in value)
