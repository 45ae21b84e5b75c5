"""Sends topics to streams of Amazon Data Firehose: each message a record, one JSON document and a line end.

At least once, like every sink: what reads the stream tells repeats by the id of the message, and the order of a key,
which Firehose does not keep, by its position. Both stand before what webhooks get.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from c360.aws.clients import client, failures
from c360.domain.errors import UsageError
from c360.settings import Settings
from c360.sinks import LogMessage, Stream
from c360.sinks.batches import BatchSender, Entry, Failed, Limits
from c360.sinks.service import run_sink

LIMITS = Limits(entries=500, batch_bytes=4 * 1024 * 1024, entry_bytes=1000 * 1024)

run_firehose = functools.partial(run_sink, sink="firehose")


class FirehoseDestination:
    """The stream, or streams, that C360_FIREHOSE_STREAM names."""

    sink = "firehose"

    def __init__(self, settings: Settings) -> None:
        if not settings.firehose_stream:
            raise UsageError("the stream is missing", hint="Say --to firehose:NAME, or set C360_FIREHOSE_STREAM.")
        self._name = settings.firehose_stream
        self._client = client("firehose")

    async def open(self, stream: Stream) -> BatchSender:
        name = self._name.replace("{tenant}", stream.tenant).replace("{topic}", stream.topic)
        return BatchSender(
            _entry, functools.partial(_put, self._client, name), LIMITS, keeps_order=False, failures=failures()
        )

    async def close(self) -> None:
        self._client.close()


def _entry(message: LogMessage) -> Entry:
    named = f'{{"id":"{message.message_id}","position":{message.position},'
    data = (named + message.body.removeprefix("{") + "\n").encode()
    return Entry(message, len(data), {"Data": data})


def _put(client: Any, name: str, entries: Sequence[Entry]) -> list[Failed | None]:
    answer = client.put_record_batch(DeliveryStreamName=name, Records=[entry.sent for entry in entries])
    if not answer["FailedPutCount"]:
        return [None] * len(entries)
    return [
        Failed(f"{one['ErrorCode']}: {one.get('ErrorMessage', '')}") if one.get("ErrorCode") else None
        for one in answer["RequestResponses"]
    ]
