"""The HTTP client of the relay: one POST, and a short account of what came back.

Sends nothing in clear unless it was told to. Refuses private addresses at every connect, for names, literals and
rebinding names alike, because the check sits where the socket is made. Follows no redirects, reads no proxy settings,
keeps no cookies, decompresses nothing, verifies TLS always, and reads at most 16 kB of an answer.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import aiohttp

from c360 import __version__

_ANSWER_LIMIT = 16_384
_ANSWER_KEPT = 1_000
_CONNECTIONS = 1_024
# What people find in the attempts of a webhook whose address is not https.
IN_CLEAR = (
    "U5413: nothing was sent, because the address is not https and customer data is not sent in clear."
    " Add the webhook with https, or allow http to the relay with C360_WEBHOOK_ALLOW_PRIVATE=1 (for development)."
)
_USER_AGENT = f"c360/{__version__} (+standard-webhooks)"


@dataclass(frozen=True)
class Answer:
    """What became of a request. `error` is None for success, otherwise its class."""

    status: int | None
    error: str | None
    ms: int
    retry_after: float | None = None
    text: str = ""
    body: bytes = field(default=b"", repr=False)


class HttpClient:
    """Use as an async context manager. `is_forbidden(ip)` decides where no connection may go; https only without
    `allow_clear`."""

    def __init__(self, *, is_forbidden: Callable[[str], bool], allow_clear: bool = False, resolver: Any = None) -> None:
        self._is_forbidden = is_forbidden
        self._allow_clear = allow_clear
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=_CONNECTIONS,
            ttl_dns_cache=30,
            keepalive_timeout=30,
            socket_factory=self._socket,
            resolver=self._resolver,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            headers={"User-Agent": _USER_AGENT, "Content-Type": "application/json"},
            skip_auto_headers=("Accept-Encoding",),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        timeout: float,  # noqa: ASYNC109
        *,
        tls: ssl.SSLContext | None = None,
    ) -> Answer:
        """Send once. Never raises for what the other side does; `timeout` covers the whole exchange.

        `tls` carries a client certificate; it has to verify the server as strictly as the default does.
        """
        if self._session is None:
            raise RuntimeError("HttpClient is used as a context manager")
        if not self._allow_clear and not url.lower().startswith("https://"):
            return Answer(None, "cleartext", 0, text=IN_CLEAR)
        began = time.monotonic()
        try:
            async with (
                asyncio.timeout(timeout),
                self._session.post(url, data=body, headers=headers, allow_redirects=False, ssl=tls or True) as response,
            ):
                read = await _first_bytes(response)
                status = response.status
                retry_after = parse_retry_after(response.headers.get("Retry-After"))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            kind = _failure(error)
            return Answer(None, kind, _ms(began), text=_described(error))
        failure = None if 200 <= status < 300 else "status"
        text = read[:_ANSWER_KEPT].decode("utf-8", "replace").replace("\0", "")
        return Answer(status, failure, _ms(began), retry_after, text, read)

    def _socket(self, address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, target = address
        if self._is_forbidden(str(target[0])):
            raise ForbiddenAddress(errno.EACCES, "the address is private or reserved")
        return socket.socket(family=family, type=kind, proto=protocol)


class ForbiddenAddress(OSError):
    """A webhook resolves to an address that must not be connected to."""


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


async def _first_bytes(response: aiohttp.ClientResponse) -> bytes:
    read = bytearray()
    while len(read) < _ANSWER_LIMIT:
        chunk = await response.content.read(_ANSWER_LIMIT - len(read))
        if not chunk:
            break
        read += chunk
    if not response.content.at_eof():
        response.close()  # an endless answer is not worth its connection
    return bytes(read)


def _failure(error: BaseException) -> str:
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return "tls"
    if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ClientConnectorError):
        return "timeout"
    if isinstance(error, OSError) and error.errno == errno.EACCES:
        return "forbidden"
    if isinstance(error, (aiohttp.ClientConnectorError, OSError, aiohttp.ServerDisconnectedError)):
        return "connect"
    return "protocol"


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:_ANSWER_KEPT].replace("\0", "")


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
