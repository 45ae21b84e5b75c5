"""JSON Lines and arrays of objects. What each says is passed on letter by letter: no number loses a digit here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from c360.importing.encoding import json_text_of
from c360.importing.json_array import elements
from c360.importing.rows import (
    LONGEST_LINE,
    TOO_LARGE,
    UNREADABLE,
    UNSTORABLE,
    Column,
    Lines,
    Row,
    as_kept,
    is_storable,
)
from c360.importing.source import Source

# Members are looked for in this many rows; later ones are found when the mapping names them.
_LOOKED_AT = 10_000
_SAMPLE = 4_096


class JsonFile:
    """A file of JSON Lines or of one array. Its columns: the members of its first rows, and those a mapping names."""

    def __init__(self, source: Source, *, named: set[str], encoding: str | None = None) -> None:
        text = json_text_of(source, encoding)
        self._source, self.encoding, self._start = text.source, text.encoding, text.start
        self._named = named
        self.path, self.size = source.path, source.size
        with self._source.open(self._start) as file:
            self._is_array = file.read(_SAMPLE).lstrip().startswith(b"[")
        self.reading = f"jsonl:{source.member or ''}:{text.called}"
        self.described: dict[str, Any] = {"encoding": text.called}
        self.remarks: list[str] = []

    def columns(self) -> list[Column]:
        kinds: dict[str, str] = {}
        for row in islice(self.rows(0, set()), _LOOKED_AT):
            for name, value in _object(row.content).items():
                kinds[name] = "document" if isinstance(value, dict) else kinds.get(name, "any")
        for name in sorted(self._named):
            if not any(name == known or name.startswith(f"{known}.") for known in kinds):
                kinds[name] = "any"
        return [Column(name, kind) for name, kind in kinds.items()]

    def rows(self, position: int, wanted: set[str]) -> Iterator[Row]:  # noqa: ARG002 - a line goes as it is
        for line, length, end in self.sent(position):
            yield _row(line, length, end, self.encoding)

    def sent(self, position: int) -> Iterator[tuple[bytes, int, int]]:
        """Lines or elements as they are, with their length, also where they are cut, and the position behind them."""
        position = max(position, self._start)
        with self._source.open(position) as file:
            if self._is_array:
                begun = position - self._start
                for element, end in elements(file, begun):
                    yield element, len(element), end + self._start
                return
            for line, length in Lines(file):
                position += length
                if line.strip():
                    yield line, length, position


def _row(line: bytes, length: int, position: int, encoding: str) -> Row:
    if length > LONGEST_LINE:
        return Row(None, TOO_LARGE, as_kept(line.decode(errors="backslashreplace")), position)
    try:
        text = line.decode(encoding).strip()
    except UnicodeDecodeError:
        return Row(None, UNSTORABLE, as_kept(line.decode(errors="backslashreplace")), position)
    code = _fault(text)
    return Row(None if code else text, code, as_kept(text) if code else None, position)


def _fault(text: str) -> str | None:
    try:
        value = orjson.loads(text)
    except ValueError:
        # Stricter than the database in places: half surrogate pairs, numbers without bounds.
        try:
            value = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return UNREADABLE
    if not isinstance(value, dict):
        return UNREADABLE
    return None if is_storable(text) else UNSTORABLE


def _object(content: str | None) -> dict[str, Any]:
    value = json.loads(content) if content else {}
    return value if isinstance(value, dict) else {}


def _refuse(text: str) -> None:
    raise ValueError(text)
