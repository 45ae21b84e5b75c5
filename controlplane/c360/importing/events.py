"""Events of files: JSON as it was sent, and rows of CSV, Excel and Parquet as events.

Each has a messageId then: its own, or one made of the content of the file and the number of the row, so that the same
file brings nothing twice. What is no event is passed on as near as can be, for the database to refuse and keep it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from c360.domain.errors import UsageError
from c360.importing.json_file import JsonFile
from c360.importing.rows import LONGEST_LINE, Reader, as_kept
from c360.importing.source import digest_of

_FIELDS = (
    "type",
    "event",
    "userId",
    "anonymousId",
    "groupId",
    "previousId",
    "messageId",
    "timestamp",
    "originalTimestamp",
    "sentAt",
)
_BY_SPELLING = {name.lower(): name for name in _FIELDS}
_OBJECTS = ("properties", "traits", "context", "integrations")


@dataclass(frozen=True, slots=True)
class FileEvent:
    """An event as JSON text, the number of its row, and where in the file that ends."""

    text: str
    number: int
    position: int


def events_of(reader: Reader) -> Iterator[FileEvent]:
    """The events of a file, in their order."""
    name = digest_of(reader.path)[:32]
    sent = _of_json(reader) if isinstance(reader, JsonFile) else _of_table(reader)
    for number, (text, position) in enumerate(sent, start=1):
        yield FileEvent(_named(text, f"{name}-{number}"), number, position)


def _of_json(reader: JsonFile) -> Iterator[tuple[str, int]]:
    for number, (line, length, position) in enumerate(reader.sent(0), start=1):
        # Bytes that are no UTF-8 become halves of surrogate pairs, which are written as \udcff: the database refuses
        # the event, and keeps it readable.
        text = line.decode(reader.encoding, "surrogateescape").strip()
        if length > LONGEST_LINE:
            yield json.dumps(as_kept(text)), position
            continue
        try:
            yield _as_json(text), position
        except ValueError as error:
            if number > 1:
                yield json.dumps(as_kept(text)), position
                continue
            raise UsageError(
                f"{reader.path} does not begin with JSON: {error}",
                hint="One event a line, or one array of them; a table is read with --format csv.",
            ) from error


def _as_json(text: str) -> str:
    """What was sent, where it is JSON; else as near to it as can be told. One that begins like an event and is none
    becomes a JSON string, to be refused alone. Raises ValueError for what does not even begin like one: as the first it
    says that the file holds something else.
    """
    try:
        orjson.loads(text)
    except ValueError:
        pass
    else:
        return text
    try:
        return json.dumps(json.loads(text, strict=False))
    except (ValueError, RecursionError):
        if not text.startswith(("{", "[")):
            raise
        return json.dumps(text)


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        try:
            return json.loads(text)
        except RecursionError:
            return None


def _named(text: str, name: str) -> str:
    """An event with a messageId, where it is an object and has none."""
    event = _value(text)
    if not isinstance(event, dict) or event.get("messageId") not in (None, ""):
        return text
    # At the end: of two members of one name the last one counts.
    comma = "," if event else ""
    return f'{text[:-1].rstrip()}{comma}"messageId":{json.dumps(name)}}}'


def _of_table(reader: Reader) -> Iterator[tuple[str, int]]:
    columns = [column.name for column in reader.columns()]
    places = {column: _place(column) for column in columns}
    if not {("type",), ("event",)} & set(places.values()):
        raise UsageError(
            f"no column of {reader.path} says what happened",
            hint="Name one event (and others userId, timestamp), or type. For customers there is: c360 import",
        )
    for row in reader.rows(0, set(columns)):
        if row.content is None:
            yield json.dumps(row.line or ""), row.position
        else:
            yield orjson.dumps(_event(orjson.loads(row.content), places)).decode(), row.position


def _place(column: str) -> tuple[str, ...]:
    """Where in an event a column belongs: a field of it, a dotted place, or, without parts before it, its content."""
    known = _BY_SPELLING.get(column.lower().replace("_", "").replace(" ", "").replace("-", ""))
    if known:
        return (known,)
    first, dot, rest = column.partition(".")
    if dot and rest and first.lower() in _OBJECTS:
        return (first.lower(), *rest.split("."))
    return ("", column)


def _event(values: dict[str, Any], places: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    event: dict[str, Any] = {}
    kind = next((str(values[column]) for column in values if places[column] == ("type",)), "").strip().lower()
    if not kind and any(places[column] == ("event",) for column in values):
        kind = "track"
    content = "traits" if kind in ("identify", "group") else "properties"
    for column, value in values.items():
        first, *rest = places[column]
        if not _put(event, (first or content, *rest), value):
            _put(event, (content, column), value)
    return event | ({"type": kind} if kind else {})


def _put(event: dict[str, Any], place: tuple[str, ...], value: Any) -> bool:
    """Put a value into its place; False where another value stands in the way."""
    *path, last = place
    holder: Any = event
    for name in path:
        holder = holder.setdefault(name, {})
        if not isinstance(holder, dict):
            return False
    return bool(holder.setdefault(last, value) is value)
