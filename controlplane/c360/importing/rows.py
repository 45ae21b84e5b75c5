"""What all readers of files have in common: columns, rows, and the lines rows come from.

A reader never raises for a row it cannot read: the row carries the code of its error and is kept as it came. Nothing
here knows a database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

UNREADABLE = "U1431"
UNSTORABLE = "U1432"
TOO_LARGE = "U1436"

# A row may have 32 KB; what is longer than this on one line is not even looked at.
LONGEST_LINE = 1_000_000
_KEPT_OF_A_LONG_LINE = 2_000
_BLOCK = 1 << 16
_AFTER_END = re.compile(rb"(?<=\n)|(?<=\r)(?!\n)")
# Numbers of the database end here; longer ones are no numbers of anybody's customers.
_LARGEST_EXPONENT = 1_000
_SUSPICIOUS = re.compile(r"\\u0000|\\u[dD][89a-fA-F]|\d[eE][+-]?\d{3}|\d{1000}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as c360.begin_import wants it; any: the rows of a file say it one by one."""

    name: str
    kind: str


@dataclass(slots=True)
class Row:
    """A row as the JSON text of an object, or the code of what is wrong with it and how it was sent.

    `position` is where the rows up to this one end; a reader that starts there goes on with the next.
    """

    content: str | None
    code: str | None
    line: str | None
    position: int


class Reader(Protocol):
    """A file of one format: its columns, its size in positions, and its rows from one position on.

    `reading` is how it is read, which must be the same when an import goes on; `described` is what programs may want to
    know of it, `remarks` what a person should. The size may be a guess.
    """

    path: Path
    size: int
    reading: str
    described: dict[str, Any]
    remarks: list[str]

    def columns(self) -> list[Column]: ...

    def rows(self, position: int, wanted: set[str]) -> Iterator[Row]: ...


class Lines:
    """The lines of a file with their bytes; one that is too long is cut, and its end passed over.

    They end with LF; with `any_end` also with CR alone, as on old Macs.
    """

    def __init__(self, file: BinaryIO, *, any_end: bool = False) -> None:
        self._file = file
        self._any_end = any_end

    def __iter__(self) -> Iterator[tuple[bytes, int]]:
        """Each line, and how many bytes of the file it took."""
        return self._ended_by_any() if self._any_end else self._ended_by_feed()

    def _ended_by_feed(self) -> Iterator[tuple[bytes, int]]:
        read = self._file.readline
        while line := read(LONGEST_LINE):
            length = len(line)
            if length == LONGEST_LINE and not line.endswith(b"\n"):
                while rest := read(LONGEST_LINE):
                    length += len(rest)
                    if rest.endswith(b"\n"):
                        break
            yield line, length

    def _ended_by_any(self) -> Iterator[tuple[bytes, int]]:
        held, passed = b"", 0
        while block := self._file.read(_BLOCK):
            *lines, held = _AFTER_END.split(held + block)
            for line in lines:
                yield line, len(line) + passed
                passed = 0
            if len(held) > LONGEST_LINE + _BLOCK:
                passed += len(held) - LONGEST_LINE
                held = held[: LONGEST_LINE - 1] + held[-1:]
        if held:
            yield held, len(held) + passed


def apart(names: list[str]) -> list[str]:
    """Names of columns, each once: what is doubled gets a number, what is empty the number of its column."""
    given: dict[str, None] = {}
    turns: dict[str, int] = {}
    for place, name in enumerate((name.strip() for name in names), start=1):
        first = own = name or f"column_{place}"
        while own in given:
            turn = turns[first] = turns.get(first, 1) + 1
            own = f"{name} ({turn})" if name else f"{first}_{turn}"
        given[own] = None
    return list(given)


def fitted(fields: list[str], width: int) -> list[str] | None:
    """The fields of a row for so many columns: missing ones are empty; None where there are more than columns."""
    if len(fields) < width:
        return fields + [""] * (width - len(fields))
    return None if any(map(str.strip, fields[width:])) else fields[:width]


def as_kept(line: str) -> str:
    """A line nobody could read, as it is kept: without NUL, which no text of the database can hold, and not endless."""
    kept = line if len(line) <= LONGEST_LINE // 2 else line[:_KEPT_OF_A_LONG_LINE] + "…"
    return kept.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode().rstrip("\r\n")


def is_storable(text: str) -> bool:
    """Whether JSON that was read without complaint is also JSON of the database. Most rows cost one look."""
    if _SUSPICIOUS.search(text) is None:
        return True
    try:
        return _holds(json.loads(text, parse_float=_float, parse_int=_integer))
    except (ValueError, RecursionError):
        return False


def _holds(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(_holds(name) and _holds(item) for name, item in value.items())
    return not isinstance(value, list) or all(_holds(item) for item in value)


def _float(text: str) -> float:
    _, _, exponent = text.lower().partition("e")
    if len(text) > _LARGEST_EXPONENT or len(exponent) > 5 or abs(int(exponent or "0")) > _LARGEST_EXPONENT:
        raise ValueError(text)
    return 0.0


def _integer(text: str) -> int:
    if len(text) > _LARGEST_EXPONENT:
        raise ValueError(text)
    return 0
