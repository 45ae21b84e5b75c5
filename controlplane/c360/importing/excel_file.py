"""Sheets of Excel (.xlsx, .xlsm). What a cell shows is its text: dates as ISO 8601, numbers with the digits one sees.

Read row by row; positions are rows of the sheet. Texts that cells share are kept packed: as objects, those of 300,000
customers would take more memory than everything else.
"""

from __future__ import annotations

import re
import warnings
from array import array
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import iterparse
from zipfile import BadZipFile, ZipFile

import orjson
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.escape import unescape
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from c360.domain.errors import UsageError
from c360.importing.rows import UNREADABLE, UNSTORABLE, Column, Row, apart, as_kept, fitted, is_storable
from c360.importing.source import Source, readable

_SI, _T, _R = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "t", "r"))
_NOT_SHOWN = re.compile(r"\[[^\]]*\]|_.|\*.")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_MOST_ROWS = 1_048_576
# Sheets of Excel are packed to a tenth or a thirtieth.
_LARGE, _TIGHTEST = 50_000_000, 200
# Formats that only say where digits stand: 00000, 000-000-0000, +00 00 000 000.
_DIGITS_ONLY = re.compile(r"[0#\-+() /]*0[0#\-+() /]*")


class ExcelFile:
    """One sheet of an Excel file, the first one or the one that is named; its first row names the columns."""

    def __init__(self, source: Source, *, sheet: str | None = None) -> None:
        if source.packing is not None:
            raise UsageError(f"{source.path} holds an Excel file", hint="Unpack it first.")
        # It says what of a file it does not keep: pictures, rules for entering data.
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        self.path = source.path
        self._book = _book(source)
        self._sheet = self._named(sheet)
        self.size = int(self._sheet.max_row or 0)
        # What a file says of the size of its sheets is often wrong.
        self._sheet.reset_dimensions()
        self._names, self._begin = self._header()
        self.reading = f"excel:{self._sheet.title}"
        self.described: dict[str, Any] = {"sheet": self._sheet.title}
        others = [each.title for each in self._book.worksheets if each.title != self._sheet.title]
        said = f'the sheet "{self._sheet.title}" is read, one of {len(others) + 1}: --sheet names another'
        self.remarks = [said] if others and sheet is None else []

    def columns(self) -> list[Column]:
        return [Column(name, "text") for name in self._names]

    def rows(self, position: int, wanted: set[str]) -> Iterator[Row]:
        places = [(place, name) for place, name in enumerate(self._names) if name in wanted]
        for place, cells in self._texts(max(position, self._begin)):
            fields = fitted(cells, len(self._names))
            if fields is None:
                yield Row(None, UNREADABLE, as_kept(orjson.dumps(cells).decode()), place)
                continue
            content = orjson.dumps({name: fields[place] for place, name in places if fields[place]}).decode()
            is_fine = is_storable(content)
            yield Row(content, None, None, place) if is_fine else Row(None, UNSTORABLE, as_kept(content), place)

    def _named(self, name: str | None) -> Any:
        sheets = self._book.worksheets
        visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
        wanted = [sheet for sheet in sheets if sheet.title == name] if name else visible or sheets
        if not wanted:
            there = ", ".join(sheet.title for sheet in sheets[:20])
            raise UsageError(f'{self.path} has no sheet "{name or ""}"', hint=f"There are: {there}" if there else None)
        return wanted[0]

    def _header(self) -> tuple[list[str], int]:
        for place, cells in self._texts(0):
            while not cells[-1].strip():
                cells.pop()
            return apart(cells), place
        raise UsageError(f'sheet "{self._sheet.title}" of {self.path} is empty')

    def _texts(self, position: int) -> Iterator[tuple[int, list[str]]]:
        """The rows below a position that hold anything, as the texts of their cells."""
        place = 0
        with readable(self.path):
            try:
                for place, row in enumerate(islice(self._sheet.iter_rows(), _MOST_ROWS + 1), start=1):
                    if place > position:
                        cells = [_text(cell) for cell in row]
                        if any(map(str.strip, cells)):
                            yield place, cells
            except OSError:
                raise
            except Exception as error:  # whatever a broken file makes of the reader
                raise UsageError(
                    f"{self.path} cannot be read: {error}", hint="Save it once more with Excel."
                ) from error
            if place > _MOST_ROWS:
                raise UsageError(
                    f"{self.path} has more rows than a sheet can have", hint="Save it once more with Excel."
                )


class _Strings:
    """The texts cells share: as bytes one behind the other, with the place where each ends."""

    def __init__(self, file: BinaryIO) -> None:
        texts, self._ends = bytearray(), array("Q", [0])
        root = None
        # Expat itself bounds what entities may grow to.
        for event, node in iterparse(file, ("start", "end")):  # noqa: S314
            root = node if root is None else root
            if event == "end" and node.tag == _SI:
                texts += _shared(node).encode("utf-8", "replace")
                self._ends.append(len(texts))
                root.clear()
        self._texts = bytes(texts)

    def __getitem__(self, number: int) -> str:
        return self._texts[self._ends[number] : self._ends[number + 1]].decode()

    def __len__(self) -> int:
        return len(self._ends) - 1


class _Reader(ExcelReader):  # type: ignore[misc]
    """openpyxl's own, but for the texts cells share."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as file:
                self.shared_strings = _Strings(file)


def _shared(node: Any) -> str:
    """The text of an item, of all its parts; how it is pronounced is no part."""
    parts = [node.findtext(_T) or "", *(run.findtext(_T) or "" for run in node.iterfind(_R))]
    text = "".join(parts)
    return unescape(text) if "_x" in text else text


def _book(source: Source) -> Any:
    _check_parts(source)
    try:
        reader = _Reader(source.path, read_only=True, data_only=True, keep_links=False)
        reader.read()
    except OSError:
        raise
    except Exception as error:  # whatever a broken file makes of the reader
        raise UsageError(
            f"{source.path} is no Excel file that can be read",
            hint="Save it as .xlsx without a password, or as CSV.",
        ) from error
    return reader.wb


def _check_parts(source: Source) -> None:
    """Raises UsageError for a file that would fill the memory of the machine with next to nothing."""
    with suppress(BadZipFile), ZipFile(source.path) as archive:
        for part in archive.infolist():
            if part.file_size > _LARGE and part.file_size > _TIGHTEST * part.compress_size:
                raise UsageError(
                    f"{source.path} would unpack to {part.file_size:,} bytes and more",
                    hint="No sheet is like that. If it is one, save it as CSV.",
                )


def _text(cell: Any) -> str:
    """What a cell shows, as far as it is data: errors and empty cells are nothing."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    return str(value)


def _number(value: float, shape: str) -> str:
    """A number with the fifteen digits Excel keeps; where its format only says where digits stand, as it is shown."""
    digits = str(value) if isinstance(value, int) else format(Decimal(format(value, ".15g")), "f")
    if "." in digits:
        return digits.rstrip("0").rstrip(".") if "E" not in digits else digits
    shape = _QUOTED.sub(lambda found: found[1] or found[2] or "", _NOT_SHOWN.sub("", shape.split(";")[0]))
    if "0" not in shape or value < 0 or not _DIGITS_ONLY.fullmatch(shape):
        return digits
    return _placed(digits, shape)


def _placed(digits: str, shape: str) -> str:
    """Digits from the right into the places of a format; those that are left over stand before them."""
    left, shown = digits, ""
    places = shape.count("0") + shape.count("#")
    for mark in reversed(shape):
        if mark not in "0#":
            shown = mark + shown
            continue
        places -= 1
        taken, left = (left, "") if places == 0 else (left[-1:], left[:-1])
        shown = (taken or ("0" if mark == "0" else "")) + shown
    return shown.strip()
