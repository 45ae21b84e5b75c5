"""JSON Lines: one object a line. What a line says is passed on letter by letter: no number loses a digit here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from c360.domain.errors import UsageError
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
    size_of,
)

# Members are looked for in this many rows; later ones are found when the mapping names them.
_LOOKED_AT = 10_000


class JsonFile:
    """A file of JSON Lines. Its columns are the members of its first rows, and those a mapping names."""

    def __init__(self, path: Path, *, named: set[str]) -> None:
        self._path = path
        self._named = named
        self.size = size_of(path)
        with path.open("rb") as file:
            if file.read(100).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
                raise UsageError(
                    f"{path} is one JSON array, not a line for each row",
                    hint="Convert it first: jq -c '.[]'",
                )

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
        with self._path.open("rb", buffering=1 << 20) as file:
            file.seek(position)
            for line, length in Lines(file):
                sent = line.removeprefix(b"\xef\xbb\xbf") if position == 0 else line
                position += length
                if sent.strip():
                    yield _row(sent, length, position)


def _row(line: bytes, length: int, position: int) -> Row:
    if length > LONGEST_LINE:
        return Row(None, TOO_LARGE, as_kept(line.decode(errors="backslashreplace")), position)
    try:
        text = line.decode().strip()
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
