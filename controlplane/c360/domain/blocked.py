"""Blocked values of an identifier type, sorted by how cheaply a value is compared with them.

Refuses to interpret what it does not understand for sure: such a pattern is left to the regular expressions of the
database. Only what is certain is taken out of them: alternatives that are plain words, and the first letters without
which an alternative cannot match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z0-9 @_:/-]+")
_LETTER = re.compile(r"\\?([^\w\\.^$*+?()\[\]{}|])|\\([.^$*+?()\[\]{}|])|([A-Za-z0-9_])")
_SET = re.compile(r"\[([A-Za-z0-9_.,:@ -]+)\]")
_NEVER_EMPTY = re.compile(r"\+|\{[1-9]|(?![*?{])")


@dataclass(frozen=True)
class BlockedGuard:
    """What a value of one type is compared with: words, a pattern for values that begin so, a pattern for all."""

    words: tuple[str, ...]
    letters: str
    pattern: str | None
    pattern_for_all: str | None


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
        first = _first_letters(alternative)
        if _WORD.fullmatch(alternative):
            words.add(alternative.lower())
        elif first is None:
            every.append(alternative)
        else:
            some.append(alternative)
            letters |= first
    return BlockedGuard(tuple(sorted(words)), "".join(sorted(letters)), _joined(some), _joined(every))


def _joined(alternatives: list[str]) -> str | None:
    return "^(?:" + "|".join(f"(?:{part})" for part in alternatives) + ")$" if alternatives else None


def _alternatives(pattern: str) -> list[str] | None:
    """The alternatives of the outermost level; None where brackets are not understood."""
    parts, depth, place = [""], 0, 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\" or (letter == "[" and _SET.match(pattern, place)):
            found = pattern[place : place + 2] if letter == "\\" else _SET.match(pattern, place)[0]  # type: ignore[index]
        elif letter == "[":
            return None
        else:
            found = letter
            depth += (letter == "(") - (letter == ")")
        if found == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += found
        place += len(found)
    return parts


def _first_letters(alternative: str) -> set[str] | None:
    """Letters one of which every match begins with, in lower case; None when that is not certain."""
    if alternative.startswith("(") and not alternative.startswith("(?"):
        return _first_of_group(alternative)
    bracket = _SET.match(alternative)
    letter = _LETTER.match(alternative)
    if bracket and re.search(r".-.", bracket[1]):
        return None
    if bracket:
        rest, found = alternative[bracket.end() :], set(bracket[1].lower())
    elif letter:
        rest, found = alternative[letter.end() :], {next(group for group in letter.groups() if group).lower()}
    else:
        return None
    # A value is never empty, so a repetition that is the whole alternative begins with its letter as well.
    return found if _NEVER_EMPTY.match(rest) or rest == "*" else None


def _first_of_group(alternative: str) -> set[str] | None:
    end = alternative.find(")")
    inside, rest = alternative[1:end], alternative[end + 1 :]
    if re.search(r"[(\\\[]", inside) or not _NEVER_EMPTY.match(rest):
        return None
    found = [_first_letters(part) for part in inside.split("|")]
    return set().union(*(letters or set() for letters in found)) if all(found) else None
