"""Firehose and SNS: batches of which some entries fail, and the services as moto knows them."""

from __future__ import annotations

import asyncio
import collections
import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import boto3
import pytest
from moto import mock_aws

from c360.domain.errors import UsageError
from c360.settings import Settings
from c360.sinks import LogMessage, Stream, destination_of, service
from c360.sinks.batches import BatchSender
from c360.sinks.sns import group_of
from sinks.test_service import sending, until
from support.aws_stub import Sent, Stub, running_stub
from support.topics import enable, sink_state

ARN = "arn:aws:sns:eu-west-1:123456789012:updates"
STREAM = Stream("acme", "c360-updated-profiles", {})


@pytest.fixture(autouse=True)
def _account(monkeypatch) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
    ):
        monkeypatch.setenv(name, value)


@pytest.fixture
def stub(monkeypatch) -> Iterator[Stub]:
    with running_stub() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_FIREHOSE", running.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", running.url)
        yield running


@pytest.fixture
def moto() -> Iterator[None]:
    with mock_aws():
        yield


def _settings(**more: Any) -> Settings:
    return Settings(**{"firehose_stream": "events", "sns_topic": ARN, **more})


async def _sender(sink: str, **more: Any) -> BatchSender:
    sender: Any = await destination_of(sink, _settings(**more)).open(STREAM)

    async def no_sleep(_seconds: float) -> None:
        await asyncio.sleep(0)

    sender._sleep = no_sleep
    return sender


def message(number: int, key: str = "a", body: str | None = None) -> LogMessage:
    return LogMessage(
        "acme",
        "c360-updated-profiles",
        number,
        UUID(int=number),
        "profile.updated",
        key,
        datetime(2026, 11, 30, tzinfo=UTC),
        json.dumps({"n": number}) if body is None else body,
    )


def _numbers(taken: Sequence[Sent]) -> list[int]:
    return [json.loads(one.body)["n"] for one in taken]


@pytest.mark.parametrize(("sink", "most"), [("firehose", 500), ("sns", 10)])
async def test_only_what_failed_is_sent_again_and_nothing_is_lost(stub, sink, most):
    chance = random.Random(7)
    code = {"firehose": "ServiceUnavailableException", "sns": "InternalError"}[sink]
    stub.judge = lambda _call, _sent: code if chance.random() < 0.3 else None
    sender = await _sender(sink)
    messages = [message(number, str(number % 7)) for number in range(1, 1001 if sink == "firehose" else 301)]

    outcome = await sender.send(messages)
    await sender.close()

    assert (outcome.acknowledged, dict(outcome.refused)) == (len(messages), {})
    assert sorted(_numbers(stub.taken)) == [one.position for one in messages]
    assert max(len(call) for call in stub.calls) <= most
    failed = sum(len(call) for call in stub.calls) - len(messages)
    assert 0 < failed < len(messages)


async def test_a_fifo_topic_gets_the_messages_of_a_key_in_order_whatever_fails(stub):
    chance = random.Random(11)
    stub.judge = lambda _call, _sent: "InternalError" if chance.random() < 0.4 else None
    sender = await _sender("sns", sns_topic=f"{ARN}.fifo")

    await sender.send([message(number, str(number % 13)) for number in range(1, 301)])
    await sender.close()

    of_key = collections.defaultdict(list)
    for one in stub.taken:
        of_key[one.group].append(json.loads(one.body)["n"])
    assert len(of_key) == 13
    assert all(numbers == sorted(numbers) for numbers in of_key.values())
    assert sorted(number for numbers in of_key.values() for number in numbers) == list(range(1, 301))
    assert all(len({one.group for one in call}) == len(call) for call in stub.calls)
    assert {one.dedup for one in stub.taken} == {str(UUID(int=number)) for number in range(1, 301)}


@pytest.mark.parametrize("sink", ["firehose", "sns"])
async def test_a_call_that_fails_as_a_whole_is_made_again_and_says_meanwhile_why(stub, sink):
    refusals = dict.fromkeys((1, 2, 3), (400, "ThrottlingException")) | {4: (500, "InternalFailure")}
    stub.refuse = refusals.get
    sender = await _sender(sink)
    said = []

    async def look(_seconds: float) -> None:
        said.append(await sender.look())

    sender._sleep = look

    outcome = await sender.send([message(1), message(2)])

    assert outcome.acknowledged == 2
    assert _numbers(stub.taken) == [1, 2]
    assert [one is not None and one.acknowledged == 0 and bool(one.problem) for one in said] == [True] * 4
    assert await sender.look() is None
    await sender.close()


@pytest.mark.parametrize(("sink", "most"), [("firehose", 1_024_000), ("sns", 262_144)])
async def test_what_is_too_large_is_refused_and_the_rest_goes_in_batches_that_fit(stub, sink, most):
    sender = await _sender(sink)
    large = [message(n, body=json.dumps({"n": n, "text": "x" * 200_000})) for n in range(2, 30)]
    messages = [message(1, body=json.dumps({"n": 1, "text": "ü" * most})), *large]

    outcome = await sender.send(messages)
    await sender.close()

    assert (outcome.acknowledged, set(outcome.refused)) == (29, {0})
    assert sorted(_numbers(stub.taken)) == list(range(2, 30))
    sizes = [sum(len(one.body.encode()) for one in call) for call in stub.calls]
    assert max(sizes) <= (4 * 1024 * 1024 if sink == "firehose" else 262_144)


async def test_sns_refuses_a_message_for_ever_only_for_what_it_holds(stub):
    codes = {2: "InvalidParameter", 3: "KMSAccessDenied", 4: "InternalError"}

    def judge(call: int, sent: Sent) -> str | None:
        code = codes.get(json.loads(sent.body)["n"])
        return code if code == "InvalidParameter" or call == 1 else None

    stub.judge = judge
    sender = await _sender("sns")

    outcome = await sender.send([message(number) for number in range(1, 6)])
    await sender.close()

    assert (outcome.acknowledged, set(outcome.refused)) == (5, {1})
    assert sorted(_numbers(stub.taken)) == [1, 3, 4, 5]


async def test_attributes_say_what_a_message_is_and_no_character_stands_in_its_way(stub):
    sender = await _sender("sns")

    await sender.send([message(1, body='{"n": 1, "text": "\uffff\ufffe Nguyễn"}')])
    await sender.close()

    sent = stub.taken[0]
    assert dict(sent.attributes) == {
        "id": str(UUID(int=1)),
        "position": "1",
        "tenant": "acme",
        "topic": "c360-updated-profiles",
        "type": "profile.updated",
    }
    assert json.loads(sent.body)["text"] == "\uffff\ufffe Nguyễn"
    assert "\uffff" not in sent.body


def test_a_group_is_the_key_where_it_may_be_one():
    assert group_of("0190a2b4-0000-7000-8000-000000000001") == "0190a2b4-0000-7000-8000-000000000001"
    assert [len(group_of(key)) for key in ("", "Nguyễn", "a b", "x" * 129)] == [64] * 4


@pytest.mark.parametrize(
    ("sink", "settings"),
    [("firehose", {"firehose_stream": ""}), ("sns", {"sns_topic": ""}), ("sns", {"sns_topic": "arn:aws:sqs:x"})],
)
def test_a_destination_that_is_none_is_refused(sink, settings):
    with pytest.raises(UsageError):
        destination_of(sink, Settings(**settings))


async def test_a_topic_of_a_tenant_goes_to_firehose_and_nothing_is_left_out(session, publish, database, stub):
    for number in range(50):
        publish(number)
    enable(session, "firehose")
    first = [True]

    def judge(_call: int, _sent: Sent) -> str | None:
        return "ServiceUnavailableException" if first and first.pop() else None

    stub.judge = judge
    async with sending(database.dsn_as("c360_relay"), destination_of("firehose", _settings())):
        await until(lambda: len(stub.taken) >= 50 and sink_state(session, "firehose")["waiting"] == 0)

    assert sorted(json.loads(one.body)["data"]["n"] for one in stub.taken) == list(range(50))
    assert all(one.body.endswith("}\n") for one in stub.taken)
    records = [json.loads(one.body) for one in stub.taken]
    sent = dict(session.rows("SELECT message_id::text, body FROM c360.messages"))
    assert {one["id"] for one in records} <= sent.keys()
    assert len({one["position"] for one in records}) == 50
    for one in records:
        assert {name: one[name] for name in one if name not in ("id", "position")} == json.loads(sent[one["id"]])


@pytest.mark.parametrize("sink", ["firehose", "sns"])
async def test_what_is_stuck_when_a_process_ends_is_sent_by_the_next_one(
    session, publish, database, stub, monkeypatch, sink
):
    monkeypatch.setattr(service, "_LAST_WORDS", 0.05)
    for number in range(30):
        publish(number, f"k{number % 3}")
    enable(session, sink)
    slow = {"firehose": "ServiceUnavailableException", "sns": "InternalError"}[sink]
    stub.judge = lambda _call, sent: slow if json.loads(sent.body)["data"]["n"] == 7 else None
    settings = _settings(sns_topic=f"{ARN}.fifo")

    async with sending(database.dsn_as("c360_relay"), destination_of(sink, settings)):
        await until(lambda: len(stub.taken) >= (29 if sink == "firehose" else 20))
    first = len(stub.taken)
    stub.judge = lambda _call, _sent: None
    async with sending(database.dsn_as("c360_relay"), destination_of(sink, settings)):
        await until(lambda: sink_state(session, sink)["waiting"] == 0)

    numbers = [json.loads(one.body)["data"]["n"] for one in stub.taken]
    assert 7 not in numbers[:first]
    assert set(numbers) == set(range(30))
    if sink == "sns":
        of_key = [number for number in numbers[:first] if number % 3 == 7 % 3]
        assert of_key == [1, 4]
        assert len({(one.dedup) for one in stub.taken}) == 30


async def test_a_fifo_topic_of_sns_reaches_its_queue_once_and_by_its_filter(moto):
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="updates.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    queue = sqs.create_queue(QueueName="updates.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps({"tenant": ["acme"]})},
    )
    sender = await _sender("sns", sns_topic=topic)

    for _ in range(2):
        assert (await sender.send([message(1), message(2), message(3, "b")])).acknowledged == 3
    await sender.close()

    got = [json.loads(one["Body"])["n"] for one in _received(sqs, queue)]
    assert sorted(got) == [1, 2, 3]
    assert got.index(1) < got.index(2)


async def test_what_firehose_writes_is_one_document_a_line(moto):
    s3, firehose, iam = boto3.client("s3"), boto3.client("firehose"), boto3.client("iam")
    s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    firehose.create_delivery_stream(
        DeliveryStreamName="acme-c360-updated-profiles",
        ExtendedS3DestinationConfiguration={"RoleARN": role, "BucketARN": "arn:aws:s3:::lake"},
    )
    sender = await _sender("firehose", firehose_stream="{tenant}-{topic}")

    await sender.send([message(number) for number in range(1, 601)])
    await sender.close()

    text = "".join(
        s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read().decode()
        for one in s3.list_objects_v2(Bucket="lake")["Contents"]
    )
    assert sorted(json.loads(line)["n"] for line in text.splitlines()) == list(range(1, 601))


def _received(sqs: Any, queue: str) -> list[dict[str, Any]]:
    got: list[dict[str, Any]] = []
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        for one in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        got += found
    return got
