"""Places and bytes, counted so that one tenant or one sender never has all of them.

A room may be part of a larger one: what is held in it is held there too. Nothing waits here: what does not fit is
refused at once.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from c360.domain.errors import C360Error


class Room:
    """So many of something; `full` is raised when more is asked for."""

    def __init__(self, size: int, full: C360Error, within: Room | None = None) -> None:
        self._size = size
        self._full = full
        self._within = within
        self.held = 0

    def part(self, share: float) -> Room:
        """A room within this one."""
        return Room(max(1, int(self._size * share)), self._full, self)

    def take(self, count: int) -> None:
        """Hold more, here and in the room around."""
        if self.held + count > self._size:
            raise _again(self._full)
        if self._within is not None:
            self._within.take(count)
        self.held += count

    def leave(self, count: int) -> None:
        """Hold less."""
        self.held -= count
        if self._within is not None:
            self._within.leave(count)


class Hold:
    """What one request holds in a room, until the context ends."""

    def __init__(self, room: Room, count: int = 0) -> None:
        self._room = room
        self._count = 0
        self.more(count)

    def more(self, count: int) -> None:
        """Hold more."""
        self._room.take(count)
        self._count += count

    def move(self, room: Room) -> None:
        """Hold the same in another room."""
        room.take(self._count)
        self._room.leave(self._count)
        self._room = room

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._room.leave(self._count)


def _again(error: C360Error) -> C360Error:
    """An error of one's own for each request: a shared one would gather the traces of all."""
    return type(error)(error.message, code=error.code, detail=error.detail, hint=error.hint)
