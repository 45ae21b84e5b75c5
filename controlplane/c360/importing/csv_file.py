"""CSV as it is found: encodings, all line ends, line breaks in fields, short rows, quotes that nobody closed.

A record that cannot be read gives up its first line only and reading goes on with the next one, so that one open quote
does not swallow the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import orjson

from c360.domain.errors import UsageError
from c360.importing.encoding import text_of
from c360.importing.rows import (
    LONGEST_LINE,
    TOO_LARGE,
    UNREADABLE,
    UNSTORABLE,
    Column,
    Lines,
    Row,
    apart,
    as_kept,
    fitted,
)
from c360.importing.source import Source

_DELIMITERS = ",;\t|"
_SPELLED = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
_NO_DELIMITERS = '"\r\n\0'
# The first line with which Excel is told the delimiter.
_STATED = re.compile(r'\s*"?sep=([^\r\n"])"?[^\S\r\n]*(?:\r\n|\r|\n)')
_QUOTED = re.compile(rb'"[^"]*(?:"|$)')
_LINE_END = re.compile(rb"\r\n|\n|\r")
_QUOTED_OR_CR = re.compile(rb'"[^"]*(?:"|$)|\r(?!\n)')
_SAMPLE = 1 << 16
_GUESSED = "is not UTF-8: it is read as Windows-1252. Say --encoding if it is another one."
_LONGEST_RECORD = 200_000
_MOST_LINES = 1_000


class _Feed:
    """Lines for the csv module, one record at a time: it remembers them, and can take all but the first back."""

    def __init__(self, lines: Lines, encoding: str, cut: Callable[[bytes, bool], list[bytes]] | None = None) -> None:
        self._lines = iter(lines)
        self._cut = cut
        self._again: deque[tuple[bytes, int]] = deque()
        self._encoding = encoding
        self.record: list[tuple[bytes, int]] = []
        self.length = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line, length = self._again.popleft() if self._again else self._fresh()
        self.record.append((line, length))
        self.length += len(line)
        if self.length > _LONGEST_RECORD or len(self.record) > _MOST_LINES:
            raise csv.Error("the record does not end")
        text = line.decode(self._encoding)
        if "\0" in text:
            raise ValueError("it holds a zero byte")
        return text

    def _fresh(self) -> tuple[bytes, int]:
        """The next line, or its first piece where CR ends lines too; a record that goes on is within quotes."""
        line, length = next(self._lines)
        if self._cut is None or line.count(b"\r") == line.endswith(b"\r\n") or length != len(line):
            return line, length
        first, *others = self._cut(line, bool(self.record))
        self._again.extend((piece, len(piece)) for piece in others)
        return first, len(first)

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

    def __init__(self, source: Source, *, delimiter: str | None = None, encoding: str | None = None) -> None:
        text = text_of(source, encoding)
        self._source, self._encoding = text.source, text.encoding
        self.path, self.size = source.path, source.size
        csv.field_size_limit(LONGEST_LINE)
        with self._source.open(text.start) as file:
            sample = file.read(_SAMPLE)
        stated = _STATED.match(sample.decode(self._encoding, "replace"))
        self._begin = text.start + (len(stated[0].encode(self._encoding)) if stated else 0)
        self._is_mac = _ends_with_cr(sample)
        self._delimiter = _delimiter(delimiter) or (stated[1] if stated else None) or self._most_likely()
        try:
            self._names, self._begin = self._header()
        except StopIteration as error:
            raise UsageError(f"{source.path} is empty", hint="Its first line has to name the columns.") from error
        except (csv.Error, ValueError) as error:
            raise UsageError(
                f"{source.path} has no header that could be read: {error}",
                hint="Its first line has to name the columns. If it is no text, say what it is with --format.",
            ) from error
        self.reading = f"csv:{source.member or ''}:{self._delimiter}:{text.called}"
        self.described: dict[str, Any] = {"encoding": text.called, "delimiter": self._delimiter}
        self.remarks = [f"{source.path.name} {_GUESSED}"] if text.is_guessed else []

    def columns(self) -> list[Column]:
        return [Column(name, "text") for name in self._names]

    def rows(self, position: int, wanted: set[str]) -> Iterator[Row]:
        """The rows from a position on; 0 is the first one below the header."""
        places = [(place, name) for place, name in enumerate(self._names) if name in wanted]
        width = len(self._names)
        position = max(position, self._begin)
        with self._source.open(position) as file:
            feed = _Feed(Lines(file, any_end=self._is_mac), self._encoding, None if self._is_mac else self._pieces)
            reader = self._parser(feed)
            while True:
                feed.begin()
                fields, code = _record(feed, reader)
                if not feed.record:
                    return
                position += sum(length for _, length in feed.record)
                if code is None and not any(map(str.strip, fields)):
                    continue
                if code is None and len(fields) != width:
                    fitting = fitted(fields, width)
                    fields, code = fitting or [], None if fitting else UNREADABLE
                if code is not None:
                    yield Row(None, code, as_kept(feed.text()), position)
                    continue
                content = orjson.dumps({name: fields[place] for place, name in places if fields[place]})
                yield Row(content.decode(), None, None, position)

    def _header(self) -> tuple[list[str], int]:
        """The names of the columns, and where the rows begin; empty lines before them are passed over."""
        position = self._begin
        with self._source.open(position) as file:
            feed = _Feed(Lines(file, any_end=self._is_mac), self._encoding)
            parser = self._parser(feed)
            names: list[str] = []
            while not any(map(str.strip, names)):
                feed.begin()
                names = next(parser)
                position += sum(length for _, length in feed.record)
        return apart(names), position

    def _pieces(self, line: bytes, is_inside: bool) -> list[bytes]:
        """A line with CR in it, cut there if all pieces are whole records then. `is_inside`: it begins quoted."""
        begun = line.find(b'"') + 1 if is_inside else 0
        cuts = [found.end() for found in _QUOTED_OR_CR.finditer(line, begun) if found[0] == b"\r"]
        pieces = [line[begin:end] for begin, end in pairwise([0, *cuts, len(line)]) if begin < end]
        # A record that goes on in the next line cannot be counted yet.
        judged = pieces[is_inside : -1 if line.count(b'"', begun) % 2 else None]
        delimiter = self._delimiter.encode(self._encoding)
        is_whole = all(_QUOTED.sub(b"", piece).count(delimiter) == len(self._names) - 1 for piece in judged)
        return pieces if is_whole else [line]

    def _most_likely(self) -> str:
        """The delimiter of the header: the one that stands most often outside quotes."""
        with self._source.open(self._begin) as file:
            lines = (line.decode(self._encoding, "replace") for line, _ in Lines(file, any_end=self._is_mac))
            header = next((line for line in lines if line.strip()), "")
        outside = "".join(header.split('"')[::2])
        return max(_DELIMITERS, key=outside.count)

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


def _delimiter(said: str | None) -> str | None:
    if said is None:
        return None
    delimiter = _SPELLED.get(said.lower(), said)
    if len(delimiter) != 1 or delimiter in _NO_DELIMITERS:
        raise UsageError(
            f"{said!r} is no delimiter",
            hint="Use one character, or one of these words: comma, semicolon, tab, pipe.",
        )
    return delimiter


def _ends_with_cr(sample: bytes) -> bool:
    """Whether the first line that is not within quotes ends with CR alone."""
    end = _LINE_END.search(_QUOTED.sub(b"", sample))
    return end is not None and end[0] == b"\r"
