"""Draining a topic to any destination: in order, nothing left out, whatever the other side does."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from c360.adapters.database import Database
from c360.sinks import DestinationFailed, LogMessage, Sender, SendOutcome, Stream
from c360.sinks.service import Service
from support.session import Session
from support.topics import TOPIC, bring, enable, sink_state

_MOMENT = 0.02


class Elsewhere:
    """A destination that keeps what it gets, and does with a batch what `answer` says."""

    sink = "kafka"

    def __init__(
        self, answer: Callable[[Sequence[LogMessage]], SendOutcome] | None = None, *, overlap: int = 4
    ) -> None:
        self.answer = answer or (lambda messages: SendOutcome(len(messages)))
        self.overlap = overlap
        self.got: list[LogMessage] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.word: SendOutcome | None = None
        self.places: list[Any] = []

    async def open(self, stream: Stream) -> Sender:
        self.places.append(dict(stream.place))
        return _ToElsewhere(self)

    async def close(self) -> None: ...

    @property
    def numbers(self) -> list[int]:
        return [json.loads(message.body)["data"]["n"] for message in self.got]


class _ToElsewhere:
    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere
        self.overlap = elsewhere.overlap

    async def send(self, messages: Sequence[LogMessage]) -> SendOutcome:
        outcome = self._elsewhere.answer(messages)
        self._elsewhere.got += [
            message for place, message in enumerate(messages[: outcome.acknowledged]) if place not in outcome.refused
        ]
        await self._elsewhere.gate.wait()
        return outcome

    async def look(self) -> SendOutcome | None:
        return self._elsewhere.word

    async def close(self) -> None: ...


@contextlib.asynccontextmanager
async def sending(dsn: str, elsewhere: Elsewhere, *, lease: float = 15.0) -> AsyncIterator[Service]:
    """A process that sends, in this one, with the rights it has."""
    stop = asyncio.Event()
    async with await Database.connect(dsn, application_name="c360 sink") as db:
        service = Service(db, elsewhere, poll=0.02, lease=lease)
        task = asyncio.create_task(service.run(stop))
        try:
            yield service
        finally:
            stop.set()
            await task


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110
            await asyncio.sleep(_MOMENT)


@pytest.fixture
def dsn(database: Any) -> str:
    return database.dsn_as("c360_relay")


def is_sent(session: Session) -> Callable[[], bool]:
    return lambda: sink_state(session)["waiting"] == 0


async def test_everything_comes_in_its_order_and_is_committed(session, publish, dsn):
    enable(session)
    for n in range(2500):
        publish(n, f"k{n % 7}")
    bring(session)
    elsewhere = Elsewhere()
    async with sending(dsn, elsewhere):
        await until(is_sent(session))
        publish(2500)
        bring(session)
        await until(is_sent(session))
    assert elsewhere.numbers == list(range(2501))
    state = sink_state(session)
    assert (state["sent_count"], state["state"], state["owner"]) == (2501, "idle", None)


async def test_a_message_says_whose_it_is_and_what_it_is(session, publish, dsn):
    enable(session)
    publish(1, "person")
    bring(session)
    elsewhere = Elsewhere()
    async with sending(dsn, elsewhere):
        await until(is_sent(session))
    (message,) = elsewhere.got
    row = session.records("SELECT message_id, created_at, body FROM c360.messages WHERE key = 'person'")[0]
    assert (message.tenant, message.topic, message.type, message.key) == ("acme", TOPIC, "profile.updated", "person")
    assert (message.message_id, message.created_at, message.body) == (row["message_id"], row["created_at"], row["body"])


async def test_what_is_not_taken_comes_again_and_the_reason_is_shown(session, publish, dsn):
    enable(session)
    for n in range(50):
        publish(n)
    bring(session)
    elsewhere = Elsewhere(lambda messages: SendOutcome(min(20, len(messages)), problem="the disk is full"))
    async with sending(dsn, elsewhere):
        await until(lambda: sink_state(session)["problem"] == "the disk is full")
        assert sink_state(session)["state"] == "failing"
        assert sink_state(session)["waiting"] == 30
        elsewhere.answer = lambda messages: SendOutcome(len(messages))
        await until(is_sent(session))
    assert elsewhere.numbers == list(range(50))
    assert sink_state(session)["problem"] is None


async def test_batches_behind_one_that_failed_are_sent_again_behind_it(session, publish, dsn):
    enable(session)
    for n in range(3500):
        publish(n)
    bring(session)
    calls = []

    def answer(messages):
        calls.append(messages[0].position)
        if len(calls) == 2:
            raise DestinationFailed("not now")
        return SendOutcome(len(messages))

    elsewhere = Elsewhere(answer)
    async with sending(dsn, elsewhere):
        await until(is_sent(session))
    assert set(elsewhere.numbers) == set(range(3500))
    # From the one that failed on everything came once more, in order.
    again = elsewhere.numbers[-2500:]
    assert again == list(range(1000, 3500))


async def test_a_failing_topic_holds_up_no_other(session, publish, dsn, globex):
    enable(session)
    enable(session, tenant=globex)
    for n in range(5):
        publish(n)
        publish(n, tenant=globex)
    bring(session)

    def answer(messages):
        if messages[0].tenant == "acme":
            raise DestinationFailed("topic acme is not there")
        return SendOutcome(len(messages))

    elsewhere = Elsewhere(answer)
    async with sending(dsn, elsewhere):
        await until(lambda: sink_state(session, tenant=globex)["waiting"] == 0)
        await until(lambda: sink_state(session)["problem"])
    assert [message.tenant for message in elsewhere.got] == [globex] * 5
    assert sink_state(session)["waiting"] == 5


async def test_what_can_never_be_taken_is_kept_aside_and_sent_again_when_said_so(session, publish, dsn):
    enable(session)
    for n in range(10):
        publish(n)
    bring(session)
    elsewhere = Elsewhere(lambda messages: SendOutcome(len(messages), {3: "too large"} if len(messages) > 3 else {}))
    async with sending(dsn, elsewhere):
        await until(is_sent(session))
        assert elsewhere.numbers == [0, 1, 2, 4, 5, 6, 7, 8, 9]
        (refusal,) = session.records("SELECT * FROM tenant_acme.list_sink_refusals('kafka')")
        assert (refusal["reason"], refusal["topic"], refusal["is_due"]) == ("too large", TOPIC, False)
        assert session.value("SELECT tenant_acme.resend_refused('kafka', p_dry_run => true)") == 1
        assert session.value("SELECT tenant_acme.resend_refused('kafka')") == 1
        await until(lambda: sink_state(session)["refused"] == 0)
    assert elsewhere.numbers[-1] == 3


async def test_a_replay_is_obeyed_whatever_is_under_way(session, publish, dsn):
    enable(session)
    for n in range(1500):
        publish(n)
    bring(session)
    elsewhere = Elsewhere()
    async with sending(dsn, elsewhere):
        await until(is_sent(session))
        first = len(elsewhere.got)
        session.value("SELECT tenant_acme.replay_topic(%s, 'kafka', '-infinity')", TOPIC)
        await until(lambda: len(elsewhere.got) > first and sink_state(session)["waiting"] == 0)
        assert elsewhere.numbers[first:] == list(range(1500))

        elsewhere.gate.clear()
        publish(1500)
        bring(session)
        await until(lambda: elsewhere.numbers[-1] == 1500)
        session.value("SELECT tenant_acme.replay_topic(%s, 'kafka', '-infinity')", TOPIC)
        second = len(elsewhere.got)
        elsewhere.gate.set()
        await until(lambda: len(elsewhere.got) > second and sink_state(session)["waiting"] == 0)
    assert elsewhere.numbers[second:] == list(range(1501))


async def test_two_processes_share_topics_and_never_one_of_them(session, publish, dsn, globex):
    enable(session)
    enable(session, tenant=globex)
    one, other = Elsewhere(), Elsewhere()
    async with sending(dsn, one), sending(dsn, other):
        for n in range(300):
            publish(n)
            publish(n, tenant=globex)
            if n % 50 == 0:
                bring(session)
        bring(session)
        await until(is_sent(session))
        await until(lambda: sink_state(session, tenant=globex)["waiting"] == 0)
    both = one.got + other.got
    assert len({message.message_id for message in both}) == len(both) == 600


async def test_a_lease_that_passed_to_another_commits_nothing(session, publish, dsn):
    enable(session)
    publish(1)
    bring(session)
    slow = Elsewhere()
    slow.gate.clear()
    async with sending(dsn, slow) as service:
        await until(lambda: slow.got)
        sink_id, token = session.row("SELECT sink_id, token FROM c360.sinks")
        session.execute(
            "UPDATE c360.sinks SET token = token + 1, owner = 'other', lease_until = now() + interval '1 day'"
        )
        await until(lambda: not service.is_sending)
        slow.gate.set()
    state = sink_state(session)
    assert (state["sent_count"], state["waiting"], state["owner"]) == (0, 1, "other")
    with pytest.raises(psycopg.Error) as error:
        session.call("c360.commit_sink", sink_id, token, state["position"], state["position"] + 1, {"sent": 1})
    assert error.value.sqlstate == "U5442"


async def test_what_a_sender_says_while_nothing_comes_back_is_shown(session, publish, dsn, monkeypatch):
    monkeypatch.setattr("c360.sinks.service._PATIENCE", 0.05)
    enable(session)
    publish(1)
    bring(session)
    elsewhere = Elsewhere()
    elsewhere.gate.clear()
    elsewhere.word = SendOutcome(0, problem="nobody answers", lost="all of yesterday", place={"at": 7})
    async with sending(dsn, elsewhere):
        await until(lambda: sink_state(session)["problem"] == "nobody answers")
        assert sink_state(session)["lost_what"] == "all of yesterday"
        elsewhere.word = None
        elsewhere.gate.set()
        await until(lambda: sink_state(session)["problem"] is None and sink_state(session)["waiting"] == 0)
        assert sink_state(session)["lost_what"] == "all of yesterday"
        session.value("SELECT tenant_acme.replay_topic(%s, 'kafka', '-infinity')", TOPIC)
        await until(lambda: sink_state(session)["lost_what"] is None)
    again = Elsewhere()
    async with sending(dsn, again):
        await until(lambda: again.places)
    assert again.places == [{"at": 7}]


async def test_erasures_name_the_keys_whose_messages_end(session, dsn):
    enable(session)
    body = {"profile_id": "p1", "merged_profile_ids": ["p0"], "raw_profile_ids": [4], "mode": "erase"}
    session.call("c360._publish", "acme", TOPIC, "profile.erased", "p1", body)
    session.call("c360._publish", "acme", TOPIC, "profile.erased", "4", body)
    session.call("c360._publish", "acme", TOPIC, "profile.updated", "p2", {"n": 1})
    bring(session)
    elsewhere = Elsewhere()
    async with sending(dsn, elsewhere):
        await until(is_sent(session))
    assert [list(message.ended_keys) for message in elsewhere.got] == [["p1", "p0"], ["4"], []]


async def test_a_suspended_tenant_is_left_alone(session, publish, dsn):
    enable(session)
    publish(1)
    bring(session)
    session.execute("SELECT c360.suspend_tenant('acme')")
    elsewhere = Elsewhere()
    async with sending(dsn, elsewhere):
        await asyncio.sleep(0.3)
        assert not elsewhere.got
        session.execute("SELECT c360.resume_tenant('acme')")
        await until(is_sent(session))
    assert elsewhere.numbers == [1]


def test_a_consumer_that_is_no_sink_is_not_taken_over(session):
    session.value("SELECT tenant_acme.create_topic_consumer(%s, 'kafka')", TOPIC)
    with pytest.raises(Exception, match="somebody reads") as error:
        enable(session)
    assert error.value.sqlstate == "U5441"


def test_enabling_and_disabling_twice_changes_nothing(session):
    assert enable(session)
    assert not enable(session)
    assert session.value("SELECT tenant_acme.disable_sink('kafka', %s)", TOPIC)
    assert not session.value("SELECT tenant_acme.disable_sink('kafka', %s)", TOPIC)
    assert session.records("SELECT * FROM tenant_acme.list_sinks()") == []


def test_the_doctor_says_what_nobody_sends_what_fails_and_what_is_lost(session, publish):
    def findings() -> list[str]:
        rows = session.call_rows("c360.doctor", datetime.now(UTC) + timedelta(minutes=10))
        return sorted(row["finding"].split(" ")[0] for row in rows if row["subject"].startswith("kafka of"))

    enable(session)
    assert findings() == []
    publish(1)
    bring(session)
    assert findings() == ["Its"]
    session.execute(
        "UPDATE c360.sinks SET lease_until = now() + interval '1 day', problem = 'no', problem_since = now(),"
        " lost_what = 'Everything', lost_at = now()"
    )
    session.execute(
        "INSERT INTO c360.sink_refusals (sink_id, position, message_seq, message_at, reason)"
        " SELECT sink_id, 1, 1, now(), 'too large' FROM c360.sinks"
    )
    assert findings() == ["1", "Everything", "Nothing"]


def test_nobody_moves_a_sink_past_what_is_not_sent(session, publish):
    enable(session)
    publish(1)
    bring(session)
    session.commit()
    for statement in (
        "SELECT tenant_acme.commit_topic(%s, 'kafka', 1)",
        "SELECT * FROM tenant_acme.read_topic(%s, 'kafka')",
        "SELECT * FROM tenant_acme.read_topic_as_sent(%s, 'kafka')",
    ):
        with pytest.raises(psycopg.Error) as refused:
            session.execute(statement, TOPIC)
        assert refused.value.sqlstate == "U5431"
        session.rollback()
    assert sink_state(session)["waiting"] == 1
