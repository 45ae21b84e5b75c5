"""Addresses and tricks that lead inside. Each is refused when a webhook is added, and again when something is sent.

No connection leaves: Python tells of every attempt to connect, and a canary listens where the tricks would lead.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import uvloop

from c360.adapters.http import Answer, HttpClient
from c360.domain.errors import UsageError
from c360.domain.urls import read_url
from c360.relay.addresses import Destinations, is_forbidden
from c360.relay.webhooks import check_address
from support.endpoints import Endpoint

# What names lead to here. A name that is none of these is nobody's.
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "loop.example": ["127.0.0.1"],
    "loop6.example": ["::1"],
    "any.example": ["0.0.0.0"],
    "intranet.example": ["10.0.0.5"],
    "router.example": ["192.168.0.1", "192.168.1.1"],
    "ula.example": ["fd12:3456::1"],
    "link.example": ["fe80::1%lo"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "metadata.google.internal": ["169.254.169.254"],
    "instance-data": ["169.254.169.254"],
    "nowhere.example": [],
    "www.xn--bcher-kva.example": ["127.0.0.1"],
}

LITERALS = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",  # metadata of Alibaba Cloud
    "168.63.129.16",  # platform of Azure
    "169.254.169.254",  # metadata of most clouds
    "169.254.170.2",  # credentials of Amazon's containers
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",  # metadata of Oracle's cloud
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7F00:1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:0:10.0.0.1]",  # translated
    "[::127.0.0.1]",  # compatible
    "[::7f00:1]",
    "[64:ff9b::127.0.0.1]",  # NAT64
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",  # 6to4
    "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::]",  # Teredo
    "[2001:db8::1]",
    "[100::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",  # metadata of Amazon's cloud
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[5f00::1]",
]
SPELLINGS = [
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0X7F000001",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.01",
    "0300.0250.0.1",
    "127.0.0.1.",
    "127。0。0。1",
    "127\N{FULLWIDTH FULL STOP}0.0.1",
    "127\N{HALFWIDTH IDEOGRAPHIC FULL STOP}0.0.1",
    "\N{CIRCLED DIGIT ONE}\N{CIRCLED DIGIT TWO}\N{CIRCLED DIGIT SEVEN}.0.0.1",
    "\N{FULLWIDTH DIGIT ONE}27.0.0.1",
    "[::1%lo]",
    "[::1%25lo]",
    "[fe80::1%25eth0]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost..",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "local\N{SOFT HYPHEN}host",
    "localhost\0.crm.example",
    "localhost\t.crm.example",
    "localhost .crm.example",
    "127.0.0.1\r\n.crm.example",
    "127.0.0.1%2f.crm.example",
    "127%2e0%2e0%2e1",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "crm.example@127.0.0.1",
    "crm.example:443@127.0.0.1",
    "127.0.0.1\\@crm.example",
    "127.0.0.1#@crm.example",
    "127.0.0.1\\.crm.example",
    "loop.example",
    "loop6.example",
    "any.example",
    "intranet.example",
    "router.example",
    "ula.example",
    "link.example",
    "mapped.example",
    "nat64.example",
    "metadata.google.internal",
    "instance-data",
    "www.bücher.example",
]

TLS = ssl.create_default_context()
attempts: list[Any] = []
is_listening = False


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    """Every attempt to connect of this process, whoever makes it. The event loops use the same call."""
    if is_listening and event == "socket.connect":
        attempts.append(arguments[1])


sys.addaudithook(_hear)  # for ever: it cannot be taken away


@contextlib.contextmanager
def heard() -> Iterator[list[Any]]:
    global is_listening
    attempts.clear()
    is_listening = True
    try:
        yield attempts
    finally:
        is_listening = False


@pytest.fixture(scope="module")
def canary() -> Iterator[Endpoint]:
    """Listens on all addresses of this machine."""
    with Endpoint(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", host="0.0.0.0") as endpoint:
        yield endpoint


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of this file, for whoever asks the system."""
    real = socket.getaddrinfo

    def getaddrinfo(host: str, *arguments: Any, **more: Any) -> Any:
        if host not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "nobody knows that name")
        return [info for address in NAMES[host] for info in real(address, *arguments, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def send(url: str, destinations: Destinations = Destinations(), *, times: int = 1, **more: Any) -> list[Answer]:  # noqa: B008
    async def run() -> list[Answer]:
        async with HttpClient(destinations, tls=TLS, **more) as http:
            return [await http.post(url, b"{}", {}, 30) for _ in range(times)]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())


def test_the_corpus_is_large():
    assert len(set(LITERALS + SPELLINGS)) >= 60


@pytest.mark.parametrize("host", LITERALS + SPELLINGS, ids=ascii)
def test_no_connection_leaves(canary, names, host):
    port = canary.port
    urls = [f"https://{host}:{port}/hooks", f"https://{host}/hooks", f"http://{host}:{port}/hooks"]

    with heard() as connects:
        for url in urls[:2]:
            with pytest.raises(UsageError) as refused:
                check_address(url, Destinations())
            assert refused.value.code in ("U5450", "U5451")
            assert refused.value.hint
        answers = [send(url)[0] for url in urls]

    assert [answer.status for answer in answers] == [None] * 3
    assert {answer.error for answer in answers} <= {"forbidden", "cleartext"}
    assert connects == []
    assert canary.connections == 0


def test_a_connection_that_does_leave_is_heard(canary):
    """The proof above would hear it."""
    with heard() as connects:
        (answer,) = send(canary.url(), Destinations(everything=True))

    assert answer.status == 200
    assert connects == [("127.0.0.1", canary.port)]
    canary.connections = 0


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_name_that_changes_its_mind_leads_nowhere(canary, scheme):
    told = iter([["93.184.216.34"], ["127.0.0.1"], ["::1"], ["10.0.0.1"]])
    asked = []

    async def rebinding(host: str) -> list[str]:
        asked.append(host)
        return next(told)

    assert Destinations().refusal(read_url(f"https://crm.example:{canary.port}/"), "93.184.216.34") is None
    next(told)  # when the webhook was added
    with heard() as connects:
        (answer,) = send(f"{scheme}://crm.example:{canary.port}/hooks", resolver=rebinding)

    assert answer.error == ("forbidden" if scheme == "https" else "cleartext")
    assert (connects, canary.connections) == ([], 0)


def test_of_several_addresses_only_public_ones_are_tried(canary):
    """One that is private among them is passed over."""

    async def mixed(_host: str) -> list[str]:
        return ["127.0.0.1", "192.0.2.1", "::ffff:127.0.0.1", "203.0.113.9"]

    only = Destinations.of("192.0.2.0/24")  # stands for a public one; nobody is there
    with heard() as connects, contextlib.suppress(TimeoutError):

        async def run() -> None:
            async with HttpClient(only, tls=TLS, resolver=mixed) as http:
                await http.post(f"https://crm.example:{canary.port}/", b"{}", {}, 1)

        asyncio.run(run())

    assert {address for address, *_ in connects} <= {"192.0.2.1"}
    assert canary.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("header", ["Location", "Refresh"])
def test_nobody_is_redirected_inside(canary, status, header):
    value = canary.url() if header == "Location" else f"0; url={canary.url()}"
    answer = f"HTTP/1.1 {status} Moved\r\n{header}: {value}\r\nContent-Length: 0\r\n\r\n".encode()
    with Endpoint(answer) as endpoint, heard() as connects:
        (got,) = send(endpoint.url(), Destinations.of(f"127.0.0.1:{endpoint.port}"))

    assert (got.status, got.error) == (status, "status")
    assert {port for _, port in connects} == {endpoint.port}
    assert canary.connections == 0


def test_proxies_of_the_environment_are_not_asked(canary, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    with Endpoint(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as endpoint:
        (answer,) = send(endpoint.url(), Destinations(everything=True))

    assert (answer.status, canary.connections) == (200, 0)


@pytest.mark.parametrize("address", ["not an address", "", "1.2.3", "127.0.0.1/8", "::1%lo"])
def test_what_is_no_address_is_forbidden(address):
    assert is_forbidden(address)
