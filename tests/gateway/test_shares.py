"""Requests of one tenant hold up no other, and refused keys leave nothing in the log of the server."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor, wait

import httpx
import pytest

from c360.domain.errors import IngestRefused
from c360.gateway.keys import Keys
from c360.governance import create_tenant
from support.events import page


@pytest.fixture
def their_key(connect):
    """A key of another tenant than the one make_key() makes keys of."""
    session = connect(autocommit=True)
    create_tenant(session.connection, "globex")
    digest = hashlib.sha256(b"theirs").digest()
    session.call("c360.create_api_key", "globex", "web", "write", "web", digest, "theirs")
    return "theirs"


def test_requests_that_wait_for_an_open_transaction_keep_those_of_another_tenant_from_nothing(
    gateway, make_key, their_key, connect, wait_until
):
    mine, holder, watcher = make_key(), connect(), connect(autocommit=True)
    holder.call("c360.ingest", "acme", [page("m1")], "web")
    with ThreadPoolExecutor(24) as senders:
        held = [
            senders.submit(httpx.post, f"{gateway.url}/v1/page", json=page("m1"), auth=(mine, ""), timeout=60)
            for _ in range(24)
        ]
        wait_until(
            lambda: (
                watcher.value(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
                == 7
            )
        )

        theirs = [
            httpx.post(f"{gateway.url}/v1/page", json=page(f"t{n}"), auth=(their_key, ""), timeout=5) for n in range(20)
        ]
        unfinished = wait(held, timeout=0).not_done
        holder.rollback()
        answers = {future.result().status_code for future in held}

    assert [answer.status_code for answer in theirs] == [200] * 20
    assert len(unfinished) >= 7
    assert answers <= {200, 503}


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer nobody"}, {}])
def test_an_unknown_key_is_refused_without_an_error_in_the_database(gateway, connect, headers):
    watcher = connect(autocommit=True)

    refused = httpx.post(f"{gateway.url}/v1/page", json=page("m1"), headers=headers)
    answer = watcher.value("SELECT c360_v1.check_key(sha256('nobody'))")

    assert (refused.status_code, refused.json()["code"], answer["code"]) == (401, "U1401", "U1401")
    assert refused.json()["hint"] == answer["hint"]


class Door:
    """A database that knows one key and counts how often it is asked."""

    size = 4

    def __init__(self):
        self.asked = 0

    async def call(self, function, **named):
        assert function == "c360_v1.check_key"
        self.asked += 1
        return {"tenant": "acme"} if named["key_hash"] == b"known" else {"code": "U1401", "message": "no", "hint": "?"}


def test_a_known_key_is_asked_for_once_a_minute_and_an_unknown_one_always():
    door, now = Door(), [0.0]
    keys = Keys(door, places=1, calls=1, clock=lambda: now[0])

    async def ask(key):
        return await keys.share(key, None)

    for _ in range(3):
        asyncio.run(ask(b"known"))
    once = door.asked
    now[0] = 61
    asyncio.run(ask(b"known"))
    for _ in range(2):
        with pytest.raises(IngestRefused):
            asyncio.run(ask(b"other"))

    assert (once, door.asked) == (1, 4)


def test_a_tenant_that_holds_all_its_places_is_told_to_come_back():
    keys = Keys(Door(), places=1, calls=1)

    async def twice():
        first = await keys.share(b"known", None)
        second = await keys.share(b"known", "https://shop.vn")
        async with first.taken(), second.taken():
            pass

    with pytest.raises(IngestRefused) as refused:
        asyncio.run(twice())

    assert refused.value.code == "U1429"
