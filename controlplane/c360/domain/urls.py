"""Reads the address of a webhook the one way it is stored and sent to. Pure: looks nothing up.

Scheme and host in lower case, the host as DNS knows it (IDNA), no port that is the scheme's own. Whatever two programs
could read in two ways is refused: a guard that understands another host than the one who connects guards nothing.
`c360._checked_url()` reads the same in SQL, but for IDNA.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import quote

import idna

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST = 8192
_PORTS = {"http": 80, "https": 443}
_EXAMPLE = "Write it such as https://crm.example/hooks."
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]*))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# The last label of a name is never a number: programs that read old spellings take such a name for an IPv4 address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# What a URL may hold as it is. The rest is percent-encoded when it is sent.
_KEPT = "%/:?@!$&'()*+,;=-._~[]"


class UrlRefused(ValueError):
    """The text is not an address a webhook can have; `hint` says what one looks like."""

    def __init__(self, message: str, hint: str = _EXAMPLE) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class WebUrl:
    """An address, read."""

    scheme: str
    host: str  # ASCII; IPv6 without brackets
    port: int
    tail: str  # path and query as they were written; may be empty

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.tail}"

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL and in the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """Path and query as they stand in a request."""
        return quote(self.tail if self.tail.startswith("/") else f"/{self.tail}", safe=_KEPT)

    @property
    def address(self) -> Address | None:
        """The address, where the host is one and not a name."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None


def read_url(text: str) -> WebUrl:
    """The address in its one form. Raises UrlRefused."""
    text = text.strip(" \t\r\n")
    if len(text) > _LONGEST:
        raise UrlRefused(f"the address is {len(text)} characters long", f"The longest may have {_LONGEST}.")
    if any(character <= " " or character == "\x7f" or character.isspace() for character in text):
        raise UrlRefused("the address holds a space or a control character", "Write a space in a path as %20.")
    if "\\" in text:
        raise UrlRefused("the address holds a backslash, which some programs read as a slash", "Write \\ as %5C.")
    scheme = _SCHEME.match(text)
    if scheme is None or scheme[1].lower() not in _PORTS:
        raise UrlRefused("the address does not begin with https://")
    if "#" in text:
        raise UrlRefused(
            "the address holds a fragment (#...), which would not be sent", "Leave out what follows the #."
        )
    rest = text[scheme.end() :]
    authority = re.split(r"[/?]", rest, maxsplit=1)[0]
    host, port = _host_and_port(authority, _PORTS[scheme[1].lower()])
    return WebUrl(scheme[1].lower(), host, port, rest[len(authority) :])


def read_host(text: str) -> str:
    """A host in its one form: a name in lower case and ASCII, or an IP address without brackets. Raises UrlRefused."""
    if text.startswith("["):
        return _ipv6(text.strip("[]"))
    if "%" in text:
        raise UrlRefused("the host holds a percent sign", "Write the host as it is, without percent-encoding or zone.")
    host = text.lower() if text.isascii() else _ascii_of(text)
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(host.removesuffix("."))
    if len(host) > 254 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlRefused(
            f'"{text[:100]}" is not the name of a host' if text else "the address names no host",
            f"A name has letters, digits, - and _ between dots. {_EXAMPLE}",
        )
    return ".".join(labels)


def _host_and_port(authority: str, default_port: int) -> tuple[str, int]:
    if "@" in authority:
        raise UrlRefused(
            "the address holds a user or a password, and it is shown in lists",
            "Leave out what stands before the @; the signature of the message says who sends it.",
        )
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise UrlRefused(
            "host and port of the address cannot be told apart", "Write IPv6 in brackets: https://[2001:db8::1]:8443/."
        )
    port = int(parts["port"] or default_port) if len(parts["port"] or "") < 6 else 0
    if not 1 <= port <= 65535:
        raise UrlRefused(f"{parts['port'][:20]} is not a port", "A port is a number from 1 to 65535.")
    return read_host(parts["host"]), port


def _ascii_of(name: str) -> str:
    try:
        return idna.encode(name, uts46=True, std3_rules=False).decode().lower()
    except idna.IDNAError as error:
        raise UrlRefused(f'"{name[:100]}" is not the name of a host: {error}') from error


def _ipv4(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise UrlRefused(
            f'"{text[:100]}" is not an IPv4 address as all programs read it',
            "Write four decimal numbers without leading zeros, such as 192.0.2.1.",
        ) from None


def _ipv6(text: str) -> str:
    try:
        packed = ipaddress.IPv6Address(text if "%" not in text else "").packed
    except ValueError:
        raise UrlRefused(
            f'"{text[:100]}" is not an IPv6 address', "Write it in brackets and without a zone: https://[2001:db8::1]/."
        ) from None
    return socket.inet_ntop(socket.AF_INET6, packed)  # PostgreSQL writes it so too; Python's own form has changed
