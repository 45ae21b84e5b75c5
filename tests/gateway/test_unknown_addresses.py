"""Whatever is asked for, the answer has one shape; and what there is not looks alike, with a key and without."""

import hashlib
import http.client
import io
import json
import socket
import string
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.conftest import running_gateway

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
# Each is answered by nobody, in every room of the gateway.
UNKNOWN = (
    "/v1/",
    "/v1/nope",
    "/v1/track/",
    "/v1/track/extra",
    "/v1//track",
    "/V1/track",
    "/v1/projects",
    "/v1/projects/key",
    "/v1/hooks",
    "/rpc/",
    "/rpc/nope",
    "/rpc/profile/",
    "/rpc/agent",
    "/sdk/",
    "/sdk/../metrics",
    "/livez/",
    "/readyz/now",
    "/metrics/",
    "//",
    "/cdp_profiles/",
    "/cdp_profiles/1",
    "/tenant_acme/cdp_profiles",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/v1/%00",
    "/favicon.ico/x",
    "/" + "x" * 3000 + "/y",
)
KNOWN = (
    ("/v1/track", "POST"),
    ("/v1/batch", "POST"),
    ("/v1/i", "POST"),
    ("/v1/m", "POST"),
    ("/v1/hooks/telegram", "POST"),
    ("/v1/firehose", "POST"),
    ("/beacon/v1/batch", "POST"),
    ("/rpc/track", "POST"),
    ("/rpc/profile", "GET, HEAD, POST"),
    ("/rpc/outcome", "POST"),
    ("/rpc/agent/context", "POST"),
    ("/rpc/list_profiles", "GET, HEAD, POST"),
    ("/sourceConfig", "GET, HEAD"),
    ("/v1/projects/k/settings", "GET, HEAD"),
    ("/sdk/c360.js", "GET, HEAD"),
    ("/livez", "GET, HEAD"),
    ("/readyz", "GET, HEAD"),
    ("/metrics", "GET, HEAD"),
    ("/cdp_profiles", "GET, HEAD"),
    ("/no_such_relation", "GET, HEAD"),
    ("/v1", "GET, HEAD"),
    ("/sdk/nope.js", "GET, HEAD"),
    ("/", "GET, HEAD"),
)
MALFORMED = (
    b"GET nope HTTP/1.1",
    b"GET * HTTP/1.1",
    b"OPTIONS * HTTP/1.1",
    b"CONNECT example.com:443 HTTP/1.1",
    b"GET http://elsewhere.example/nope/nope HTTP/1.1",
    b"GET http:// HTTP/1.1",
    b"GET /nope/%zz HTTP/1.1",
    b"GET /nope/\xff\xfe HTTP/1.1",
    b"GET /nope/\x00 HTTP/1.1",
    b"GET /nope nope HTTP/1.1",
    b"GET ?nope HTTP/1.1",
    b"GET  HTTP/1.1",
    b"get /nope/nope HTTP/1.1",
    b"\xc3\xa4 / HTTP/1.1",
    b"GET / HTTP/9.9",
    b"GET / FTP/1.1",
)


@pytest.fixture(scope="module")
def address(module_database):
    with running_gateway(module_database.dsn_as("c360_gateway")) as running:
        found = urlsplit(running.url)
        yield found.hostname, found.port


@pytest.fixture(scope="module")
def secret_key(module_database):
    key = "c360_sk_reader"
    with psycopg.connect(module_database.dsn, autocommit=True) as owner:
        owner.execute(
            "SELECT c360.create_api_key('acme', 'reader', 'secret', 'reader', %s, %s, '{}'::text[])",
            [hashlib.sha256(key.encode()).digest(), key[:12]],
        )
    return key


def ask(address, line, *headers):
    """Status, headers and body of what is answered to a request line, as it is."""
    with socket.create_connection(address, timeout=30) as sender:
        sender.sendall(b"\r\n".join([line, b"Host: c360", *headers, b"Connection: close", b"", b""]))
        answer = b""
        while piece := sender.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    status, _, fields = head.partition(b"\r\n")
    return int(status.split()[1]), http.client.parse_headers(io.BytesIO(fields + b"\r\n\r\n")), body


def check(status, headers, body, method):
    """An answer that refuses has our shape, whatever it refuses."""
    assert not 300 <= status < 400
    if status < 400:
        return
    assert headers["content-type"] == "application/json"
    if method == "HEAD" and (status != 400 or not body):  # of what is not HTTP, nobody knows the method
        assert body == b""
        return
    document = json.loads(body)
    assert list(document) == ["code", "message", "details", "hint"]
    assert document["code"].startswith(("U1", "PGRST"))
    if status == 405:
        assert headers["allow"]
    assert status < 500


def bearer(key):
    return [b"Authorization: Bearer " + key.encode()] if key else []


@pytest.mark.parametrize("path", UNKNOWN, ids=lambda path: path[:40])
def test_a_path_that_there_is_not_is_one_and_the_same_answer(address, secret_key, path):
    answers = set()
    for key in ("", "wrong", secret_key):
        for method in METHODS:
            status, headers, body = ask(address, f"{method} {path} HTTP/1.1".encode(), *bearer(key))
            check(status, headers, body, method)
            assert status == 404
            if method != "HEAD":
                answers.add(body)

    assert len(answers) == 1
    assert json.loads(answers.pop())["code"] == "U1009"


@pytest.mark.parametrize(("path", "allowed"), KNOWN)
def test_a_method_that_a_path_does_not_take_is_told_which_it_takes(address, secret_key, path, allowed):
    for key in ("", secret_key):
        for method in METHODS:
            if method in [*allowed.split(", "), "OPTIONS"]:
                continue
            status, headers, body = ask(address, f"{method} {path} HTTP/1.1".encode(), *bearer(key))
            check(status, headers, body, method)
            assert (status, {*headers["allow"].split(", ")} - {"OPTIONS"}) == (405, {*allowed.split(", ")})
            if method != "HEAD":
                assert json.loads(body)["code"] == "U1014"


@pytest.mark.parametrize("line", MALFORMED)
def test_what_is_no_address_is_refused_in_our_words(address, line):
    status, headers, body = ask(address, line)

    check(status, headers, body, line.split()[0].decode("latin-1"))
    assert 400 <= status < 500


@pytest.mark.parametrize("path", ["/", "/livez", "/v1/track", "/nope/nope", "/rpc/profile", "/socket.io/"])
def test_a_web_socket_is_no_way_in(address, path):
    status, headers, body = ask(
        address,
        f"GET {path} HTTP/1.1".encode(),
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )

    check(status, headers, body, "GET")
    assert status != 101


def test_relations_that_are_and_are_not_look_alike_without_a_key(address):
    answers = {ask(address, f"GET /{name} HTTP/1.1".encode())[2] for name in ("cdp_profiles", "nope", "tenant_acme")}
    with_wrong = {
        ask(address, f"GET /{name} HTTP/1.1".encode(), *bearer("wrong"))[2] for name in ("cdp_profiles", "nope")
    }

    assert len(answers) == len(with_wrong) == 1


segments = st.text(string.ascii_letters + string.digits + "-._~%!$&'()*+,;=:@", max_size=12) | st.sampled_from(
    ["v1", "rpc", "sdk", "track", "profile", "..", ".", "", "%2f", "tenant_acme", "cdp_profiles", "c360.js", "hooks"]
)


@given(
    st.sampled_from(METHODS),
    st.lists(segments, max_size=5),
    st.text(string.printable.replace("\r", "").replace("\n", "").replace(" ", ""), max_size=20),
    st.booleans(),
)
def test_every_address_is_answered_in_one_shape(address, secret_key, method, parts, query, has_key):
    line = f"{method} /{'/'.join(parts)}{'?' + query if query else ''} HTTP/1.1".encode()

    status, headers, body = ask(address, line, *bearer(secret_key if has_key else ""))

    check(status, headers, body, method)
