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
    """A file of one format: its columns, its size in positions, and its rows from one position on."""

    size: int

    def columns(self) -> list[Column]: ...

    def rows(self, position: int, wanted: set[str]) -> Iterator[Row]: ...


class Lines:
    """The lines of a file with their bytes; one that is too long is cut, and its end passed over."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[tuple[bytes, int]]:
        """Each line, and how many bytes of the file it took."""
        read = self._file.readline
        while line := read(LONGEST_LINE):
            length = len(line)
            if length == LONGEST_LINE and not line.endswith(b"\n"):
                while rest := read(LONGEST_LINE):
                    length += len(rest)
                    if rest.endswith(b"\n"):
                        break
            yield line, length


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


def size_of(path: Path) -> int:
    return path.stat().st_size


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
