"""Requests of one tenant hold up no other, and refused keys leave nothing in the log of the server."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor, wait

import httpx
import pytest

from c360.domain.errors import IngestRefused
from c360.gateway.keys import Allowance, Keys
from c360.gateway.pace import Paces
from c360.gateway.rooms import Hold, Room
from gateway.conftest import LOCK_WAITS, running_gateway
from support.events import page

FAST, SLOW = (hashlib.sha256(name.encode()).digest() for name in ("fast", "slow"))


@pytest.fixture
def their_key(connect, globex):
    """A key of another tenant than the one make_key() makes keys of."""
    session = connect(autocommit=True)
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
        wait_until(lambda: watcher.value(LOCK_WAITS) == 1)

        theirs = [
            httpx.post(f"{gateway.url}/v1/page", json=page(f"t{n}"), auth=(their_key, ""), timeout=5) for n in range(20)
        ]
        unfinished = wait(held, timeout=0).not_done
        holder.rollback()
        answers = {future.result().status_code for future in held}

    assert [answer.status_code for answer in theirs] == [200] * 20
    assert unfinished
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
        if named["key_hash"] == b"known":
            return {"tenant": "acme", "key_hash": b"known".hex()}
        return {"code": "U1401", "message": "no", "hint": "?"}


def keys_of(door, *, places=1, memory=100, per_second=1000.0, clock=lambda: 0.0):
    full = IngestRefused("full", code="U1429")
    return Keys(door, Allowance(Room(places, full), Room(memory, full), 1, Paces(per_second)), clock=clock)


def test_a_known_key_is_asked_for_once_a_minute_and_an_unknown_one_always():
    door, now = Door(), [0.0]
    keys = keys_of(door, clock=lambda: now[0])

    async def ask(key):
        return await keys.known(key, None)

    for _ in range(3):
        asyncio.run(ask(b"known"))
    once = door.asked
    now[0] = 61
    asyncio.run(ask(b"known"))
    for _ in range(2):
        with pytest.raises(IngestRefused):
            asyncio.run(ask(b"other"))

    assert (once, door.asked) == (1, 4)


def test_many_requests_with_one_new_key_ask_for_it_once():
    door = Door()
    keys = keys_of(door)

    async def ask():
        return await asyncio.gather(*(keys.known(b"known", None) for _ in range(50)))

    assert len({known.tenant for known in asyncio.run(ask())}) == 1
    assert door.asked == 1


def test_a_tenant_that_holds_all_its_places_is_told_to_come_back_and_others_are_not():
    places = Room(4, IngestRefused("full", code="U1429"))
    mine, theirs = places.part(0.75), places.part(0.75)

    with Hold(mine, 3), Hold(theirs, 1):
        for room in (mine, theirs):
            with pytest.raises(IngestRefused) as refused:
                room.take(1)
            assert refused.value.code == "U1429"

    assert (places.held, mine.held, theirs.held) == (0, 0, 0)


def test_what_a_request_holds_moves_to_another_room_whole():
    strangers, known = (Room(10, IngestRefused("full", code="U1455")) for _ in range(2))

    with Hold(strangers) as hold:
        hold.more(7)
        hold.move(known)
        moved = (strangers.held, known.held)
        hold.more(2)

    assert moved == (0, 7)
    assert known.held == 0


def test_a_key_that_is_too_fast_waits_for_its_turn_and_then_is_refused():
    now = 100.0
    paces = Paces(10, clock=lambda: now)

    waits = [paces.wait(FAST) for _ in range(20)]
    with pytest.raises(IngestRefused) as refused:
        paces.wait(FAST)

    assert waits == pytest.approx([0.0] * 10 + [n / 10 for n in range(1, 11)])
    assert refused.value.code == "U1456"
    assert paces.wait(SLOW) == 0.0
    now += 5.0
    assert paces.wait(FAST) == 0.0


def test_a_key_is_forgotten_only_for_many_others():
    now = 100.0
    paces = Paces(1, clock=lambda: now)
    for number in range(20_000):
        now += 0.00001
        paces.wait(hashlib.sha256(f"{number}".encode()).digest())

    waits = [paces.wait(hashlib.sha256(f"{number}".encode()).digest()) for number in range(19_900, 20_000)]

    assert min(waits) > 0.5


def test_a_flooding_key_is_told_to_come_back(database, make_key, their_key):
    mine = make_key()
    with (
        running_gateway(database.dsn_as("c360_gateway"), gateway_requests_per_second=1) as slow,
        ThreadPoolExecutor(8) as senders,
    ):
        sent = [
            senders.submit(
                httpx.post,
                f"{slow.url}/v1/page",
                json=page(f"m{n}"),
                headers={"Origin": "https://shop.example"},
                auth=(mine, ""),
                timeout=60,
            )
            for n in range(8)
        ]
        other = httpx.post(f"{slow.url}/v1/page", json=page("t1"), auth=(their_key, ""))
        answers = [future.result() for future in sent]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert other.status_code == 200
    assert {answer.json()["code"] for answer in refused} == {"U1456"}
    for answer in refused:
        assert "Retry-After" in answer.headers
        assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
    assert {answer.status_code for answer in answers} == {200, 429}
