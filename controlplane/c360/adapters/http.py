"""The HTTP client of the relay: one request, and a short account of what came back.

Sends nothing in clear and nothing to private addresses unless it was told to. Follows no redirects, reads no proxy
settings of the environment, keeps no cookies, decompresses nothing, verifies TLS always. The answer is decided by its
head; at most 16 kB and five seconds of the body are read after it. ADR 0022 says why this is not a library.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import resource
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from types import TracebackType
from typing import Self

from c360 import __version__
from c360.adapters.http_connection import BrokenAnswer, Connection, Disconnected, Reply
from c360.adapters.http_dial import Dialler, NotConnected, Policy, Progress, Proxy, Resolver, described_tls
from c360.domain.urls import UrlRefused, WebUrl, read_url

_ANSWER_KEPT = 1_000
_CONNECTIONS = 4_096
_IDLE_SECONDS = 15.0
# What people find in the attempts of a webhook whose address is not https.
IN_CLEAR = (
    "U5413: nothing was sent, because the address is not https and customer data is not sent in clear."
    " Add the webhook with https, or list the host in C360_WEBHOOK_ALLOW where the relay runs."
)
_FORBIDDEN = (
    "U5451: nothing was sent, because {cause}."
    " In your own network, list the host or its network in C360_WEBHOOK_ALLOW where the relay runs."
)
_DEFAULTS = {"user-agent": f"c360/{__version__} (+standard-webhooks)", "content-type": "application/json"}
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True)
class Answer:
    """What became of a request. `error` is None for success, otherwise its class."""

    status: int | None
    error: str | None
    ms: int
    retry_after: float | None = None
    text: str = ""
    body: bytes = field(default=b"", repr=False)
    message_id: str | None = None  # by which the provider knows what it took


class HttpClient:
    """Use as an async context manager. `policy` decides where connections may go; https is verified with `tls`, or the
    context of a single request."""

    def __init__(
        self,
        policy: Policy,
        *,
        proxy: Proxy | None = None,
        tls: ssl.SSLContext | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        self._dialler = Dialler(policy, proxy=proxy, resolver=resolver)
        self._tls = tls
        self._idle: defaultdict[_Place, list[tuple[float, Connection]]] = defaultdict(list)
        self._connections: set[Connection] = set()
        self._room = asyncio.Semaphore(_most_connections())
        self._sweeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._tls is None:
            self._tls = tls_context()
        self._sweeper = asyncio.create_task(self._sweep(), name="c360 idle connections")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in list(self._connections):
            connection.abort()
        await asyncio.sleep(0)  # transports that were aborted say so in the next round

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        timeout: float,  # noqa: ASYNC109
        *,
        method: str = "POST",
        tls: ssl.SSLContext | None = None,
    ) -> Answer:
        """Send once. Never raises for what the other side does; `timeout` covers the whole exchange."""
        began = time.monotonic()
        try:
            place = _Place(read := _read(url), tls or self._tls)
            request = _request(method, read, body, headers)
        except UrlRefused as error:
            return Answer(None, "forbidden", 0, text=f"U5450: nothing was sent, because {error}.")
        except ValueError as error:
            return Answer(None, "protocol", 0, text=f"nothing was sent, because {error}.")
        attempt = _Attempt()
        reply: Reply | None
        try:
            async with asyncio.timeout(timeout):
                reply = await self._exchange(place, request, attempt)
        except TimeoutError:
            reply = attempt.connection.reply if attempt.connection else None
            if reply is None:
                cause = f"no answer within {timeout:g} s: {attempt.progress.phase}"
                return Answer(None, "timeout", _ms(began), text=cause)
        except (NotConnected, BrokenAnswer, Disconnected, OSError) as error:
            return Answer(None, *_failure(error, _ms(began)))
        finally:
            self._give_back(place, attempt.connection)
        return _answer(reply, _ms(began))

    async def _exchange(self, place: _Place, request: bytes, attempt: _Attempt) -> Reply:
        while (connection := self._take_idle(place)) is not None:
            attempt.connection = connection
            attempt.progress.phase = "waiting for it"
            try:
                return await connection.exchange(request)
            except Disconnected as error:
                # The endpoint closed the connection in the very moment; it has seen nothing of this request.
                if not error.is_stale:
                    raise
        attempt.connection = connection = await self._connect(place, attempt.progress)
        attempt.progress.phase = "waiting for it"
        return await connection.exchange(request)

    async def _connect(self, place: _Place, progress: Progress) -> Connection:
        if self._room.locked():
            self._close_an_idle_one()
        progress.phase = "waiting for another connection to end"
        await self._room.acquire()
        progress.phase = "looking the host up"
        try:
            connection = await self._dialler.connect(place.url, place.tls, self._lost, progress)
        except BaseException:
            self._room.release()
            raise
        self._connections.add(connection)
        if not connection.is_open:
            self._lost(connection)
        return connection

    def _lost(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.discard(connection)
            self._room.release()

    def _take_idle(self, place: _Place) -> Connection | None:
        idle = self._idle.get(place)
        while idle:
            since, connection = idle.pop()
            if connection.is_open and time.monotonic() - since < _IDLE_SECONDS:
                return connection
            connection.abort()
        return None

    def _give_back(self, place: _Place, connection: Connection | None) -> None:
        if connection is None:
            return
        if connection.is_reusable:
            self._idle[place].append((time.monotonic(), connection))
        else:
            connection.abort()

    def _close_an_idle_one(self) -> None:
        for idle in self._idle.values():
            if idle:
                idle.pop(0)[1].abort()
                return

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_IDLE_SECONDS / 3)
            oldest = time.monotonic() - _IDLE_SECONDS
            for place, idle in list(self._idle.items()):
                while idle and (idle[0][0] < oldest or not idle[0][1].is_open):
                    idle.pop(0)[1].abort()
                if not idle:
                    del self._idle[place]


def tls_context(ca_file: str | None = None) -> ssl.SSLContext:
    """What TLS is verified with: the authorities of the system and those of a file. Raises OSError, ssl.SSLError."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def parse_retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date; None when it makes no sense."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    seconds = (at - (now or datetime.now(UTC))).total_seconds()
    return seconds if seconds > 0 else None


@dataclass(frozen=True)
class _Place:
    """Requests to one place may use each other's connections."""

    url: WebUrl
    tls: ssl.SSLContext | None

    def __hash__(self) -> int:
        return hash((self.url.host, self.url.port, id(self.tls)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Place)
            and self.tls is other.tls
            and (self.url.scheme, self.url.host, self.url.port) == (other.url.scheme, other.url.host, other.url.port)
        )


@dataclass
class _Attempt:
    """What a request has got hold of, for whoever has to clear up after it."""

    connection: Connection | None = None
    progress: Progress = field(default_factory=Progress)


@lru_cache(maxsize=4096)
def _read(url: str) -> WebUrl:
    return read_url(url)


@lru_cache(maxsize=4096)
def _head(method: str, url: WebUrl) -> str:
    return f"{method} {url.target} HTTP/1.1\r\nHost: {url.authority}\r\n"


def _request(method: str, url: WebUrl, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    for line in lines:
        if _HEADER.fullmatch(line) is None:
            raise ValueError(f"the header {line.partition(':')[0][:100]!r} cannot be sent")
    given = {name.lower() for name in headers}
    lines += [f"{name}: {value}" for name, value in _DEFAULTS.items() if name not in given]
    lines.append(f"content-length: {len(body)}\r\n\r\n")
    return (_head(method, url) + "\r\n".join(lines)).encode("latin-1") + body


def _answer(reply: Reply, ms: int) -> Answer:
    return Answer(
        status=reply.status,
        error=None if 200 <= reply.status < 300 else "status",
        ms=ms,
        retry_after=parse_retry_after(reply.retry_after),
        text=reply.body[:_ANSWER_KEPT].decode("utf-8", "replace").replace("\0", ""),
        body=reply.body,
    )


def _failure(error: Exception, ms: int) -> tuple[str, int, None, str]:
    kind, text = "connect", str(error)
    if isinstance(error, NotConnected):
        kind = error.kind
        if kind == "cleartext":
            text = IN_CLEAR
        elif kind == "forbidden":
            text = _FORBIDDEN.format(cause=text)
    elif isinstance(error, ssl.SSLError):
        kind, text = "tls", described_tls(error)
    elif isinstance(error, BrokenAnswer):
        kind = "protocol"
    return kind, ms, None, text[:_ANSWER_KEPT].replace("\0", "")


def _most_connections() -> int:
    """As many as the system gives open files for, half of them at most: databases and logs need some too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return _CONNECTIONS if soft == resource.RLIM_INFINITY else max(16, min(_CONNECTIONS, soft // 2))


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
