"""CSV as it is found: byte order marks, CRLF, line breaks in fields, quotes that nobody closed.

A record that cannot be read gives up its first line only and reading goes on with the next one, so that one open quote
does not swallow the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter, deque
from collections.abc import Iterator
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
    size_of,
)

_DELIMITERS = ",;\t|"
_LONGEST_RECORD = 200_000
_MOST_LINES = 1_000


class _Feed:
    """Lines for the csv module, one record at a time: it remembers them, and can take all but the first back."""

    def __init__(self, lines: Lines, encoding: str) -> None:
        self._lines = iter(lines)
        self._again: deque[tuple[bytes, int]] = deque()
        self._encoding = encoding
        self.record: list[tuple[bytes, int]] = []
        self.length = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line, length = self._again.popleft() if self._again else next(self._lines)
        self.record.append((line, length))
        self.length += len(line)
        if self.length > _LONGEST_RECORD or len(self.record) > _MOST_LINES:
            raise csv.Error("the record does not end")
        text = line.decode(self._encoding)
        if "\0" in text:
            raise ValueError("NUL")
        return text

    def begin(self) -> None:
        self.record.clear()
        self.length = 0

    def give_up(self) -> None:
        """Keep the first line of the record; the others begin records of their own."""
        self._again.extendleft(reversed(self.record[1:]))
        del self.record[1:]

    def text(self) -> str:
        return b"".join(line for line, _ in self.record).decode(self._encoding, "backslashreplace")


class CsvFile:
    """A CSV file with a header."""

    def __init__(self, path: Path, *, delimiter: str | None = None, encoding: str = "utf-8") -> None:
        self._path = path
        self._encoding = _checked(encoding)
        self.size = size_of(path)
        csv.field_size_limit(LONGEST_LINE)
        with path.open("rb") as file:
            start = len(codecs.BOM_UTF8) if file.read(3) == codecs.BOM_UTF8 else 0
            file.seek(start)
            first = file.readline(LONGEST_LINE).decode(self._encoding, "replace")
        self._start = start
        self._delimiter = delimiter or _most_likely(first)
        try:
            self._names, self._begin = self._header()
        except (csv.Error, ValueError, StopIteration) as error:
            raise UsageError(f"{path} has no header that could be read: {error}") from error

    def columns(self) -> list[Column]:
        return [Column(name, "text") for name in self._names]

    def rows(self, position: int, wanted: set[str]) -> Iterator[Row]:
        """The rows from a position on; 0 is the first one below the header."""
        places = [(place, name) for place, name in enumerate(self._names) if name in wanted]
        width = len(self._names)
        position = max(position, self._begin)
        with self._path.open("rb", buffering=1 << 20) as file:
            file.seek(position)
            feed = _Feed(Lines(file), self._encoding)
            reader = self._parser(feed)
            while True:
                feed.begin()
                fields, code = _record(feed, reader)
                if not feed.record:
                    return
                position += sum(length for _, length in feed.record)
                if code is None and fields == []:
                    continue
                if code is None and len(fields) != width:
                    code = UNREADABLE
                if code is not None:
                    yield Row(None, code, as_kept(feed.text()), position)
                    continue
                content = orjson.dumps({name: fields[place] for place, name in places if fields[place]})
                yield Row(content.decode(), None, None, position)

    def _header(self) -> tuple[list[str], int]:
        with self._path.open("rb") as file:
            file.seek(self._start)
            feed = _Feed(Lines(file), self._encoding)
            names = next(self._parser(feed))
            names = [name.strip() or f"column_{place}" for place, name in enumerate(names, start=1)]
        doubled = [name for name, count in Counter(names).items() if count > 1]
        if doubled:
            raise UsageError(f'{self._path} has several columns "{doubled[0]}"')
        return names, self._start + sum(length for _, length in feed.record)

    def _parser(self, feed: _Feed) -> Any:
        return csv.reader(feed, delimiter=self._delimiter, strict=True)


def _record(feed: _Feed, reader: Any) -> tuple[list[str], str | None]:
    """The fields of the next record, or what is wrong with its first line."""
    try:
        return next(reader), None
    except StopIteration:
        return [], None
    except UnicodeDecodeError:
        code = UNSTORABLE
    except csv.Error:
        code = UNREADABLE
    except ValueError:
        code = UNSTORABLE
    feed.give_up()
    return [], TOO_LARGE if feed.record[0][1] > LONGEST_LINE else code


def _most_likely(header: str) -> str:
    """The delimiter of a header: the one that stands most often outside quotes."""
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _checked(encoding: str) -> str:
    try:
        is_fit = "\n".encode(encoding) == b"\n"
    except LookupError as error:
        raise UsageError(f"there is no encoding {encoding}") from error
    if not is_fit:
        raise UsageError(
            f"files in {encoding} cannot be read line by line",
            hint=f"Convert it first: iconv -f {encoding} -t utf-8",
        )
    return encoding
