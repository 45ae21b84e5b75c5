"""The gateway as a Lambda function: `c360.aws.gateway.handler`, behind an HTTP API or a function URL.

The application is the one of `c360 gateway`, so the answers are the same. What differs is around it: connections,
deadlines and sizes of heads are the business of API Gateway, and a function works on one request at a time, so that
nothing is gathered. An answer longer than Lambda gives back is refused by name instead of being lost.

Between two requests the function is frozen, and PostgreSQL hears nothing of it: after seconds it takes the connection
for dead. So one that has slept is replaced and not trusted. No connection is made while the function is loaded: what
is loaded may be copied.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from c360 import logs
from c360.adapters.database import Database
from c360.aws.missing import needs
from c360.daemon import database_url
from c360.domain.errors import IngestRefused, UsageError
from c360.gateway.answers import refusal
from c360.gateway.app import create_app
from c360.settings import Settings, load_settings

if TYPE_CHECKING:
    from mangum import Mangum
    from mangum.types import Response

# The server takes a silent peer for dead after 25 seconds.
_TRUSTED_SECONDS = 15.0
# One request at a time; a second connection where the first one is broken.
_CONNECTIONS = 2
# Less than API Gateway waits, more than an Aurora takes to wake up.
_ACQUIRE_SECONDS = 20.0
# Lambda gives back 6 MB of JSON, in which an answer stands as text or as base64.
_MOST_BYTES = 6 * 1024 * 1024 - 64 * 1024


class LambdaGateway:
    """One gateway in one environment of Lambda: a loop and a pool that last as long as the environment."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        if settings.conninfo is None:
            raise UsageError("the function has no database", hint="Set C360_DSN in its environment.")
        self._settings = settings
        self._dsn = database_url(settings.conninfo)
        self._clock = clock
        self._loop = asyncio.new_event_loop()
        self._db: Database | None = None
        self._answers: Mangum | None = None
        self._used_at = 0.0

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The answer to one request, both as API Gateway writes them."""
        asyncio.set_event_loop(self._loop)
        answers = self._loop.run_until_complete(self._awake())
        try:
            return answers(event, context)
        finally:
            self._used_at = self._clock()

    def close(self) -> None:
        """Close the connections. Lambda never says when; a process that ends does."""
        if self._db is not None:
            self._loop.run_until_complete(self._db.close())
        self._loop.close()

    async def _awake(self) -> Mangum:
        if self._answers is None or self._db is None:
            # Without connections: one that cannot be had is the business of the request that needs it.
            self._db = await Database.connect(
                self._dsn,
                application_name="c360 gateway",
                min_size=0,
                max_size=_CONNECTIONS,
                acquire_timeout=_ACQUIRE_SECONDS,
            )
            self._answers = _adapter(create_app(self._db, self._settings))
        elif self._clock() - self._used_at > _TRUSTED_SECONDS:
            await self._db.distrust()
        return self._answers


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What Lambda calls."""
    return _gateway()(event, context)


@functools.cache
def _gateway() -> LambdaGateway:
    settings = load_settings()
    logs.configure(settings.log_level, settings.log_format)
    return LambdaGateway(settings)


def _adapter(app: Any) -> Mangum:
    with needs("aws"):
        from mangum import Mangum
        from mangum.handlers import HTTPGateway

    class Answers(HTTPGateway):
        """As the adapter has it, but nothing is said about an answer that the application has not said."""

        def __call__(self, response: Response) -> dict[str, Any]:
            if len(response["body"]) > _MOST_BYTES:
                response = _too_long()
            if self.event["requestContext"].get("http", {}).get("method") == "HEAD":
                response = {**response, "body": b""}
            answer = super().__call__(response)
            if not any(name.lower() == b"content-type" for name, _ in response["headers"]):
                answer.get("headers", {}).pop("content-type", None)
            return answer

    return Mangum(app, lifespan="off", custom_handlers=[Answers])


def _too_long() -> Response:
    refused = refusal(
        IngestRefused(
            "the answer is longer than a Lambda function may give",
            code="U1016",
            detail=f"At most {_MOST_BYTES // 1024} KB fit.",
            hint="Ask for pages, with limit and offset or a Range.",
        )
    )
    headers = [list(pair) for pair in refused.raw_headers]
    return {"status": refused.status_code, "headers": headers, "body": bytes(refused.body)}
