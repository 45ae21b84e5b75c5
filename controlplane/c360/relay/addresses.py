"""Which addresses a webhook may never reach: our own machine, private networks, cloud metadata.

Pure. Looks through every way IPv4 can hide in IPv6 before it judges, and does not trust `ipaddress.is_global`, which
calls NAT64, 6to4, multicast and some provider addresses global.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

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
_V4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_V4_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_V4_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")


class UrlRefused(ValueError):
    """The text is not an address a webhook can have."""


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


def checked_url(url: str, *, allow_private: bool) -> str:
    """The URL, if it has the form of a webhook's. https only, unless private addresses are allowed."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UrlRefused("a webhook needs an address such as https://crm.example/hooks")
    if parts.scheme == "http" and not allow_private:
        raise UrlRefused("a webhook needs https: customer data is not sent in clear")
    if parts.username is not None or parts.password is not None:
        raise UrlRefused("the address must not contain a user or a password: it is shown in lists")
    if parts.fragment:
        raise UrlRefused("the address must not contain a fragment (#...): it would not be sent")
    return url


def _is_forbidden_v4(address: ipaddress.IPv4Address) -> bool:
    return any(address in network for network in _FORBIDDEN_V4)


def _embedded_v4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if any(address in network for network in (_V4_COMPATIBLE, _V4_MAPPED, _V4_TRANSLATED, _NAT64)):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return None
