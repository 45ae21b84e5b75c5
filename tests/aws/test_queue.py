"""Events from a queue: as a function of it, and by asking it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from c360.adapters.database import Database
from c360.aws.queue import LambdaQueue
from c360.domain.errors import DatabaseRefused, UsageError
from c360.settings import Settings
from c360.sources import sqs as under_test
from c360.sources.sqs import QueueMessage, run_queue, take
from support.events import event_count, page
from support.lambda_runtime import running_function

IDS = "SELECT message_id FROM tenant_acme.cdp_behavioral_events ORDER BY event_id"
REJECTED = "SELECT code FROM tenant_acme.cdp_rejected_events ORDER BY rejected_event_id"


def _event(*bodies: Any, groups: list[str] | None = None) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"q{place}",
                "receiptHandle": "r",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {} if groups is None else {"MessageGroupId": groups[place]},
                "eventSource": "aws:sqs",
            }
            for place, body in enumerate(bodies)
        ]
    }


@pytest.fixture
def queue(database, make_key) -> Iterator[LambdaQueue]:
    settings = Settings(dsn=database.dsn_as("c360_gateway"), write_key=make_key())
    with contextlib.closing(LambdaQueue(settings)) as made:
        yield made


def test_a_batch_is_recorded_and_one_that_comes_again_makes_no_doubles(queue, connect):
    batch = _event(page("m1"), page(), {"batch": [page("m2"), page()]}, "\n".join([json.dumps(page()), "x"]))

    answers = [queue(batch, None) for _ in range(3)]

    assert answers == [{"batchItemFailures": []}] * 3
    assert connect().column(IDS) == ["m1", "sqs-q1-0", "m2", "sqs-q2-1", "sqs-q3-0"]


def test_what_is_no_event_is_kept_and_its_message_is_done(queue, connect):
    answer = queue(_event("no json", page("m1"), "", '{"a":' * 50_000, {"type": "page"}, "nul\0"), None)

    assert answer == {"batchItemFailures": []}
    assert connect().column(IDS) == ["m1"]
    assert connect().column(REJECTED) == ["U1102", "U1102", "U1102", "U1108", "U1102"]


def test_without_the_database_all_of_it_comes_again_and_the_next_time_it_is_taken(
    database, make_key, connect, tmp_path
):
    settings = Settings(dsn=f"postgresql://c360_gateway@/{database.name}?host={tmp_path}", write_key=make_key())
    with contextlib.closing(LambdaQueue(settings)) as away:
        answer = away(_event(page("m1"), page("m2")), None)

    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["q0", "q1"]
    assert event_count(connect()) == 0


def test_a_key_that_is_refused_loses_nothing(database, connect):
    settings = Settings(dsn=database.dsn_as("c360_gateway"), write_key="c360_wk_wrong")
    with contextlib.closing(LambdaQueue(settings)) as queue:
        answer = queue(_event(page("m1"), page("m2")), None)

    assert len(answer["batchItemFailures"]) == 2


def test_a_function_without_a_key_is_refused(database):
    with pytest.raises(UsageError):
        LambdaQueue(Settings(dsn=database.dsn_as("c360_gateway")))


class _Failing:
    """A door that takes no call with one of these records in it."""

    def __init__(self, *poison: str) -> None:
        self.poison = poison
        self.taken: list[str] = []

    async def call(self, _function: str, *_: Any, records: list[str], **__: Any) -> Any:
        if any(record in self.poison for record in records):
            raise DatabaseRefused("a fault", code="XX000")
        self.taken += records


async def test_a_message_that_fails_holds_up_its_group_and_no_other(caplog):
    caplog.set_level(logging.CRITICAL)
    door = _Failing("b1")
    messages = [QueueMessage(name, name, name[0]) for name in ("a1", "b1", "a2", "b2", "c1", "b3")]

    assert await take(door, b"", messages) == ["b1", "b2", "b3"]
    assert door.taken == ["a1", "a2", "c1"]


async def test_in_a_queue_without_groups_only_the_message_itself_comes_again(caplog):
    caplog.set_level(logging.CRITICAL)
    door = _Failing("2", "5")

    assert await take(door, b"", [QueueMessage(name, name) for name in "123456"]) == ["2", "5"]
    assert door.taken == ["1", "3", "4", "6"]


async def test_large_messages_go_in_calls_of_their_own_and_their_group_waits(caplog):
    caplog.set_level(logging.CRITICAL)
    large = "x" * 400_000
    door = _Failing(f"{large}2")
    messages = [QueueMessage(str(n), f"{large}{n}", "g") for n in range(1, 5)]

    assert await take(door, b"", messages) == ["2", "3", "4"]
    assert door.taken == [f"{large}1"]


def test_awss_own_runtime_takes_a_queue(database, make_key, connect):
    environment = {"C360_DSN": database.dsn_as("c360_gateway"), "C360_WRITE_KEY": make_key()}

    with running_function("c360.aws.queue.handler", {**environment, "C360_LOG_LEVEL": "ERROR"}) as function:
        answer = function.invoke(_event(page("m1"), page("m2"), groups=["g", "g"]))

    assert answer == {"batchItemFailures": []}
    assert connect().column(IDS) == ["m1", "m2"]


@pytest.fixture
def aws(monkeypatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield


async def test_a_queue_is_asked_and_a_message_deleted_when_it_is_on_disk(aws, database, make_key, connect, monkeypatch):
    monkeypatch.setattr(under_test, "_WAIT_SECONDS", 0)
    # A queue holds a group back while a message of it is under way; moto gives it to whoever asks meanwhile.
    monkeypatch.setattr(under_test, "_LOOPS", 1)
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="events.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    for number in range(40):
        sqs.send_message(
            QueueUrl=url,
            MessageBody=json.dumps(page(f"m{number:02}", anonymousId=f"a{number % 4}")) if number else "no json",
            MessageGroupId=str(number % 4),
            MessageDeduplicationId=str(number),
        )
    settings = Settings(dsn=database.dsn_as("c360_gateway"), write_key=make_key(), sqs_queue="events.fifo")
    stop = asyncio.Event()
    watcher = connect(autocommit=True)

    async with await Database.connect(settings.dsn, application_name="test") as db:
        running = asyncio.create_task(run_queue(db, settings, stop))
        async with asyncio.timeout(60):
            while await asyncio.to_thread(event_count, watcher) < 39 or _left(sqs, url):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        stop.set()
        await running

    for group in range(4):
        found = watcher.column(IDS.replace("ORDER", f"WHERE payload ->> 'anonymousId' = 'a{group}' ORDER"))
        assert found == sorted(found)
    assert watcher.column(REJECTED) == ["U1102"]


def _left(sqs: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


def test_the_key_may_be_in_secrets_manager_and_is_looked_for_again(aws, database, make_key, connect):
    secrets = boto3.client("secretsmanager")
    arn = secrets.create_secret(Name="key", SecretString='{"api_key": "not set"}')["ARN"]
    settings = Settings(dsn=database.dsn_as("c360_gateway"), write_key_secret=arn)
    now = [1000.0]

    with contextlib.closing(LambdaQueue(settings, clock=lambda: now[0])) as queue:
        early = queue(_event(page("m1")), None)
        secrets.put_secret_value(SecretId=arn, SecretString=json.dumps({"api_key": make_key()}))
        now[0] += 600
        later = queue(_event(page("m1")), None)

    assert ([len(one["batchItemFailures"]) for one in (early, later)]) == [1, 0]
    assert event_count(connect()) == 1
