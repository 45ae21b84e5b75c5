"""Records of a stream or queue on their way to the database: cut into calls, in their order.

A call is one transaction and stays as small as a request of the HTTP API, so that no stream holds a tenant up. What a
record holds is the business of the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Of one call; a single record may be larger, up to what the database takes.
_MOST_CHARACTERS = 500 * 1024
_MOST_RECORDS = 2_500


@dataclass(frozen=True)
class Record:
    """One record: what names it when it is sent again, and its text."""

    id: str
    text: str


def record_text(data: bytes) -> str:
    """The text of a record; bytes that are no text stand in it as `\\xff`, which no JSON has."""
    return data.decode("utf-8-sig", errors="backslashreplace").replace("\0", "\\x00")


def calls(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """The records, as many as fit into one call at a time."""
    first = characters = 0
    for place, record in enumerate(records):
        size = len(record.text)
        if place > first and (characters + size > _MOST_CHARACTERS or place - first >= _MOST_RECORDS):
            yield records[first:place]
            first, characters = place, 0
        characters += size
    if first < len(records):
        yield records[first:]
