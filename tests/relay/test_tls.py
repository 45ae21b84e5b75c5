"""TLS is always verified: whatever is wrong with it, nothing is sent, and the text says what is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import socket
import ssl
from pathlib import Path

import pytest
import trustme
import uvloop

from c360.adapters.http import Answer, HttpClient, tls_context
from c360.adapters.http_dial import described_tls
from c360.domain.errors import UsageError
from c360.relay.addresses import Destinations
from c360.relay.client import webhook_client
from c360.settings import load_settings
from support.endpoints import Endpoint, reset

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def server(certificate: trustme.LeafCert, **limits: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    for name, version in limits.items():
        setattr(context, name, version)
    return context


def post(url, ca_file, *, loop=uvloop.new_event_loop, tls=None, timeout=30) -> Answer:
    async def resolver(host):
        return ["127.0.0.1"]

    async def run() -> Answer:
        async with HttpClient(Destinations(everything=True), tls=tls_context(ca_file), resolver=resolver) as http:
            return await http.post(url, b'{"secret": "in the body"}', {}, timeout, tls=tls)

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(run())


def test_an_endpoint_with_a_good_certificate_gets_the_message(authority, ca_file):
    with Endpoint(OK, tls=server(authority.issue_cert("crm.example"))) as endpoint:
        answer = post(endpoint.url("crm.example"), ca_file)

    assert (answer.status, answer.text, len(endpoint.requests)) == (200, "ok", 1)


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize(
    ("certificate", "cause"),
    [
        (lambda ca: ca.issue_cert("crm.example", not_before=NOW - 9 * DAY, not_after=NOW - DAY), "has expired"),
        (lambda ca: ca.issue_cert("crm.example", not_before=NOW + DAY, not_after=NOW + 9 * DAY), "not yet valid"),
        (lambda ca: ca.issue_cert("other.example"), "not valid for 'crm.example'"),
        (lambda _ca: trustme.CA().issue_cert("crm.example"), "C360_WEBHOOK_CA_FILE"),
    ],
    ids=["expired", "not yet valid", "of another host", "of an unknown authority"],
)
def test_a_certificate_that_proves_nothing_is_refused(authority, ca_file, certificate, cause, loop):
    with Endpoint(OK, tls=server(certificate(authority))) as endpoint:
        answer = post(endpoint.url("crm.example"), ca_file, loop=loop)

    assert (answer.status, answer.error, endpoint.requests) == (None, "tls", [])
    assert cause in answer.text


def test_a_self_signed_certificate_is_refused(ca_file, tmp_path):
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Endpoint(OK, tls=context) as endpoint:
        answer = post(endpoint.url("crm.example"), ca_file)

    assert (answer.status, answer.error, endpoint.requests) == (None, "tls", [])
    assert "self-signed" in answer.text


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["TLS 1.0", "TLS 1.1"])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_an_endpoint_that_speaks_only_old_tls_gets_nothing(authority, ca_file, version):
    context = server(authority.issue_cert("crm.example"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, version
    with Endpoint(OK, tls=context) as endpoint:
        answer = post(endpoint.url("crm.example"), ca_file)

    assert (answer.status, answer.error, endpoint.requests) == (None, "tls", [])
    assert "no TLS 1.2" in answer.text


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize(
    "answering",
    [
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        lambda connection: connection.recv(9999) and connection.sendall(b"HTTP/1.1 400 No\r\n\r\n"),
        lambda connection: connection.recv(9999) and connection.sendall(b"220 smtp.example ESMTP ready\r\n" * 99),
        lambda connection: connection.recv(9999) and reset(connection),
        lambda connection: connection.close(),
        lambda connection: connection.recv(9999) and connection.close(),
    ],
    ids=["answers at once", "answers", "another protocol", "reset", "closed at once", "closed"],
)
def test_without_tls_at_the_other_end_nothing_is_sent(ca_file, answering, loop):
    seen = []

    def serve(connection: socket.socket) -> None:
        answering(connection)
        with contextlib.suppress(OSError):
            while some := connection.recv(9999):
                seen.append(some)

    with Endpoint(serve) as endpoint:
        answer = post(endpoint.url("crm.example").replace("http:", "https:"), ca_file, loop=loop)

    assert (answer.status, answer.error) == (None, "tls")
    assert "TLS" in answer.text
    assert b"in the body" not in b"".join(seen)


def test_a_handshake_that_never_ends_is_cut_by_the_time_limit(ca_file):
    with Endpoint(lambda connection: connection.recv(9999) and connection.recv(9999)) as endpoint:
        answer = post(endpoint.url("crm.example").replace("http:", "https:"), ca_file, timeout=0.5)

    assert answer.error == "timeout"
    assert "TLS" in answer.text


def test_a_request_may_bring_a_client_certificate(authority, ca_file):
    demanding = server(authority.issue_cert("crm.example"))
    demanding.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(demanding)
    own = tls_context(str(ca_file))
    authority.issue_cert("relay.example").configure_cert(own)
    with Endpoint(OK, tls=demanding) as endpoint:
        without = post(endpoint.url("crm.example"), ca_file)
        with_one = post(endpoint.url("crm.example"), ca_file, tls=own)

    assert (without.status, without.error) == (None, "tls")
    assert (with_one.status, len(endpoint.requests)) == (200, 1)


def test_a_connection_with_one_client_certificate_is_not_used_with_another(authority, ca_file):
    async def run(url: str) -> list[int | None]:
        contexts = [tls_context(str(ca_file)) for _ in range(2)]
        async with HttpClient(Destinations(everything=True), resolver=_loopback) as http:
            return [(await http.post(url, b"{}", {}, 30, tls=context)).status for context in contexts * 2]

    with Endpoint(OK, tls=server(authority.issue_cert("crm.example"))) as endpoint:
        assert asyncio.run(run(endpoint.url("crm.example"))) == [200] * 4

    assert endpoint.connections == 2


def test_the_setting_adds_a_private_authority(authority, ca_file):
    async def run(url: str) -> Answer:
        settings = load_settings(webhook_ca_file=ca_file, webhook_allow_private=True)
        async with webhook_client(settings) as http:
            return await http.post(url, b"{}", {}, 30)

    with Endpoint(OK, tls=server(authority.issue_cert("localhost"))) as endpoint:
        answer = asyncio.run(run(endpoint.url("localhost")))

    assert answer.status == 200


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_of_authorities_that_holds_none_is_refused(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)

    with pytest.raises(UsageError) as refused:
        webhook_client(load_settings(webhook_ca_file=path))

    assert "C360_WEBHOOK_CA_FILE" in str(refused.value)
    assert refused.value.hint


def test_the_first_failure_of_tls_is_seen_by_the_doctor_and_in_the_list(
    session, subscribe, publish, receiver, start_relay, wait_until
):
    subscribe()
    session.execute("UPDATE c360.subscriptions SET url = replace(url, 'http://', 'https://')")
    start_relay()
    publish(1)

    wait_until(lambda: session.value("SELECT last_error FROM c360.relay_status()") == "tls")

    finding = wait_until(
        lambda: session.rows("SELECT level, subject, finding, remedy FROM c360.doctor() WHERE finding LIKE '%TLS%'")
    )[0]
    shown = session.call("c360.show_subscription", "acme", "hooks")
    assert finding[:2] == ("warning", "webhook hooks of tenant acme")
    assert "does not speak TLS" in finding[2]
    assert "does not speak TLS" in json.dumps(shown["last_attempts"])
    assert receiver.received == []


def test_unheard_of_failures_are_described_too():
    assert "no shared cipher" in described_tls(ssl.SSLError(1, "[SSL: NO_SHARED_CIPHER] no shared cipher"))


async def _loopback(_host: str) -> list[str]:
    return ["127.0.0.1"]


def self_signed(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "crm.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("crm.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
