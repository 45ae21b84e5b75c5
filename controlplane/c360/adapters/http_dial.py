"""Makes connections to endpoints: looks the host up, asks whether its addresses may be reached, connects, verifies TLS.

The address that was judged is the address that is connected to, for names, literals and names that change their mind,
also through a proxy. Nothing is read from the environment. TLS is always verified and nothing is sent before it is.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohappyeyeballs

from c360.adapters.http_connection import Connection
from c360.domain.urls import WebUrl

Resolver = Callable[[str], Awaitable[Sequence[str]]]
AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]

_KNOWN_SECONDS = 30.0
_KNOWN_MOST = 4096
_LOOK_UPS = 64
_NEXT_ADDRESS_AFTER = 0.25
_PROXY_HEAD_LIMIT = 16_384
_PROXY_TRIES = 3


class Policy(Protocol):
    """Which addresses may be reached. Without an address: whatever the name of the host may lead to."""

    def refusal(self, url: WebUrl, address: str | None) -> str | None: ...
    def may_name(self, url: WebUrl) -> bool: ...
    def is_listed(self, url: WebUrl, address: str | None) -> bool: ...


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy that opens tunnels (CONNECT)."""

    host: str
    port: int
    credentials: str | None = field(default=None, repr=False)  # user:password
    resolves: bool = False  # it is given names and looks them up itself

    def request(self, authority: str) -> bytes:
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        if self.credentials is not None:
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(self.credentials.encode()).decode()}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


class NotConnected(Exception):
    """No connection was made. `kind` is the class of the failure: forbidden, cleartext, connect, tls or proxy."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass
class Progress:
    """How far making a connection has come, for whoever has to say why it took too long."""

    phase: str = "looking the host up"


class Dialler:
    """Makes connections. `resolver(host)` gives addresses as text; by default the system's."""

    def __init__(self, policy: Policy, *, proxy: Proxy | None = None, resolver: Resolver | None = None) -> None:
        self._policy = policy
        self._proxy = proxy
        self._resolve = _Known(resolver or look_up)

    async def connect(
        self, url: WebUrl, context: ssl.SSLContext | None, on_lost: Callable[[Connection], None], progress: Progress
    ) -> Connection:
        """A connection on which a request may be sent. Raises NotConnected."""
        if not self._policy.may_name(url):
            raise NotConnected("cleartext", "the address is not https")
        if self._proxy_looks_up(url):
            if (refusal := self._policy.refusal(url, None)) is not None:
                raise NotConnected(refusal, "the address is not https")
            addresses = []
        else:
            addresses = self._allowed(url, await self._addresses(url.host))
        try:
            sock = await self._socket(url, addresses, progress)
        except OSError as error:
            raise NotConnected("connect", f"no connection to {url.authority}: {_cause(error)}") from error
        return await _over(sock, url, context, on_lost, progress)

    def _proxy_looks_up(self, url: WebUrl) -> bool:
        if self._proxy is None or not self._proxy.resolves:
            return False
        return url.address is None and not self._policy.is_listed(url, None)

    def _allowed(self, url: WebUrl, addresses: Sequence[str]) -> list[str]:
        refused = {address: self._policy.refusal(url, address) for address in addresses}
        allowed = [address for address in addresses if refused[address] is None]
        if not allowed:
            kinds = sorted({kind for kind in refused.values() if kind is not None}, reverse=True)
            shown = ", ".join(addresses[:5])
            raise NotConnected(kinds[0], f"{url.host} leads to {shown}, which is private or reserved")
        return allowed

    async def _addresses(self, host: str) -> Sequence[str]:
        with contextlib.suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        try:
            return await self._resolve(host)
        except OSError as error:
            raise NotConnected("connect", f"{host} has no address: {_cause(error)}") from error

    async def _socket(self, url: WebUrl, addresses: list[str], progress: Progress) -> socket.socket:
        progress.phase = "connecting"
        direct = [address for address in addresses if self._proxy is None or self._policy.is_listed(url, address)]
        if self._proxy is None or direct:
            return await _connect(direct, url.port)
        targets = addresses[:_PROXY_TRIES] or [url.host]
        for tried, target in enumerate(targets, start=1):
            try:
                host = f"[{target}]" if ":" in target else target
                return await self._tunnel(self._proxy, f"{host}:{url.port}")
            except _TunnelRefused as error:
                if tried == len(targets) or error.status == 407:
                    raise NotConnected("proxy", str(error)) from error
        raise AssertionError("unreachable")

    async def _tunnel(self, proxy: Proxy, authority: str) -> socket.socket:
        try:
            sock = await _connect(list(await self._addresses(proxy.host)), proxy.port)
        except (OSError, NotConnected) as error:
            cause = _cause(error) if isinstance(error, OSError) else error
            raise NotConnected("proxy", f"no connection to the proxy {proxy.host}:{proxy.port}: {cause}") from error
        try:
            await _open_tunnel(sock, proxy, authority)
        except BaseException:
            sock.close()
            raise
        return sock


async def look_up(host: str) -> Sequence[str]:
    """Ask the system, in a thread that nobody waits for when this process ends. Raises OSError."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(result: Sequence[str] | None, error: OSError | None) -> None:
        if found.done():
            return
        if error is None:
            found.set_result(result or [])
        else:
            found.set_exception(error)

    def ask() -> None:
        result, error = None, None
        try:
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            result = list(dict.fromkeys(str(info[4][0]) for info in infos))
        except OSError as failure:
            error = failure
        except UnicodeError as failure:
            error = OSError(str(failure))
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=ask, name="c360 look-up", daemon=True).start()
    return await found


class _Known:
    """Keeps what was found for half a minute; asks once for a host however many wait, and not for too many at once."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._known: dict[str, tuple[float, Sequence[str]]] = {}
        self._asking: dict[str, asyncio.Task[Sequence[str]]] = {}
        self._turns = asyncio.Semaphore(_LOOK_UPS)

    async def __call__(self, host: str) -> Sequence[str]:
        known = self._known.get(host)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        asking = self._asking.get(host)
        if asking is None:
            asking = self._asking[host] = asyncio.create_task(self._ask(host), name="c360 look-up")
            asking.add_done_callback(lambda task: self._asked(host, task))
        return await asyncio.shield(asking)

    async def _ask(self, host: str) -> Sequence[str]:
        async with self._turns:
            return await self._resolver(host)

    def _asked(self, host: str, task: asyncio.Task[Sequence[str]]) -> None:
        del self._asking[host]
        if task.cancelled() or task.exception() is not None:
            return
        if len(self._known) >= _KNOWN_MOST:
            self._known.clear()
        self._known[host] = (time.monotonic() + _KNOWN_SECONDS, task.result())


async def _connect(addresses: Sequence[str], port: int) -> socket.socket:
    infos = [_info(address, port) for address in addresses]
    if not infos:
        raise OSError("it has no address")
    return await aiohappyeyeballs.start_connection(infos, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER, interleave=1)


def _info(address: str, port: int) -> AddressInfo:
    place, _, zone = address.partition("%")
    if ":" in place:
        scope = socket.if_nametoindex(zone) if zone else 0
        return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (place, port, 0, scope))
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (place, port))


def _cause(error: OSError) -> str:
    if isinstance(error, socket.gaierror) or not error.errno:
        return error.strerror or str(error)
    return os.strerror(error.errno)


class _TunnelRefused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(
            "the proxy wants a user and a password (407): give them in C360_WEBHOOK_PROXY"
            if status == 407
            else f"the proxy opens no tunnel there ({status})"
        )
        self.status = status


async def _open_tunnel(sock: socket.socket, proxy: Proxy, authority: str) -> None:
    loop = asyncio.get_running_loop()
    head = b""
    try:
        await loop.sock_sendall(sock, proxy.request(authority))
        while b"\r\n\r\n" not in head:
            some = await loop.sock_recv(sock, 4096)
            if not some or len(head) > _PROXY_HEAD_LIMIT:
                raise NotConnected("proxy", "the proxy did not answer as a proxy does")
            head += some
    except OSError as error:
        raise NotConnected("proxy", f"the proxy closed the connection: {_cause(error)}") from error
    words = head.split(b"\r\n", 1)[0].split(b" ")
    status = int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/1.") and words[1].isdigit() else 0
    if not 200 <= status < 300:
        raise _TunnelRefused(status)
    if not head.endswith(b"\r\n\r\n"):
        raise NotConnected("proxy", "the proxy did not answer as a proxy does")


async def _over(
    sock: socket.socket,
    url: WebUrl,
    context: ssl.SSLContext | None,
    on_lost: Callable[[Connection], None],
    progress: Progress,
) -> Connection:
    loop = asyncio.get_running_loop()
    is_secure = url.scheme == "https"
    if is_secure:
        progress.phase = "agreeing on TLS"
    try:
        _, connection = await loop.create_connection(
            lambda: Connection(on_lost),
            sock=sock,
            ssl=context if is_secure else None,
            server_hostname=url.host if is_secure else None,
        )
    except (OSError, EOFError) as error:
        sock.close()
        if not is_secure:
            raise NotConnected("connect", "the connection ended at once") from error
        raise NotConnected("tls", described_tls(error)) from error
    except BaseException:
        sock.close()
        raise
    return connection


def described_tls(error: Exception) -> str:
    """What was wrong with TLS, in words; nothing was sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message.rstrip(".")
        hint = " C360_WEBHOOK_CA_FILE adds a private authority." if error.verify_code in _UNKNOWN_AUTHORITY else ""
        return f"the certificate was refused: {said}.{hint}"
    if isinstance(error, ssl.SSLError):
        reason = (getattr(error, "reason", None) or str(error)).replace("_", " ").lower()
        if any(word in reason for word in _NOT_TLS):
            return "the endpoint does not speak TLS on this port."
        if any(word in reason for word in _OLD_TLS):
            return "the endpoint offers no TLS 1.2 or newer."
        return f"TLS could not be agreed on: {reason}."
    return "the endpoint closed the connection while TLS was agreed on."


# OpenSSL: no issuer (2, 20), self-signed (18), self-signed in the chain (19), first certificate not verifiable (21).
_UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)
_NOT_TLS = (
    "wrong version number",
    "http request",
    "record layer failure",
    "unknown protocol",
    "packet length too long",
)
_OLD_TLS = ("unsupported protocol", "protocol version", "inappropriate fallback")
