"""Which addresses a webhook may reach: public ones by https; of our own machine and private networks those listed.

Pure. Looks through every way IPv4 can hide in IPv6 before it judges, and does not trust `ipaddress.is_global`, which
calls NAT64, 6to4, multicast and some provider addresses global.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache

from c360.domain.errors import UsageError
from c360.domain.urls import Address, UrlRefused, WebUrl, read_host, read_url

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_FORBIDDEN_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # platform address of a cloud provider, answers from inside
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_FORBIDDEN_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "::/128",
        "::1/128",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_METADATA: tuple[Network, ...] = (
    ipaddress.IPv4Network("168.63.129.16/32"),
    ipaddress.IPv4Network("100.100.100.200/32"),
    ipaddress.IPv4Network("192.0.0.192/32"),
    ipaddress.IPv6Network("fd00:ec2::254/128"),
    ipaddress.IPv6Network("fd20:ce::254/128"),
)
_V4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_V4_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_V4_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")


@lru_cache(maxsize=4096)
def is_forbidden(address: str) -> bool:
    """True for an IP address that must not be connected to. What is not an IP address is forbidden too."""
    try:
        parsed: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(parsed, ipaddress.IPv4Address):
        return _is_forbidden_v4(parsed)
    if any(parsed in network for network in _FORBIDDEN_V6):
        return True
    embedded = _embedded_v4(parsed)
    return embedded is not None and _is_forbidden_v4(embedded)


@dataclass(frozen=True)
class Destinations:
    """What may be reached beyond public addresses by https: what is listed, or everything (for development)."""

    listed: tuple[Listed, ...] = ()
    everything: bool = False
    looked_up_by_proxy: bool = False  # a name may be unknown here

    @classmethod
    def of(cls, text: str, *, everything: bool = False, looked_up_by_proxy: bool = False) -> Destinations:
        """Read a list of networks and hosts, each perhaps with a port. Raises UsageError."""
        entries = (entry for entry in re.split(r"[,\s]+", text) if entry)
        return cls(tuple(Listed.of(entry) for entry in entries), everything, looked_up_by_proxy)

    def refusal(self, url: WebUrl, address: str | None) -> str | None:
        """Why nothing may go to this address of the host: `forbidden` or `cleartext`; None where it may.

        Without an address, what is known of the host alone: a proxy looks it up, and has to refuse what is private.
        """
        if self.everything or self.is_listed(url, address):
            return None
        if url.scheme != "https":
            return "cleartext"
        return "forbidden" if address is not None and is_forbidden(address) else None

    def may_name(self, url: WebUrl) -> bool:
        """False where no address the host can have is allowed: then nobody needs to look it up."""
        return self.everything or url.scheme == "https" or any(entry.may_hold(url) for entry in self.listed)

    def is_listed(self, url: WebUrl, address: str | None) -> bool:
        """True for what was listed, and is so inside the network of the operator."""
        return any(entry.holds(url, address) for entry in self.listed)


@dataclass(frozen=True)
class Listed:
    """One entry of the list: a network, a host, or the hosts below a name; of one port or of all."""

    network: Network | None = None
    host: str = ""
    is_suffix: bool = False
    port: int | None = None

    @classmethod
    def of(cls, entry: str) -> Listed:
        """Read one entry. A mask has to fit its network: a slip there would open more than was meant."""
        text, port = _without_port(entry)
        try:
            return cls(network=ipaddress.ip_network(text), port=port)
        except ValueError as error:
            cause: ValueError = error
        if "/" not in text:
            is_suffix = text.startswith((".", "*."))
            try:
                host = read_host(text.removeprefix("*").removeprefix(".") if is_suffix else text)
                return cls(host=host, is_suffix=is_suffix, port=port)
            except UrlRefused as error:
                cause = error
        raise UsageError(
            f'"{entry}" is nothing webhooks can be allowed to reach: {cause}',
            hint="Write networks (10.1.0.0/16), hosts (crm.intra.example) or all hosts below a name"
            " (.intra.example), each perhaps with a port (10.1.0.0/16:8443, [fd00::/8]:443).",
        )

    def holds(self, url: WebUrl, address: str | None) -> bool:
        if not self.may_hold(url):
            return False
        if address is None:
            return self.network is None
        parsed = _parsed(address)
        if parsed is None:
            return False
        if self.network is not None:
            return parsed in self.network
        return _may_have_name(parsed, self.host)

    def may_hold(self, url: WebUrl) -> bool:
        """Port and name fit; a network fits every name until the address is known."""
        if self.port not in (None, url.port):
            return False
        if self.network is not None:
            return True
        return url.host.endswith(f".{self.host}") if self.is_suffix else url.host == self.host


def checked_url(url: str, destinations: Destinations) -> WebUrl:
    """The address in its one form. Raises UrlRefused for what has no such form or could go out in clear only."""
    read = read_url(url)
    if not destinations.may_name(read):
        raise InClear
    return read


class InClear(UrlRefused):
    """http, to where it is not allowed."""

    def __init__(self) -> None:
        super().__init__(
            "a webhook needs https: customer data is not sent in clear",
            "Use https. In your own network, list the host in C360_WEBHOOK_ALLOW, at the relay too;"
            " for development, C360_WEBHOOK_ALLOW_PRIVATE=1 or --allow-private lets it pass.",
        )


def _without_port(text: str) -> tuple[str, int | None]:
    bracketed = re.fullmatch(r"\[([^\]]*)\](/[0-9]+)?(?::([0-9]{1,5}))?", text)
    if bracketed:
        rest, port = bracketed[1] + (bracketed[2] or ""), bracketed[3]
    elif text.count(":") == 1:
        rest, _, port = text.partition(":")
    else:
        return text, None
    if port is not None and not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        raise UsageError(f'the port of "{text}" is not a number from 1 to 65535')
    return rest, None if port is None else int(port)


@lru_cache(maxsize=4096)
def _parsed(address: str) -> Address | None:
    try:
        parsed: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed


def _may_have_name(address: Address, name: str) -> bool:
    """False for what a listed name never opens, only a network: metadata of clouds, which hands out keys, this machine
    (but for its own name), and what is no address of a host."""
    embedded = _embedded_v4(address) if isinstance(address, ipaddress.IPv6Address) else None
    if embedded is not None and not address.is_loopback:
        return _may_have_name(embedded, name)
    if address.is_loopback:
        return name == "localhost"
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return not any(address in network for network in _METADATA)


def _is_forbidden_v4(address: ipaddress.IPv4Address) -> bool:
    return any(address in network for network in _FORBIDDEN_V4)


def _embedded_v4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if any(address in network for network in (_V4_COMPATIBLE, _V4_MAPPED, _V4_TRANSLATED, _NAT64)):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return None
