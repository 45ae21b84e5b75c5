"""The function of a queue: `c360.aws.queue.handler`, for an event source of SQS with ReportBatchItemFailures.

Only the messages that have to come again are answered as failures; the rest of the batch is done.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from c360 import logs
from c360.aws.environment import Environment
from c360.settings import Settings, load_settings
from c360.sources.sqs import QueueMessage, key_of, take

_KEY_SECONDS = 300.0


class LambdaQueue:
    """What takes a queue in, in one environment of Lambda."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._key_hash = key_of(settings)
        self._environment = Environment(settings, "queue", clock=clock)
        self._clock = clock
        self._asked_at = clock()

    def __call__(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        """The messages of a batch that are to come again."""
        messages = [
            QueueMessage(one["messageId"], one["body"], one.get("attributes", {}).get("MessageGroupId"))
            for one in event["Records"]
        ]
        if self._clock() - self._asked_at > _KEY_SECONDS:
            # It may have been replaced.
            self._key_hash, self._asked_at = key_of(self._environment.settings), self._clock()
        with self._environment.awake() as db:
            failed = self._environment.loop.run_until_complete(take(db, self._key_hash, messages))
        return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}

    def close(self) -> None:
        """Close the connections."""
        self._environment.close()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What Lambda calls."""
    return _queue()(event, context)


@functools.cache
def _queue() -> LambdaQueue:
    settings = load_settings()
    logs.configure(settings.log_level, settings.log_format)
    return LambdaQueue(settings)
