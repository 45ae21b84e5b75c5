"""The pure parts of the relay: signatures, secrets, delays."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from c360.adapters.database import driver_url
from c360.adapters.functions import FUNCTIONS
from c360.adapters.http import parse_retry_after
from c360.relay.secrets import SecretUnreadable, load_keyring
from c360.relay.signature import headers, key_of


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
