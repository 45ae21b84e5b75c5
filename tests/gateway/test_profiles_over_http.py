"""A golden record over HTTP: for secret keys only."""

from __future__ import annotations

import pytest

from support.events import identify, ingest

ASK = {"p_identifier_type": "email", "p_value": "A@Example.com"}


@pytest.fixture
def known(connect):
    session = connect()
    ingest(session, identify("u1", "m1", email="a@example.com", firstName="Ann"))
    session.commit()
    session.call("c360.resolve_identities", "acme")
    session.commit()


@pytest.fixture
def secret(make_key):
    return {"Authorization": f"Bearer {make_key('crm', kind='secret')}"}


def test_a_secret_key_reads_a_golden_record_by_get_and_by_post(http, secret, known):
    got = http.get("/rpc/profile", params=ASK, headers=secret)
    posted = http.post("/rpc/profile", json=ASK, headers=secret)

    assert (got.status_code, posted.status_code) == (200, 200)
    assert got.json()["profile_id"] == posted.json()["profile_id"]
    assert got.json()["version"] >= 1


def test_a_write_key_can_never_be_used_to_ask(http, make_key, known):
    for value in ("a@example.com", "nobody@example.com"):
        reply = http.get("/rpc/profile", params={**ASK, "p_value": value}, auth=(make_key(f"web{len(value)}"), ""))
        assert (reply.status_code, reply.json()["code"]) == (403, "U1413")


def test_unknown_people_wrong_keys_and_missing_parameters_are_told_apart(http, secret, known):
    asks = [
        (ASK | {"p_value": "nobody@example.com"}, secret, 404, "U2404"),
        (ASK, {}, 401, "U1401"),
        (ASK, {"Authorization": "Bearer wrong"}, 401, "U1401"),
        ({"p_value": "x"}, secret, 400, "U1012"),
    ]
    for params, headers, status, code in asks:
        reply = http.get("/rpc/profile", params=params, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (status, code)
