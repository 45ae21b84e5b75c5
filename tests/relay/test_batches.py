"""Several messages in one request: signed as one, in one shape however many they are, failed or taken together."""

from __future__ import annotations

import json
import time

import pytest

from c360.adapters.database import Database
from c360.adapters.http import HttpClient
from c360.relay.addresses import Destinations
from c360.relay.rendering import Message
from c360.relay.sender import Clock, Sender
from c360.relay.shapes import set_shape
from support.providers import Provider, Reply


class Lines(Provider):
    def take(self, request):
        self.accepted.append((request.headers, request.body))
        return Reply(204)


@pytest.fixture
def lines():
    with Lines() as provider:
        yield provider


def message(n):
    return Message(f"m-{n}", json.dumps({"type": "a.b", "timestamp": "t", "tenant": "acme", "data": {"n": n}}))


@pytest.mark.parametrize("batch", ["array", "lines"])
async def test_a_batch_is_signed_and_arrives_whole(database, subscribe, session, keyring, lines, batch):
    made = subscribe()
    lines.secret = made.secret
    shape = {"format": "template", "template": {"n": "{{ data.n | mandatory }}"}, "batch": batch}
    set_shape(session.connection, "acme", "hooks", shape)
    clock = Clock.at(time.time())
    url = f"{lines.origin}/in"

    async with (
        await Database.connect(database.dsn, application_name="test") as db,
        HttpClient(Destinations(everything=True)) as http,
    ):
        sender = Sender(db, http, lambda: keyring)
        keys = await sender.keys(made.subscription_id, 1)
        several = [message(n) for n in range(3)]
        answers = [
            await sender.send_batch(url, keys, several, clock=clock, timeout=60),
            await sender.send_batch(url, keys, several, clock=clock, timeout=60),
            await sender.send(url, keys, message(9), clock=clock, timeout=60),
        ]
        half = await sender.send_batch(url, keys, [message(1), message(None)], clock=clock, timeout=60)

    assert sender.may_batch(keys, message(1))
    assert [answer.error for answer in answers] == [None, None, None]
    assert (half.error, len(lines.accepted)) == ("template", 3)
    assert lines.forged == []
    first, again, alone = ([json.loads(line) for line in body.splitlines()] for _, body in lines.accepted)
    assert first == again == ([{"n": 0}, {"n": 1}, {"n": 2}] if batch == "lines" else [[{"n": 0}, {"n": 1}, {"n": 2}]])
    assert alone == ([{"n": 9}] if batch == "lines" else [[{"n": 9}]])
    ids = [headers["webhook-id"] for headers, _ in lines.accepted]
    assert ids[0] == ids[1] != ids[2] == "m-9"


class Picky(Provider):
    """Takes lines, but no request with a 13 in it."""

    def take(self, request):
        numbers = [json.loads(line)["n"] for line in request.body.splitlines()]
        self.accepted.append((13 not in numbers, numbers))
        return Reply(422 if 13 in numbers else 204)


@pytest.fixture
def picky():
    with Picky() as provider:
        yield provider


def test_a_relay_sends_several_in_one_request_and_one_bad_message_takes_no_other_along(
    session, subscribe, publish, keyring, picky, start_relay, wait_until, waiting
):
    made = subscribe(batch_max=10, lane_count=2, retry_schedule=[0] + [0.05] * 9)
    picky.secret = made.secret
    session.execute("UPDATE c360.subscriptions SET url = %s", f"{picky.origin}/in")
    shape = {"format": "template", "template": {"n": "{{ data.n }}"}, "batch": "lines"}
    set_shape(session.connection, "acme", "hooks", shape)
    for n in range(120):
        publish(n, f"k{n % 8}")

    start_relay()

    wait_until(lambda: waiting() == 0 and session.value("SELECT count(*) FROM c360.dead_letters") == 1)
    taken = [n for is_taken, numbers in picky.accepted if is_taken for n in numbers]
    assert sorted(taken) == [n for n in range(120) if n != 13]
    for key in range(8):
        of_key = [n for n in taken if n % 8 == key]
        assert of_key == sorted(of_key)
    assert len(picky.accepted) < 80
    assert session.row("SELECT reason, body::jsonb -> 'data' ->> 'n' FROM c360.dead_letters") == ("poison", "13")
    assert picky.forged == []


def test_a_rate_that_was_set_is_kept(session, subscribe, publish, receiver, start_relay, wait_until, waiting):
    subscribe(rate_per_second=20)
    for n in range(60):
        publish(n, f"k{n}")

    start_relay()

    wait_until(lambda: waiting() == 0 and len(receiver.received) == 60)
    times = sorted(request.at for request in receiver.received)
    # The first few may go at once; a slow machine makes it slower, never faster.
    assert times[-1] - times[0] > 2
