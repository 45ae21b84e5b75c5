"""Sends topics to topics of Amazon SNS, each message with the attributes `tenant`, `topic` and `type` to filter by,
its `id` to tell repeats by and its `position`, which grows along a topic of a tenant.

A FIFO topic gets the messages of a key as one group, in order, and drops repeats itself; other topics keep no order.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Sequence
from typing import Any

from c360.aws.clients import client, failures
from c360.domain.errors import UsageError
from c360.settings import Settings
from c360.sinks import LogMessage, Stream
from c360.sinks.batches import BatchSender, Entry, Failed, Limits
from c360.sinks.service import run_sink

LIMITS = Limits(entries=10, batch_bytes=256 * 1024, entry_bytes=256 * 1024, batches_at_once=4)

_ARN = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):\d{12}:[A-Za-z0-9_{}-]{1,256}(\.fifo)?")
# What a group may be called.
_GROUP = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,./:;<=>?@\[\\\]^_`{|}~-]{1,128}")
# What is wrong with the message itself; everything else may pass.
_FINAL = {"InvalidParameter", "InvalidParameterValue", "InvalidMessageContents", "ParameterValueInvalid"}
# Characters SNS does not take, though JSON does; as escapes they are the same.
_ESCAPED = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}

run_sns = functools.partial(run_sink, sink="sns")


class SnsDestination:
    """The topic, or topics, that C360_SNS_TOPIC names."""

    sink = "sns"

    def __init__(self, settings: Settings) -> None:
        found = _ARN.fullmatch(settings.sns_topic)
        if found is None:
            raise UsageError(
                "the topic is missing" if not settings.sns_topic else f"{settings.sns_topic} is no topic of SNS",
                hint="Say --to sns:arn:aws:sns:<region>:<account>:<name>, or set C360_SNS_TOPIC.",
            )
        self._arn = settings.sns_topic
        self._client = client("sns", region=found["region"], connections=LIMITS.batches_at_once * 4)

    async def open(self, stream: Stream) -> BatchSender:
        arn = self._arn.replace("{tenant}", stream.tenant).replace("{topic}", stream.topic)
        is_fifo = arn.endswith(".fifo")
        return BatchSender(
            functools.partial(_entry, is_fifo=is_fifo),
            functools.partial(_put, self._client, arn),
            LIMITS,
            keeps_order=is_fifo,
            failures=failures(),
        )

    async def close(self) -> None:
        self._client.close()


def _entry(message: LogMessage, *, is_fifo: bool) -> Entry:
    body = message.body.translate(_ESCAPED)
    attributes = {
        "id": str(message.message_id),
        "position": str(message.position),
        "tenant": message.tenant,
        "topic": message.topic,
        "type": message.type,
    }
    sent: dict[str, Any] = {
        "Message": body,
        "MessageAttributes": {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    }
    if is_fifo:
        sent["MessageGroupId"] = group_of(message.key)
        sent["MessageDeduplicationId"] = str(message.message_id)
    told = sum(len(name) + len("String") + len(value.encode()) for name, value in attributes.items())
    return Entry(message, len(body.encode()) + told, sent)


def group_of(key: str) -> str:
    """The group of a key: the key itself where it may be one."""
    return key if _GROUP.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()


def _put(client: Any, arn: str, entries: Sequence[Entry]) -> list[Failed | None]:
    answer = client.publish_batch(
        TopicArn=arn,
        PublishBatchRequestEntries=[{"Id": str(place), **entry.sent} for place, entry in enumerate(entries)],
    )
    failed = {
        one["Id"]: Failed(
            f"{one['Code']}: {one.get('Message', '')}",
            is_final=bool(one.get("SenderFault")) and one["Code"].removesuffix("Exception") in _FINAL,
        )
        for one in answer.get("Failed", [])
    }
    taken = {one["Id"] for one in answer.get("Successful", [])}
    places = [str(place) for place in range(len(entries))]
    # What is in neither list was not taken for all we know.
    return [None if place in taken else failed.get(place, Failed("Nothing was said about it.")) for place in places]
