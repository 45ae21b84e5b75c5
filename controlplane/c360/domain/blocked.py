"""Blocked values of an identifier type, sorted by how cheaply a value is compared with them.

Refuses to interpret what it does not understand for sure: such a pattern is left to the regular expressions of the
database. Only what is certain is taken out of them: alternatives that stand for a few words, and the first letters
without which an alternative cannot match.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

_LETTER = re.compile(r"\\?([^\w\\.^$*+?()\[\]{}|])|\\([.^$*+?()\[\]{}|])|(\w)")
_PLAIN = re.compile(r"[^\x00-\x1f\\.^$*+?()\[\]{}|]")
_SET = re.compile(r"\[([^]\\[^][^]\\[]*)\]")
_RANGE = re.compile(r"([a-z0-9])-([a-z0-9])")
_NEVER_EMPTY = re.compile(r"\+|\{[1-9]|(?![*?{])")
_MOST_WORDS = 1000


@dataclass(frozen=True)
class BlockedGuard:
    """What a value of one type is compared with: words, a pattern for values that begin so, a pattern for all."""

    words: tuple[str, ...]
    letters: str
    pattern: str | None
    pattern_for_all: str | None

    @property
    def lookup(self) -> str:
        """The words as the keys of a JSON object, in which the database finds one fastest; see _keys()."""
        return json.dumps(dict.fromkeys(self.words, 0), ensure_ascii=False)


def blocked_guard(patterns: Iterable[str]) -> BlockedGuard:
    """Sort the alternatives of patterns over whole values, whatever their case."""
    words: set[str] = set()
    letters: set[str] = set()
    some: list[str] = []
    every: list[str] = []
    understood: list[str] = []
    for pattern in patterns:
        parts = _alternatives(pattern)
        (every if parts is None else understood).extend(parts or [pattern])
    for alternative in understood:
        first, spelled = _first_letters(alternative), _keys(alternative)
        if spelled is not None:
            words |= spelled
        elif first is None:
            every.append(alternative)
        else:
            some.append(alternative)
            letters |= first
    return BlockedGuard(tuple(sorted(words)), "".join(sorted(letters)), _joined(some), _joined(every))


def _joined(alternatives: list[str]) -> str | None:
    return "^(?:" + "|".join(f"(?:{part})" for part in alternatives) + ")$" if alternatives else None


def _parts(pattern: str) -> list[str] | None:
    """An expression cut into letters, escapes and sets; None where brackets are not understood."""
    parts, place = [], 0
    while place < len(pattern):
        if pattern[place] == "\\":
            parts.append(pattern[place : place + 2])
        elif pattern[place] != "[":
            parts.append(pattern[place])
        elif found := _SET.match(pattern, place):
            parts.append(found[0])
        else:
            return None
        place += len(parts[-1])
    return parts


def _alternatives(pattern: str) -> list[str] | None:
    """The alternatives of the outermost level; None where brackets are not understood."""
    alternatives, depth = [""], 0
    parts = _parts(pattern)
    for part in parts or []:
        depth += (part == "(") - (part == ")")
        if part == "|" and depth == 0:
            alternatives.append("")
        else:
            alternatives[-1] += part
    return None if parts is None else alternatives


def _group(pattern: str) -> tuple[str, str] | None:
    """What stands in the group an expression begins with, and what behind it."""
    if not pattern.startswith("(") or pattern.startswith("(?"):
        return None
    depth, place = 0, 0
    for part in _parts(pattern) or []:
        depth += (part == "(") - (part == ")")
        if depth == 0:
            return pattern[1:place], pattern[place + 1 :]
        place += len(part)
    return None


def _members(inside: str) -> set[str]:
    """The characters of a set, in lower case."""
    inside = inside.lower()
    found = {chr(code) for first, last in _RANGE.findall(inside) for code in range(ord(first), ord(last) + 1)}
    return found | set(_RANGE.sub("", inside))


def _first_letters(alternative: str) -> set[str] | None:
    """Letters one of which every match begins with, in lower case; None when that is not certain."""
    found: set[str] | None
    if group := _group(alternative):
        starts = [_first_letters(part) for part in _alternatives(group[0]) or [""]]
        rest, found = group[1], set().union(*(letters or set() for letters in starts)) if all(starts) else None
        return found if _NEVER_EMPTY.match(rest) else None
    bracket = _SET.match(alternative)
    letter = _LETTER.match(alternative)
    if bracket and re.search(r".-.", _RANGE.sub("", bracket[1].lower())):
        return None
    if bracket:
        rest, found = alternative[bracket.end() :], _members(bracket[1])
    elif letter:
        rest, found = alternative[letter.end() :], {next(group for group in letter.groups() if group).lower()}
    else:
        return None
    # A value is never empty, so a repetition that is the whole alternative begins with its letter as well.
    return found if _NEVER_EMPTY.match(rest) or rest == "*" else None


def _keys(alternative: str) -> set[str] | None:
    """The keys an alternative is looked up by: whole values, name@ at any domain, @domain for any name."""
    if alternative.endswith("@.*"):
        found = _spelled_out(alternative[:-3])
        return None if found is None or any("@" in name for name in found) else {f"{name}@" for name in found}
    if alternative.startswith(".*@"):
        found = _spelled_out(alternative[3:])
        return None if found is None or any("@" in name for name in found) else {f"@{name}" for name in found}
    found = _spelled_out(alternative)
    return None if found is None or any(word[0] == "@" or word[-1] == "@" for word in found) else found


def _spelled_out(pattern: str) -> set[str] | None:
    """The words an expression of letters, sets, groups and ? stands for, in lower case; None for others."""
    found: set[str] = set()
    for alternative in _alternatives(pattern) or [""]:
        words, rest = {""}, alternative
        while rest:
            choice: set[str] | None = None
            if group := _group(rest):
                choice, rest = _spelled_out(group[0]), group[1]
            elif bracket := _SET.match(rest):
                choice = _members(bracket[1])
                rest = rest[bracket.end() :]
            elif _PLAIN.match(rest):
                choice, rest = {rest[0].lower()}, rest[1:]
            if choice is None:
                return None
            if rest.startswith("?"):
                choice, rest = choice | {""}, rest[1:]
            words = {word + end for word in words for end in choice}
            if len(words) > _MOST_WORDS or rest[:1] in {"?", "*", "+", "{"}:
                return None
        found |= words
    return found if "" not in found and len(found) <= _MOST_WORDS else None
