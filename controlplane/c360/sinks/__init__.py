"""Sending the message log to other systems: to Kafka, Firehose, SNS.

A sink is a consumer of a topic by a fixed name (`kafka`, `firehose`, `sns`), so what a topic keeps for consumers, how
far behind one is and how one goes back holds for it as well. An administrator of the tenant enables it for a topic;
where it leads says the process that sends, never the database.

    service.py   claims what is enabled, reads, sends and commits it; knows nothing of where it goes
    kafka.py     a Destination; so are firehose.py and sns.py, over batches.py

What a destination has to bring is below. The service gives a sender the messages of one topic of one tenant in order,
keeps what is not acknowledged and gives it again: a sender that fails loses nothing, and one that has acknowledged is
believed.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from c360.settings import Settings


class LogMessage(NamedTuple):
    """One message of the log, whole, as webhooks get it."""

    tenant: str
    topic: str
    position: int
    """Grows along the topic of a tenant: what has a lower one than the last of its key comes again."""
    message_id: UUID
    """The same however often it is sent: receivers tell repeats by it."""
    type: str
    key: str
    created_at: datetime
    body: str
    ended_keys: Sequence[str] = ()
    """Keys whose messages are to be forgotten, of a person that was erased: for destinations that can."""


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of a batch."""

    acknowledged: int
    """How many from the front are settled: safe at the other side, or in `refused`. The rest is given again."""
    refused: Mapping[int, str] = field(default_factory=dict)
    """By their place in the batch, with the reason: messages that can never be taken, whatever is tried."""
    problem: str | None = None
    """Why the rest was not taken: shown to people, who can mend it."""
    place: Mapping[str, Any] | None = None
    """What the sender wants to know of the other side when it begins again, as JSON. Replaces what it said before."""
    lost: str | None = None
    """The other side has lost what it had acknowledged; says what, for people, who can replay it."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One topic of one tenant that is sent."""

    tenant: str
    topic: str
    place: Mapping[str, Any]
    """What the last outcome with a place said; empty at first."""


class Sender(Protocol):
    """Sends the messages of one stream. Used by one task, with as many calls of send() under way as `overlap` says."""

    overlap: int
    """How many calls of send() may be under way at once; their messages are in order, and the order is kept."""

    async def send(self, messages: Sequence[LogMessage]) -> SendOutcome:
        """Send a batch and wait until what became of it is known.

        After an outcome that leaves something, or an exception, nothing more is given until the other calls that are
        under way have ended; then the service goes back to the first message that is not settled.
        """

    async def look(self) -> SendOutcome | None:
        """What is to be said of the other side, None for nothing. Asked now and then when there is nothing to send, and
        when what is under way stays away: then `problem` says why, and is shown until messages are settled again."""

    async def close(self) -> None:
        """The stream is taken away, or the process ends: what is under way is dropped and must not be sent later."""


class Destination(Protocol):
    """Where a process sends to: makes a sender for each stream."""

    sink: str
    """Name of the sink, which is that of its consumers."""

    async def open(self, stream: Stream) -> Sender: ...

    async def close(self) -> None: ...


class DestinationFailed(Exception):
    """What open() and send() raise for what people can mend; the text is shown. Tried again and again."""


# Loaded when wanted: each needs a package that only its extra brings.
DESTINATIONS = {
    "firehose": ("c360.sinks.firehose", "FirehoseDestination"),
    "kafka": ("c360.sinks.kafka", "KafkaDestination"),
    "sns": ("c360.sinks.sns", "SnsDestination"),
}


def destination_of(sink: str, settings: Settings) -> Destination:
    """The destination of a sink by its settings. Raises UsageError where a setting or a package is missing."""
    module, name = DESTINATIONS[sink]
    destination: Destination = getattr(importlib.import_module(module), name)(settings)
    return destination
