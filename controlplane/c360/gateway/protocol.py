"""Bounds what a connection may cost before anybody has shown a key: time, bytes of headers, places.

uvicorn reads heads and bodies without end and knows no deadline for either. This subclass of its protocol does, and
counts connections in all and by address. A request that arrives in one piece needs no timer and gets none. The class is
an internal one of uvicorn, so the dependency is held at one minor version.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import structlog
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from c360.domain.errors import C360Error, IngestRefused
from c360.gateway.answers import refusal

# Whoever sends a body at this pace is slow and not idle: a telephone on a bad line gets the time it needs.
_BYTES_PER_SECOND = 8 * 1024
# Requests sent ahead of their answers on one connection.
_MOST_AHEAD = 32
# What is read in one piece before anybody looks whether it is too much.
_PIECE = 8 * 1024
# A header costs more than its letters; HTTP/2 counts the same for it.
_BYTES_PER_HEADER = 32

_HEAD, _BODY = "head", "body"
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)

# Whoever sends rubbish is answered, and does not fill our log.
_quiet = logging.getLogger("uvicorn.error.protocol")
_quiet.setLevel(logging.ERROR)
log = structlog.get_logger("c360.gateway")


@dataclass(frozen=True)
class Limits:
    """What connections may cost."""

    head_seconds: float
    body_seconds: float
    head_bytes: int
    connections: int
    connections_per_address: int


@dataclass
class Crowd:
    """The open connections of one gateway."""

    limits: Limits
    total: int = 0
    by_address: Counter[str] = field(default_factory=Counter)

    def enter(self, address: str) -> None:
        """Count a connection. Raises U1452 or U1453 for one too many, which is not counted."""
        if self.total >= self.limits.connections:
            raise IngestRefused("too many connections", code="U1452", hint="Connect again a little later.")
        if self.by_address[address] >= self.limits.connections_per_address:
            raise IngestRefused(
                "too many connections from one address",
                code="U1453",
                hint="Send several requests over one connection; behind a proxy the operator raises the limit.",
            )
        self.total += 1
        self.by_address[address] += 1

    def leave(self, address: str) -> None:
        """Count a connection no more."""
        self.total -= 1
        self.by_address[address] -= 1
        if self.by_address[address] == 0:
            del self.by_address[address]


def bounded_protocol(limits: Limits) -> type[HttpToolsProtocol]:
    """The protocol class of one server, whose connections share these limits."""
    return type("BoundedProtocol", (_BoundedProtocol,), {"crowd": Crowd(limits)})


class _Flow(FlowControl):
    """Reads nothing while requests wait for their turn: each answer would let in as much as a socket holds."""

    def __init__(self, transport: asyncio.Transport, ahead: deque[Any]) -> None:
        super().__init__(transport)
        self._ahead = ahead
        self.is_asked = False

    def resume_reading(self) -> None:
        self.is_asked = True
        if not self._ahead:
            super().resume_reading()


class _BoundedProtocol(HttpToolsProtocol):
    crowd: Crowd
    flow: _Flow

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.logger = _quiet
        self._limits = self.crowd.limits
        self._address: str | None = None
        # What of a request is being read, and the timer for it.
        self._reading: str | None = _HEAD
        self._timed: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timed_since = 0.0
        self._is_due = False
        self._writing_timer: asyncio.TimerHandle | None = None
        self._abort_timer: asyncio.TimerHandle | None = None
        # Bytes of the head and trailers that the parser handed over, and bytes it has kept to itself since.
        self._told = 0
        self._untold = 0
        self._body_bytes = 0
        self._is_told = False
        self._is_deaf = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)
        address = _address(transport)
        try:
            self.crowd.enter(address)
        except IngestRefused as error:
            self._refuse(error)
            return
        self._address = address
        self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._is_deaf = True
        self._reading = None
        self._time()
        self.resume_writing()
        if self._abort_timer is not None:
            # It would keep all of a connection for seconds after its end, and thousands begin in one.
            self._abort_timer.cancel()
            self._abort_timer = None
        if self._address is not None:
            self.crowd.leave(self._address)
            self._address = None

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), _PIECE):
            if self._is_deaf:
                break
            self._read(data[start : start + _PIECE])
        if self._reading == _BODY and not self.flow.is_asked:
            # Nobody has counted a body that is not asked for yet.
            self.flow.pause_reading()
        self._time()

    def _read(self, data: bytes) -> None:
        if self._reading != _BODY:
            # Java offers HTTP/2 so and goes on in HTTP/1.1; the parser would take what follows for another protocol.
            data = _UPGRADE.sub(b"\r\nIgnored:", data)
        self._is_told = False
        super().data_received(data)
        self._untold = 0 if self._is_told else self._untold + len(data)
        if self._told + self._untold > self._limits.head_bytes:
            self._refuse(
                IngestRefused(
                    "the headers are too large",
                    code="U1451",
                    detail=f"At most {self._limits.head_bytes // 1024} KB fit into head and trailers of a request.",
                    hint="Send fewer or shorter headers and cookies.",
                )
            )
        elif self._reading is None and self._is_at_rest():
            # Blanks between requests are no request, but somebody is sending.
            self._reading = _HEAD

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        self._refuse(IngestRefused("this is not HTTP as the gateway reads it", code="U1454"))

    def timeout_keep_alive_handler(self) -> None:
        self._hang_up()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reading = _HEAD
        # Neither something nor nothing: whatever is being read when these bytes are through gets a timer of its own.
        self._timed = ""
        self._told = self._body_bytes = 0
        self._is_told = True

    def on_url(self, url: bytes) -> None:
        self._tell(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._tell(len(name) + len(value) + _BYTES_PER_HEADER)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_told = True
        if len(self.pipeline) >= _MOST_AHEAD:
            self._refuse(IngestRefused("too many requests ahead of their answers", code="U1429"))
        if self._is_deaf or self._told > self._limits.head_bytes:
            self._is_deaf = True
            return
        self.flow.is_asked = False
        super().on_headers_complete()
        # Not before: an address that cannot be read is answered as part of a head.
        self._reading = _BODY

    def on_chunk_header(self) -> None:
        """A chunk begins; its bytes are body, and those of its frame are nobody's."""
        self._is_told = True

    def on_body(self, body: bytes) -> None:
        self._is_told = True
        self._body_bytes += len(body)
        if not self._is_deaf:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_told = True
        if not self._is_deaf:
            self._reading = None
            super().on_message_complete()

    def pause_writing(self) -> None:
        """An answer that nobody takes holds its connection no longer than a body that nobody sends."""
        super().pause_writing()
        if self._writing_timer is None and not self.transport.is_closing():
            self._writing_timer = self.loop.call_later(self._limits.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writing_timer is not None:
            self._writing_timer.cancel()
            self._writing_timer = None

    def _tell(self, count: int) -> None:
        self._is_told = True
        self._told += count

    def _is_at_rest(self) -> bool:
        return not self.pipeline and (self.cycle is None or self.cycle.response_complete)

    def _time(self) -> None:
        """Have the timer that fits what is being read."""
        if self._timed == self._reading:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timed = self._reading
        self._is_due = False
        if self._reading is not None and not self.transport.is_closing():
            self._timed_since = self.loop.time()
            self._timer = self.loop.call_later(self._seconds(), self._look_at_the_clock)

    def _seconds(self) -> float:
        """How long what is being read may take in all. More only for a body somebody still wants."""
        if self._reading == _HEAD:
            return self._limits.head_seconds
        is_wanted = self.cycle is not None and not self.cycle.response_complete
        return self._limits.body_seconds + (self._body_bytes / _BYTES_PER_SECOND if is_wanted else 0.0)

    def _look_at_the_clock(self) -> None:
        left = self._timed_since + self._seconds() - self.loop.time()
        if left > 0.01:
            self._timer = self.loop.call_later(left, self._look_at_the_clock)
        elif not self._is_due:
            # After a stall of ours the timers run first: what has arrived is read before anybody is called slow.
            self._is_due = True
            self._timer = self.loop.call_later(0.05, self._look_at_the_clock)
        elif self.flow.read_paused:
            # We are the slow one: what the client has sent waits to be read.
            self._timed_since = self.loop.time()
            self._timer = self.loop.call_later(self._limits.body_seconds, self._look_at_the_clock)
        else:
            self._refuse(
                IngestRefused(
                    "the request did not arrive in time", code="U1450", hint="Send it again over a new connection."
                )
            )

    def _refuse(self, error: C360Error) -> None:
        """Answer what is being read and hang up. Without a word where that would answer something else, or nothing."""
        self._is_deaf = True
        if self._is_at_rest():
            may_answer = self._reading == _HEAD and (self._told + self._untold > 0 or error.code != "U1450")
        else:
            may_answer = self._reading == _BODY and not self.pipeline and not self.cycle.response_started
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if may_answer and not self.transport.is_closing():
            response = refusal(error, {"Connection": "close"})
            head = b"".join(b"%s: %s\r\n" % pair for pair in response.raw_headers)
            self.transport.write(STATUS_LINE[response.status_code] + head + b"\r\n" + bytes(response.body))
        self._hang_up()

    def _hang_up(self) -> None:
        """Close; what the client does not take of its answer by then is dropped."""
        if not self.transport.is_closing():
            self.transport.close()
            self._abort_timer = self.loop.call_later(self._limits.body_seconds, self.transport.abort)


def _address(transport: asyncio.Transport) -> str:
    """Whom a connection is counted for: an address, of IPv6 the network that one customer gets."""
    peer = transport.get_extra_info("peername")
    if not isinstance(peer, tuple):
        return ""
    try:
        address = ipaddress.ip_address(str(peer[0]).partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((int(address), 64), strict=False).network_address)
    return str(address)
