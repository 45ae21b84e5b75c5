"""Several messages in one request: signed as one, in one shape however many they are, failed or taken together."""

from __future__ import annotations

import json
import time

import pytest

from c360.adapters.database import Database
from c360.adapters.http import HttpClient
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
        HttpClient(is_forbidden=lambda _: False, allow_clear=True) as http,
    ):
        sender = Sender(db, http, lambda: keyring)
        keys = await sender.keys(made.subscription_id, 1)
        several = [message(n) for n in range(3)]
        answers = [
            await sender.send_batch(url, keys, several, clock=clock, timeout=60),
            await sender.send_batch(url, keys, several, clock=clock, timeout=60),
            await sender.send(url, keys, "m-9", message(9).body, clock=clock, timeout=60),
        ]
        half = await sender.send_batch(url, keys, [message(1), message(None)], clock=clock, timeout=60)

    assert sender.batches(keys)
    assert [answer.error for answer in answers] == [None, None, None]
    assert (half.error, len(lines.accepted)) == ("template", 3)
    assert lines.forged == []
    first, again, alone = ([json.loads(line) for line in body.splitlines()] for _, body in lines.accepted)
    assert first == again == ([{"n": 0}, {"n": 1}, {"n": 2}] if batch == "lines" else [[{"n": 0}, {"n": 1}, {"n": 2}]])
    assert alone == ([{"n": 9}] if batch == "lines" else [[{"n": 9}]])
    ids = [headers["webhook-id"] for headers, _ in lines.accepted]
    assert ids[0] == ids[1] != ids[2] == "m-9"
