"""The pure parts of the relay: addresses, signatures, secrets, delays."""

from __future__ import annotations

import socket
import stat
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiohttp.abc import AbstractResolver

from c360.adapters.database import driver_url
from c360.adapters.functions import FUNCTIONS
from c360.adapters.http import HttpClient, parse_retry_after
from c360.domain.errors import RelayRefused, UsageError
from c360.relay.addresses import UrlRefused, checked_url, is_forbidden
from c360.relay.secrets import SecretUnreadable, load_keyring
from c360.relay.signature import headers, key_of
from c360.relay.webhooks import check_address

FORBIDDEN = [
    "127.0.0.1",
    "10.1.2.3",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "192.88.99.1",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "not an address",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_private_and_hidden_addresses_are_forbidden(address):
    assert is_forbidden(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::"]
)
def test_public_addresses_are_allowed(address):
    assert not is_forbidden(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/h",
        "ftp://crm.example",
        "https://",
        "https://user:pw@crm.example/h",
        "https://crm.example/#x",
        "x",
    ],
)
def test_addresses_that_are_no_webhooks_are_refused(url):
    with pytest.raises(UrlRefused):
        checked_url(url, allow_private=False)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "127.1"]
)
def test_a_webhook_to_ourselves_cannot_be_added_however_it_is_written(host):
    with pytest.raises(UsageError):
        check_address(f"https://{host}/h", allow_private=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "127.1"])
async def test_no_connection_leaves_for_a_private_address_however_it_is_written(receiver, host):
    port = receiver.url().split(":")[2].split("/")[0]

    async with HttpClient(is_forbidden=is_forbidden, allow_clear=True) as http:
        answer = await http.post(f"http://{host}:{port}/hooks", b"{}", {}, 5)

    assert answer.status is None
    assert answer.error in ("forbidden", "protocol")  # the client itself refuses some spellings
    assert receiver.received == []


async def test_a_name_that_turns_private_after_it_was_checked_is_refused(receiver):
    port = int(receiver.url().split(":")[2].split("/")[0])

    class Rebinding(AbstractResolver):
        async def resolve(self, host, port=0, family=socket.AF_INET):
            return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

        async def close(self):
            return None

    async with HttpClient(is_forbidden=is_forbidden, allow_clear=True, resolver=Rebinding()) as http:
        answer = await http.post(f"http://crm.example:{port}/hooks", b"{}", {}, 5)

    assert answer.error == "forbidden"
    assert receiver.received == []


def test_the_signature_matches_the_published_vector():
    signed = headers(
        [key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )

    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_master_key_is_made_once_for_its_owner_only(tmp_path):
    first = load_keyring(tmp_path)

    assert load_keyring(tmp_path).current == first.current
    assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600
    assert "secret" not in repr(first)


def test_a_sealed_secret_opens_only_where_it_belongs(tmp_path):
    keyring, subscription_id = load_keyring(tmp_path), uuid4()
    sealed = keyring.seal("whsec_x", subscription_id, 1)

    assert keyring.open(sealed, subscription_id, 1) == "whsec_x"
    with pytest.raises(SecretUnreadable):
        keyring.open(sealed, subscription_id, 2)
    with pytest.raises(SecretUnreadable):
        keyring.open(sealed, uuid4(), 1)
    with pytest.raises(SecretUnreadable):
        load_keyring(tmp_path / "other").open(sealed, subscription_id, 1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 5 ", 5),
        ("-1", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Tue, 24 Nov 2026 10:02:00 GMT", 120),
        ("Tue, 24 Nov 2026 09:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value, seconds):
    assert parse_retry_after(value, datetime(2026, 11, 24, 10, 0, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("attempt", "error", "retry_after", "jitter", "seconds"),
    [
        (1, "status", None, 0.5, 5),
        (1, "status", None, 0.0, 4),
        (2, "status", None, 1.0, 36),
        (1, "timeout", None, 0.5, 60),
        (1, "status", 120, 0.0, 120),
        (1, "status", 1, 0.0, 5),
        (1, "status", 999999999, 0.0, 3600),
        (1, "status", -1, 0.5, 5),
    ],
)
def test_the_pause_before_a_retry(db, attempt, error, retry_after, jitter, seconds):
    schedule = [0, 5, 30, 120, 86400]

    delay = db.value(
        "SELECT c360._retry_delay(%s::double precision[], %s, %s, %s, %s)",
        schedule,
        attempt,
        error,
        retry_after,
        jitter,
    )

    assert delay == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("status", "retry_after", "seconds"),
    [
        (429, 1, 1),
        (429, 120, 120),
        (429, 999999999, 3600),
        (429, -1, 5),
        (429, None, 5),
        (503, 7, 7),
        (503, None, None),
    ],
)
def test_how_long_an_endpoint_that_asks_for_it_is_left_alone(db, status, retry_after, seconds):
    assert (
        db.value(
            "SELECT c360._rest_seconds('{0,5,30}', %s::integer, %s::double precision, 0::double precision)",
            status,
            retry_after,
        )
        == seconds
    )


def test_every_function_a_daemon_may_call_exists(db):
    known = set(
        db.column(
            "SELECT pronamespace::regnamespace::text || '.' || proname FROM pg_proc"
            " WHERE pronamespace IN ('c360'::regnamespace, 'c360_v1'::regnamespace)"
        )
    )

    assert known >= FUNCTIONS


@pytest.mark.parametrize(
    ("dsn", "url"),
    [
        ("", ""),
        ("host=/tmp dbname=c360 connect_timeout=3", "postgresql://?dbname=c360&host=%2Ftmp"),
        ("postgresql://me:pw@db.example:5433/c360?application_name=x", None),
    ],
)
def test_an_address_of_libpq_becomes_one_of_the_driver(dsn, url):
    made = driver_url(dsn)

    assert "application_name" not in made
    assert "connect_timeout" not in made
    assert url is None or sorted(made.partition("?")[2].split("&")) == sorted(url.partition("?")[2].split("&"))


def test_a_webhook_in_clear_is_refused_with_code_and_hint():
    with pytest.raises(RelayRefused) as refused:
        check_address("HTTP://crm.example/h", allow_private=False)

    assert (refused.value.code, "C360_WEBHOOK_ALLOW_PRIVATE" in str(refused.value.hint)) == ("U5413", True)


async def test_nothing_is_sent_in_clear_by_a_client_that_was_not_told_so(receiver):
    async with HttpClient(is_forbidden=lambda _: False) as http:
        answer = await http.post(receiver.url("/hooks"), b"{}", {}, 5)

    assert (answer.status, answer.error, receiver.received) == (None, "cleartext", [])
