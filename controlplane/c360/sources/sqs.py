"""Takes events in from queues of Amazon SQS: as a Lambda function of the queue, or by asking it.

A message holds what a record of a stream may hold: an event, a list, `{"batch": [...]}`, lines. It is deleted only
when all of it is on disk; one that comes again makes no doubles. What is no event is rejected and kept, and its
message is done. After a failure the messages behind it of its group wait, so a FIFO queue keeps its order.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from c360.adapters.database import Database
from c360.aws.clients import client, failures
from c360.domain.errors import C360Error, DatabaseUnreachable, TryAgain, UsageError
from c360.gateway.credentials import digest
from c360.gateway.records import Record, calls
from c360.settings import Settings

logger = logging.getLogger(__name__)

_BATCH, _LOOPS, _WAIT_SECONDS = 10, 4, 5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
# What these say concerns the server, the tenant or the key, and would be said of each message again.
_OF_ALL = ("28", "3D", "53", "55", "57", "58", "U14", "U4")


class Door(Protocol):
    """The one function this needs."""

    async def call(self, function: str, *arguments: Any, **named: Any) -> Any: ...


@dataclass(frozen=True)
class QueueMessage:
    """One message of a queue."""

    id: str
    body: str
    group: str | None = None


async def take(db: Door, key_hash: bytes, messages: Sequence[QueueMessage]) -> list[str]:
    """Records what messages hold, in order; the ids of those that are to come again."""
    failed: list[str] = []
    stuck: set[str] = set()
    of = {f"sqs-{message.id}": message for message in messages}
    waiting = list(calls([Record(f"sqs-{message.id}", _storable(message.body)) for message in messages]))
    while waiting:
        some = waiting.pop(0)
        ready = [record for record in some if of[record.id].group not in stuck]
        failed += [of[record.id].id for record in some if record not in ready]
        if not ready:
            continue
        try:
            await db.call(
                "c360_v1.receive_records",
                key_hash=key_hash,
                ids=[record.id for record in ready],
                records=[record.text for record in ready],
            )
        except C360Error as error:
            if isinstance(error, (DatabaseUnreachable, TryAgain)) or error.code.startswith(_OF_ALL):
                logger.warning("messages cannot be taken in", extra={"code": error.code, "error": error.message})
                return failed + [of[record.id].id for rest in (ready, *waiting) for record in rest]
            if len(ready) > 1:
                waiting[:0] = [[record] for record in ready]
                continue
            message = of[ready[0].id]
            logger.exception("a message cannot be taken in", extra={"message": message.id, "code": error.code})
            failed.append(message.id)
            if message.group is not None:
                stuck.add(message.group)
    return failed


async def run_queue(db: Database, settings: Settings, stop: asyncio.Event) -> None:
    """Take in what comes to the queue of the settings until `stop` is set."""
    check_settings(settings)
    key_hash = await asyncio.to_thread(key_of, settings)
    sqs = client("sqs", connections=_LOOPS * 2)
    try:
        queue = await _address(sqs, settings.sqs_queue)
        async with asyncio.TaskGroup() as running:
            for _ in range(_LOOPS):
                running.create_task(_consume(db, key_hash, sqs, queue, stop))
    finally:
        sqs.close()


def check_settings(settings: Settings) -> None:
    """Raises UsageError where queue or key are missing."""
    if not settings.sqs_queue:
        raise UsageError("the queue is missing", hint="Name it, or set C360_SQS_QUEUE.")
    if settings.write_key is None and not settings.write_key_secret:
        raise UsageError("the write key is missing", hint="c360 key create makes one; set it as C360_WRITE_KEY.")


def key_of(settings: Settings) -> bytes:
    """The hash of the write key that messages are taken in with. May ask AWS for it. Raises UsageError without one."""
    if settings.write_key is not None:
        return digest(settings.write_key.get_secret_value().strip())
    if not settings.write_key_secret:
        raise UsageError("the write key is missing", hint="Set C360_WRITE_KEY or C360_WRITE_KEY_SECRET.")
    try:
        secret = client("secretsmanager").get_secret_value(SecretId=settings.write_key_secret)["SecretString"]
    except failures() as error:
        raise DatabaseUnreachable(f"the write key cannot be read: {error}", code="08000") from error
    try:
        said = json.loads(secret)
    except ValueError:
        said = secret
    key = said.get("api_key") if isinstance(said, dict) else said
    return digest(str(key).strip())


async def _consume(db: Door, key_hash: bytes, sqs: Any, queue: str, stop: asyncio.Event) -> None:
    pause = _FIRST_PAUSE
    while not stop.is_set():
        try:
            failed = await _one_batch(db, key_hash, sqs, queue)
        except failures() as error:
            logger.warning("the queue cannot be read", extra={"error": str(error)})
            failed = 1
        if not failed:
            pause = _FIRST_PAUSE
            continue
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause * random.uniform(0.8, 1.2))  # noqa: S311
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _one_batch(db: Door, key_hash: bytes, sqs: Any, queue: str) -> int:
    """Takes in what the queue has, deletes it there; how many messages failed."""
    answer = await _in_thread(
        sqs.receive_message,
        QueueUrl=queue,
        MaxNumberOfMessages=_BATCH,
        WaitTimeSeconds=_WAIT_SECONDS,
        MessageSystemAttributeNames=["MessageGroupId"],
    )
    found = answer.get("Messages", [])
    if not found:
        return 0
    failed = set(
        await take(
            db,
            key_hash,
            [
                QueueMessage(one["MessageId"], one["Body"], one.get("Attributes", {}).get("MessageGroupId"))
                for one in found
            ],
        )
    )
    done = [one["ReceiptHandle"] for one in found if one["MessageId"] not in failed]
    if done:
        # One that cannot be deleted comes again and is a duplicate.
        deleted = await _in_thread(
            sqs.delete_message_batch,
            QueueUrl=queue,
            Entries=[{"Id": str(place), "ReceiptHandle": handle} for place, handle in enumerate(done)],
        )
        if deleted.get("Failed"):
            logger.warning("messages could not be deleted", extra={"count": len(deleted["Failed"])})
    return len(failed)


async def _address(sqs: Any, queue: str) -> str:
    """The URL of a queue, which may be given by its name."""
    if queue.startswith(("http://", "https://")):
        return queue
    try:
        answer = await _in_thread(sqs.get_queue_url, QueueName=queue)
    except failures() as error:
        raise UsageError(f"the queue {queue} cannot be found", detail=str(error)) from error
    url: str = answer["QueueUrl"]
    return url


async def _in_thread(call: Callable[..., Any], **named: Any) -> Any:
    return await asyncio.to_thread(functools.partial(call, **named))


def _storable(body: str) -> str:
    return body.replace("\0", "\\x00")
