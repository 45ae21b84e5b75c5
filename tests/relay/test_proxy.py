"""Webhooks through a proxy: what it is asked for, what it is not, and what is said when it refuses."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvloop

from c360.adapters.http import Answer, HttpClient
from c360.adapters.http_dial import Proxy
from c360.domain.errors import UsageError
from c360.relay.addresses import Destinations
from c360.relay.client import webhook_client
from c360.settings import load_settings
from support.endpoints import Endpoint
from support.proxy import TunnelProxy

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PUBLIC = "93.184.216.34"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def endpoint(authority: trustme.CA) -> Iterator[Endpoint]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("crm.example", "127.0.0.1").configure_cert(context)
    with Endpoint(OK, tls=context) as endpoint:
        yield endpoint


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def post(request: pytest.FixtureRequest, authority: trustme.CA) -> Any:
    """post(url, proxy, allow="", leads_to=..., resolves=False): sends once."""
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    def send(
        url: str,
        port: int,
        *,
        allow: str = "",
        leads_to: tuple[str, ...] = (PUBLIC,),
        user: str | None = None,
        resolves: bool = False,
    ) -> Answer:
        async def resolver(host: str) -> list[str]:
            assert not resolves or host == "crm.intra.example", "the proxy looks names up"
            return list(leads_to)

        async def run() -> Answer:
            proxy = Proxy("127.0.0.1", port, user, resolves)
            async with HttpClient(Destinations.of(allow), proxy=proxy, tls=trusting, resolver=resolver) as http:
                return await http.post(url, b"{}", {}, 30)

        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(run())

    return send


def test_the_proxy_is_given_the_address_that_was_judged(post, endpoint):
    with TunnelProxy() as proxy:
        answer = post(endpoint.url("crm.example"), proxy.port)

    assert (answer.status, answer.text) == (200, "ok")
    assert proxy.asked == [f"{PUBLIC}:{endpoint.port}"]


def test_the_next_address_is_tried_where_the_proxy_cannot_reach_one(post, endpoint):
    with TunnelProxy(refuses={"[2606:4700::1111]": 502}) as proxy:
        answer = post(endpoint.url("crm.example"), proxy.port, leads_to=("2606:4700::1111", PUBLIC))

    assert answer.status == 200
    assert proxy.asked == [f"[2606:4700::1111]:{endpoint.port}", f"{PUBLIC}:{endpoint.port}"]


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_the_proxy_is_not_asked_for_private_addresses(post, endpoint, address):
    with TunnelProxy() as proxy:
        answer = post(endpoint.url("crm.example"), proxy.port, leads_to=(address,))

    assert (answer.error, proxy.connections) == ("forbidden", 0)


def test_a_proxy_that_looks_names_up_is_given_names_and_no_private_literals(post, endpoint):
    with TunnelProxy() as proxy:
        named = post(endpoint.url("crm.example"), proxy.port, resolves=True)
        literal = post(endpoint.url("127.0.0.1"), proxy.port, resolves=True)
        clear = post("http://crm.example/", proxy.port, resolves=True)

    assert (named.status, literal.error, clear.error) == (200, "forbidden", "cleartext")
    assert proxy.asked == [f"crm.example:{endpoint.port}"]


@pytest.mark.parametrize("resolves", [False, True])
def test_what_is_allowed_inside_is_reached_without_the_proxy(post, resolves):
    with Endpoint(OK) as inside, TunnelProxy() as proxy:
        answer = post(
            inside.url("crm.intra.example"),
            proxy.port,
            allow=".intra.example,127.0.0.0/8",
            leads_to=("127.0.0.1",),
            resolves=resolves,
        )

    assert (answer.status, proxy.connections) == (200, 0)


@pytest.mark.parametrize(("user", "status"), [("me:p@ss:word", 200), (None, None), ("me:wrong", None)])
def test_the_proxy_may_want_a_password(post, endpoint, user, status):
    with TunnelProxy(password="me:p@ss:word") as proxy:
        answer = post(endpoint.url("crm.example"), proxy.port, user=user)

    assert answer.status == status
    if status is None:
        assert answer.error == "proxy"
        assert "407" in answer.text
        assert len(proxy.asked) == 1


@pytest.mark.parametrize(
    ("says", "text"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "403"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", "302"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "(0)"),
        (b"HTTP/1.1 200 OK\r\n\r\nmore than it should", "not answer as a proxy"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 9999, "not answer as a proxy"),
    ],
)
def test_a_proxy_that_opens_no_tunnel_is_a_failure_of_its_own_class(post, endpoint, says, text):
    with TunnelProxy(says=says) as proxy:
        answer = post(endpoint.url("crm.example"), proxy.port)

    assert (answer.status, answer.error) == (None, "proxy")
    assert text in answer.text
    assert endpoint.connections == 0


def test_a_proxy_that_is_not_there_is_said_so(post, endpoint):
    with TunnelProxy() as proxy:
        port = proxy.port

    answer = post(endpoint.url("crm.example"), port)

    assert (answer.error, "no connection to the proxy" in answer.text) == ("proxy", True)


def test_tls_is_with_the_endpoint_and_not_with_the_proxy(post, endpoint):
    with TunnelProxy() as proxy:
        answer = post(endpoint.url("other.example"), proxy.port)

    assert (answer.error, endpoint.requests) == ("tls", [])
    assert "other.example" in answer.text


def test_the_relay_sends_through_the_proxy_of_its_settings(
    session, subscribe, publish, receiver, start_relay, wait_until, authority, endpoint, tmp_path
):
    subscribe()
    session.execute("UPDATE c360.subscriptions SET url = %s", endpoint.url("127.0.0.1"))
    ca_file = Path(tmp_path / "ca.pem")
    authority.cert_pem.write_to_path(str(ca_file))
    with TunnelProxy(password="me:p@ss") as proxy:
        start_relay(C360_WEBHOOK_PROXY=proxy.address("me:p%40ss@"), C360_WEBHOOK_CA_FILE=str(ca_file))
        publish(1)
        wait_until(lambda: endpoint.requests)

    assert proxy.asked == [f"127.0.0.1:{endpoint.port}"]
    assert b"webhook-signature: v1," in endpoint.requests[0]


@pytest.mark.parametrize(
    "proxy",
    [
        "proxy.example:3128",
        "https://proxy.example:3128",
        "socks5://proxy.example:1080",
        "http://",
        "http://proxy.example:port",
        "http://proxy.example/path",
        "http://127.1:3128",
    ],
)
def test_an_address_that_is_no_proxys_is_refused_without_showing_a_password(proxy):
    with pytest.raises(UsageError) as refused:
        webhook_client(load_settings(webhook_proxy=proxy.replace("://", "://me:hunter2@")))

    assert "C360_WEBHOOK_PROXY" in str(refused.value)
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"
