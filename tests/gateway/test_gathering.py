"""Requests that come together are one call of their tenant, and none of them harms another."""

from __future__ import annotations

import asyncio
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from c360.domain.errors import C360Error, DatabaseRefused, DatabaseUnreachable, TryAgain
from c360.gateway.intake import Delivery, GatheringIntake
from gateway.conftest import LOCK_WAITS
from support.events import event_count, page


class Door:
    """A database that notes its calls; the first one waits until it is let go."""

    size = 4

    def __init__(self, *, refuses: C360Error | None = None, alone: tuple[str, ...] = ()) -> None:
        self.calls: list[list[str]] = []
        self.let_go = asyncio.Event()
        self.is_held = asyncio.Event()
        self._refuses = refuses
        self._alone = alone

    async def rows(self, function, *, bodies, **_named):
        assert function == "c360_v1.receive_many"
        self.calls.append(bodies)
        if not self.let_go.is_set():
            self.is_held.set()
            await self.let_go.wait()
        elif self._refuses is not None:
            raise self._refuses
        return [(None if body in self._alone else {"body": body},) for body in bodies]

    async def call(self, function, *, body, **_named):
        assert function == "c360_v1.receive"
        self.calls.append([body])
        if body == "poison":
            raise DatabaseRefused("no", code="U1001")
        return {"body": body}


def delivery(body, tenant="acme"):
    return Delivery(b"key", "page", body, None, tenant)


async def gathered(door, *bodies):
    """What becomes of bodies that all come while a first call runs."""
    intake = GatheringIntake(door)
    first = asyncio.create_task(intake.take(delivery("first")))
    await door.is_held.wait()
    others = [asyncio.create_task(intake.take(delivery(body))) for body in bodies]
    await asyncio.sleep(0)
    door.let_go.set()
    await first
    return await asyncio.gather(*others, return_exceptions=True)


async def test_what_came_while_a_call_ran_is_the_next_call():
    door = Door()

    told = await gathered(door, "a", "b", "c")

    assert door.calls == [["first"], ["a", "b", "c"]]
    assert told == [{"body": "a"}, {"body": "b"}, {"body": "c"}]


async def test_no_call_mixes_tenants_and_none_waits_for_another():
    door = Door()
    intake = GatheringIntake(door)
    held = asyncio.create_task(intake.take(delivery("first")))
    await door.is_held.wait()
    door.let_go, let_go = asyncio.Event(), door.let_go
    door.let_go.set()

    theirs = await intake.take(delivery("theirs", "globex"))

    assert (theirs, held.done(), door.calls) == ({"body": "theirs"}, False, [["first"], ["theirs"]])
    let_go.set()
    await held


async def test_where_much_is_waiting_a_second_call_goes_beside_the_first():
    door = Door()
    intake = GatheringIntake(door)
    first = asyncio.create_task(intake.take(delivery("first")))
    await door.is_held.wait()
    large = [asyncio.create_task(intake.take(delivery(letter * 60_000))) for letter in "ab"]
    small = asyncio.create_task(intake.take(delivery("c")))
    for _ in range(5):
        await asyncio.sleep(0)
    beside = [len(call) for call in door.calls]
    door.let_go.set()

    told = await asyncio.gather(first, *large, small)

    assert beside == [1, 2]
    assert [one["body"][0] for one in told] == ["f", "a", "b", "c"]


async def test_a_body_that_spoils_a_call_is_sent_alone_and_the_others_are_taken():
    door = Door(alone=("poison",))

    told = await gathered(door, "a", "poison", "b")

    assert door.calls == [["first"], ["a", "poison", "b"], ["poison"]]
    assert (told[0], told[1].code, told[2]) == ({"body": "a"}, "U1001", {"body": "b"})


async def test_a_body_that_may_be_nested_too_deeply_has_a_call_of_its_own():
    door, deep = Door(), "[" * 6000

    await gathered(door, "a", deep, "b")

    assert door.calls == [["first"], ["a"], [deep], ["b"]]


async def test_after_an_error_of_a_whole_call_each_request_is_sent_alone():
    door = Door(refuses=DatabaseRefused("stack depth limit exceeded", code="54001"))

    told = await gathered(door, "a", "poison", "b")

    assert door.calls[2:] == [["a"], ["poison"], ["b"]]
    assert (told[0], told[1].code, told[2]) == ({"body": "a"}, "U1001", {"body": "b"})


@pytest.mark.parametrize(
    "error",
    [
        DatabaseUnreachable("gone", code="08006"),
        TryAgain("locked", code="55P03"),
        DatabaseRefused("disk full", code="53100"),
        DatabaseRefused("suspended", code="U4423"),
    ],
    ids=lambda error: error.code,
)
async def test_an_error_that_concerns_all_is_told_to_all_at_once(error):
    door = Door(refuses=error)

    told = await gathered(door, "a", "b")

    assert door.calls == [["first"], ["a", "b"]]
    assert [type(one) for one in told] == [type(error)] * 2
    assert told[0] is not told[1]


POISON = [
    (b"{", 400, "U1001"),
    (b"7", 400, "U1002"),
    (b"[" * 100_000, 400, "U1005"),
    (b'{"anonymousId":"a","x":NaN}', 200, "U1102"),
    (rb'{"anonymousId":"a\u0000"}', 200, "U1102"),
    (b'{"anonymousId":"a\xff"}', 200, "U1102"),
    (b'{"anonymousId":"a","x":1e999999}', 200, "U1102"),
    (b'{"event":"nobody"}', 200, "U1108"),
]


def test_hostile_bodies_among_others_are_answered_and_cost_no_neighbour(
    gateway, make_key, connect, in_background, wait_until
):
    key, blocker, watcher = make_key(), connect(), connect(autocommit=True)
    blocker.execute("LOCK TABLE tenant_acme.cdp_event_ids")

    def send(body: bytes) -> httpx.Response:
        return httpx.post(f"{gateway.url}/v1/page", content=body, auth=(key, ""), timeout=60)

    with ThreadPoolExecutor(20) as senders:
        first = senders.submit(send, json.dumps(page("first")).encode())
        wait_until(lambda: watcher.value(LOCK_WAITS))
        good = [senders.submit(send, json.dumps(page(f"m{n}")).encode()) for n in range(10)]
        bad = [senders.submit(send, body) for body, _, _ in POISON]
        blocker.rollback()
        answers = [future.result() for future in [first, *good]]
        refused = [future.result() for future in bad]

    assert [(answer.status_code, answer.json()["accepted"]) for answer in answers] == [(200, 1)] * 11
    for answer, (body, status, code) in zip(refused, POISON, strict=True):
        said = answer.json()
        assert (answer.status_code, said.get("code") or said["rejected"][0]["code"]) == (status, code), body[:30]
    assert event_count(watcher) == 11


def receive_many(session, requests):
    """What the database answers to (key, type, body) that come together."""
    keys = [hashlib.sha256(f"c360_wk_{key}".encode()).digest() for key, _, _ in requests]
    return session.column(
        "SELECT * FROM c360_v1.receive_many(%s::bytea[], %s::text[], %s::text[], %s::text[])",
        keys,
        [kind for _, kind, _ in requests],
        [body if isinstance(body, str) else json.dumps(body) for _, _, body in requests],
        [None] * len(requests),
    )


def test_requests_of_several_sources_are_answered_each_for_itself(make_key, connect):
    for name in ("web", "app"):
        make_key(name)
    session = connect(autocommit=True)

    told = receive_many(
        session,
        [
            ("web", "page", page("m1")),
            ("app", "batch", {"batch": [page("m1"), page("m2"), {"type": "page"}], "context": {"locale": "vi"}}),
            ("web", "page", page("m1")),
            ("nobody", "page", page("m3")),
            ("web", "import", [page("m4", timestamp="rubbish")]),
            ("app", "batch", []),
            ("web", "page", "{"),
            ("web", "track", {"anonymousId": "a", "event": "Seen", "type": "page", "writeKey": "c360_wk_web"}),
        ],
    )

    assert [None if one is None else (one["accepted"], one["duplicates"]) for one in told] == [
        (1, 0),
        (2, 0),
        (0, 1),
        None,
        (1, 0),
        (0, 0),
        None,
        (1, 0),
    ]
    assert [(one["index"], one["code"]) for one in told[1]["rejected"]] == [(2, "U1108")]
    assert told[4]["implausible_clocks"] == 1
    assert "implausible_clocks" not in told[0]
    assert (
        session.rows(
            "SELECT source, type, payload #>> '{context,locale}' FROM tenant_acme.cdp_behavioral_events "
            "WHERE source = 'app' ORDER BY event_id"
        )
        == [("app", "page", "vi")] * 2
    )
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events WHERE payload ? 'writeKey'") == 0


def test_requests_of_two_tenants_are_never_taken_together(make_key, connect, globex):
    make_key("web")
    session = connect(autocommit=True)
    session.call(
        "c360.create_api_key", "globex", "web", "write", "web", hashlib.sha256(b"c360_wk_theirs").digest(), "theirs"
    )

    with pytest.raises(psycopg.Error) as refused:
        receive_many(session, [("web", "page", page("m1")), ("theirs", "page", page("m1"))])

    assert refused.value.sqlstate == "U1015"
    assert event_count(session) == 0
