"""The gateway as a Lambda function: `c360.aws.gateway.handler`, behind an HTTP API or a function URL.

The application is the one of `c360 gateway`, so the answers are the same. What differs is around it: connections,
deadlines and sizes of heads are the business of API Gateway, and a function works on one request at a time, so that
nothing is gathered. An answer longer than Lambda gives back is refused by name instead of being lost.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from c360 import logs
from c360.aws.environment import Environment
from c360.aws.missing import needs
from c360.domain.errors import IngestRefused
from c360.gateway.answers import refusal
from c360.gateway.app import create_app
from c360.gateway.pace import Paces
from c360.settings import Settings, load_settings

if TYPE_CHECKING:
    from mangum import Mangum
    from mangum.types import Response

# Lambda gives back 6 MB of JSON, in which an answer stands as text or as base64.
_MOST_BYTES = 6 * 1024 * 1024 - 64 * 1024


class LambdaGateway:
    """One gateway in one environment of Lambda."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._environment = Environment(settings, "gateway", clock=clock)
        self._answers: Mangum | None = None

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The answer to one request, both as API Gateway writes them."""
        with self._environment.awake() as db:
            if self._answers is None:
                settings = self._environment.settings
                paces = Paces(settings.gateway_requests_per_second, is_shared=False)
                self._answers = _adapter(create_app(db, settings, paces=paces))
            return self._answers(event, context)

    def close(self) -> None:
        """Close the connections."""
        self._environment.close()


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
