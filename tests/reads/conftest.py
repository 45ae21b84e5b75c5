"""A gateway over a tenant with a few customers, and keys to read them with.

What tests only read is made once for a module; those that commit something take the fixtures of tests/gateway instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from gateway.conftest import Gateway, gateway, http, make_key, running_gateway
from support.events import identify, ingest, track
from support.session import Session

__all__ = ["gateway", "http", "make_key"]

SECRET, WRITE, AGENT = "c360_sk_reads", "c360_wk_reads", "c360_ak_reads"
PEOPLE = [
    {"userId": "u1", "name": "Nguyễn Văn An", "firstName": "An", "lastName": "Nguyễn", "city": "Hanoi", "age": 31},
    {"userId": "u2", "name": "Trần Đức Bình", "firstName": "Bình", "lastName": "Trần", "city": "Huế", "age": 25},
    {"userId": "u3", "name": "Jean-Paul O'Brien", "firstName": "Jean-Paul", "lastName": "O'Brien", "city": 'a,"b"'},
    {"userId": "u4", "firstName": "Chi", "lastName": "Nguyễn", "city": "Hanoi"},
    {"userId": "u5", "firstName": "50% off_", "lastName": "Shop"},
]


def fill(db: Session) -> None:
    """Five customers, one of whom bought something, a purpose, and a key of each kind."""
    for person in PEOPLE:
        user_id, traits = person["userId"], {name: value for name, value in person.items() if name != "userId"}
        card = f"07918800123{user_id[1]}"
        ingest(db, identify(user_id, f"i-{user_id}", email=f"{user_id}@shop.vn", nationalId=card, **traits))
    bought = {"order_id": "O1", "revenue": 25, "currency": "USD"}
    ingest(db, track("Order Completed", "t1", userId="u1", properties=bought))
    for name, kind, key in (("reader", "secret", SECRET), ("page", "write", WRITE), ("helper", "agent", AGENT)):
        hashed = hashlib.sha256(key.encode()).digest()
        db.call("c360.create_api_key", "acme", name, kind, name, hashed, key[:12], [])
    db.call("c360.set_consent_purpose", "acme", "service", {"basis": "contract", "allows_by_default": True})
    db.commit()
    db.call("c360.resolve_identities", "acme")
    db.commit()


@pytest.fixture(scope="module")
def shop_gateway(module_database) -> Iterator[Gateway]:
    with psycopg.connect(module_database.dsn) as connection:
        fill(Session(connection))
    with running_gateway(module_database.dsn_as("c360_gateway")) as running:
        yield running


@pytest.fixture(scope="module")
def shop(shop_gateway) -> Iterator[httpx.Client]:
    """A client with the secret key of the shop."""
    with httpx.Client(base_url=shop_gateway.url, headers={"Authorization": f"Bearer {SECRET}"}) as client:
        yield client
