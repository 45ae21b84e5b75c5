"""One connection to an endpoint, and one exchange at a time on it. The event loop moves the bytes, llhttp reads them.

What an endpoint may answer is bounded before it is understood: bytes of the head, interim answers, bytes and seconds of
the body. An answer is decided by its head. What the body does then (ends early, never ends, cannot be read) costs the
connection and nothing else.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import httptools

HEAD_LIMIT = 32_768
BODY_LIMIT = 16_384
ANSWER_LIMIT = 4 * BODY_LIMIT  # with what frames the body, which may be endless too
BODY_SECONDS = 5.0
INTERIM_LIMIT = 16
_SWITCHING = 101
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})[ \r\n]")


@dataclass(frozen=True)
class Reply:
    """What an endpoint answered."""

    status: int
    retry_after: str | None
    body: bytes


class BrokenAnswer(Exception):
    """What came is not an answer in HTTP/1.1. The text holds nothing of what came."""


class Disconnected(Exception):
    """The connection ended without an answer. `is_stale`: nothing at all came on a connection that was used before."""

    def __init__(self, *, is_stale: bool) -> None:
        super().__init__("the connection was closed before an answer came")
        self.is_stale = is_stale


class Connection(asyncio.Protocol):
    """Made by the event loop. `on_lost` is called once, when the connection has ended."""

    def __init__(self, on_lost: Callable[[Connection], None]) -> None:
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._body_timer: asyncio.TimerHandle | None = None
        self._exchanges = 0
        self._reset()

    def _reset(self) -> None:
        self._status = 0
        self._retry_after: str | None = None
        self._body = bytearray()
        self._head = b""
        self._bytes = 0
        self._interim = 0
        self._has_head = self._is_complete = self._keeps_open = False

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def is_reusable(self) -> bool:
        """The last exchange ended whole, and nobody waits for another one."""
        return self.is_open and self._waiting is None and self._is_complete and self._keeps_open

    @property
    def reply(self) -> Reply | None:
        """The answer as far as it came; None while its head is not complete."""
        return Reply(self._status, self._retry_after, bytes(self._body)) if self._has_head else None

    async def exchange(self, request: bytes) -> Reply:
        """Send and wait. Raises Disconnected, BrokenAnswer and ssl.SSLError; after that, abort()."""
        if self._transport is None or self._waiting is not None:
            raise Disconnected(is_stale=self._exchanges > 0)
        self._reset()
        self._exchanges += 1
        self._waiting = self._loop.create_future()
        self._transport.write(request)
        try:
            return await self._waiting
        finally:
            self._waiting = None

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._parser = httptools.HttpResponseParser(self)
        # Old programs end lines with a line feed alone; nobody is harmed by reading them.
        self._parser.set_dangerous_leniencies(lenient_optional_lf_after_cr=True, lenient_optional_cr_before_lf=True)

    def data_received(self, data: bytes) -> None:
        if self._waiting is None or self._waiting.done() or self._parser is None:
            self.abort()  # nobody asked
            return
        taken = data
        if not self._has_head:
            taken = data[: HEAD_LIMIT - self._bytes]
            self._head += taken
        self._bytes += len(taken)
        try:
            self._parser.feed_data(taken)
        except httptools.HttpParserUpgrade:
            self._is_complete, self._keeps_open = True, False
        except httptools.HttpParserError as error:
            self._note_broken(error)
            return
        if self._is_complete or len(self._body) >= BODY_LIMIT or self._bytes >= ANSWER_LIMIT:
            self._finish()
        elif self._has_head:
            self._await_body(data[len(taken) :])
        else:
            self._check_head()

    def _await_body(self, more: bytes) -> None:
        self._head = b""
        if self._body_timer is None:
            self._body_timer = self._loop.call_later(BODY_SECONDS, self._finish)
        if more:
            self.data_received(more)

    def _check_head(self) -> None:
        if self._bytes >= HEAD_LIMIT:
            self._fail(BrokenAnswer(f"the head of the answer is longer than {HEAD_LIMIT // 1024} kB"))
        elif self._interim > INTERIM_LIMIT:
            self._fail(BrokenAnswer(f"more than {INTERIM_LIMIT} interim answers came before an answer"))

    def eof_received(self) -> None:
        if self._has_head:
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._parser = None  # it and this object hold each other
        self._stop_timer()
        if self._has_head:
            self._finish()
        elif isinstance(exc, ssl.SSLError):
            self._fail(exc)
        else:
            self._fail(Disconnected(is_stale=self._exchanges > 1 and not self._bytes))
        self._on_lost(self)

    # Called by the parser.

    def on_message_begin(self) -> None:
        if self._is_complete:
            self._keeps_open = False  # more came than was asked for

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(name) == 11 and name.lower() == b"retry-after" and not self._is_complete:
            self._retry_after = value[:100].decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._is_complete or self._parser is None:
            return
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != _SWITCHING:
            self._interim += 1
            self._retry_after = None
            return
        self._status, self._has_head = status, True

    def on_body(self, body: bytes) -> None:
        if not self._is_complete and len(self._body) < BODY_LIMIT:
            self._body += body[: BODY_LIMIT - len(self._body)]

    def on_message_complete(self) -> None:
        if self._has_head and not self._is_complete and self._parser is not None:
            self._is_complete, self._keeps_open = True, self._parser.should_keep_alive()

    def _note_broken(self, error: httptools.HttpParserError) -> None:
        """An answer whose head came whole is decided, also where the head says impossible things about the body."""
        said = _STATUS_LINE.match(self._head)
        if not self._has_head and said and re.search(rb"\n\r?\n", self._head) and not self._interim:
            self._status, self._has_head = int(said[1]), True
        self._keeps_open = False
        if self._has_head:
            self._finish()
        else:
            self._fail(BrokenAnswer(f"the answer is not HTTP/1.1 ({type(error).__name__})"))

    def _finish(self) -> None:
        self._stop_timer()
        if self._waiting is not None and not self._waiting.done() and (reply := self.reply) is not None:
            self._waiting.set_result(reply)
        if not (self._is_complete and self._keeps_open):
            self.abort()

    def _fail(self, error: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
        self.abort()

    def _stop_timer(self) -> None:
        if self._body_timer is not None:
            self._body_timer.cancel()
            self._body_timer = None
