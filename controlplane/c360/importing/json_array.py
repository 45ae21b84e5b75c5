"""One JSON array, element by element, so that a file of any length is read with the memory of its longest element.

Elements are told apart by brackets and quotes alone; whether each of them is JSON is for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from c360.domain.errors import UsageError

_BLOCK = 1 << 18
_LONGEST = 64_000_000
_MOST_BEHIND = 1_000_000
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# To the next bracket, strings passed over; within the array itself also to the next comma.
_INSIDE = re.compile(rb"(?:[^\"\[\]{}]++|" + _STRING + rb")*+[\[\]{}]", re.DOTALL)
_BETWEEN = re.compile(rb"(?:[^\"\[\]{},]++|" + _STRING + rb")*+[\[\]{},]", re.DOTALL)
_OPENING = (0x5B, 0x7B)
_COMMA = 0x2C
_END = 0x5D


def elements(file: BinaryIO, position: int) -> Iterator[tuple[bytes, int]]:
    """The elements from a position on, each with the position behind it, its comma included; 0 is before the array.

    What is left of an array that breaks off is an element too, and so is what comes behind one.
    """
    array = _Array(1 if position else 0)
    while block := file.read(max(_BLOCK, len(array.text))):
        array.text += block
        for element, end in array.whole():
            if element:
                yield element, position + end
        position += array.pass_on()
        if array.is_over:
            array.text += file.read(_MOST_BEHIND)
            break
        if len(array.text) > _LONGEST:
            raise UsageError(f"the array goes on for {len(array.text):,} bytes without an end of an element")
    if array.text.strip():
        yield array.text.strip(), position + len(array.text)


class _Array:
    """What was read of an array and is not passed on: the beginning of an element at most."""

    def __init__(self, depth: int) -> None:
        self.text = b""
        self.depth = depth
        self.is_over = False
        self._begin = self._seen = 0

    def whole(self) -> Iterator[tuple[bytes, int]]:
        """The elements whose end is there, and where it is."""
        while found := (_INSIDE if self.depth > 1 else _BETWEEN).match(self.text, self._seen):
            self._seen = found.end()
            mark = self.text[self._seen - 1]
            if mark in _OPENING:
                self.depth += 1
                if self.depth == 1:
                    self._begin = self._seen
            elif mark == _COMMA:
                yield self._element()
            elif self.depth > 1 or mark == _END:
                self.depth -= 1
                if self.depth == 0:
                    self.is_over = True
                    yield self._element()
                    return

    def pass_on(self) -> int:
        """Forget the elements that are done; answers how many bytes they took."""
        passed = self._begin
        self.text = self.text[passed:]
        self._begin, self._seen = 0, self._seen - passed
        return passed

    def _element(self) -> tuple[bytes, int]:
        element = self.text[self._begin : self._seen - 1].strip()
        self._begin = self._seen
        return element, self._seen
