"""Requests as API Gateway and function URLs hand them to a Lambda function, and its answers as they give them back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
# What API Gateway hands over as text; everything else comes as base64.
_TEXT = ("text/", "application/json", "application/javascript", "application/xml")


def http_api_event(request: httpx.Request, body: bytes) -> dict[str, Any]:
    """Payload format 2.0, which HTTP APIs and function URLs share."""
    headers: dict[str, str] = {}
    for name, value in request.headers.multi_items():
        if name != "transfer-encoding":
            headers[name.lower()] = f"{headers[name.lower()]},{value}" if name.lower() in headers else value
    headers.setdefault("x-forwarded-proto", request.url.scheme)
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": request.url.host,
            "http": {
                "method": request.method,
                "path": unquote(path),
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "30/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1796032800000,
        },
        "isBase64Encoded": False,
    }
    if body:
        is_text = headers.get("content-type", "").startswith(_TEXT) and "content-encoding" not in headers
        event["isBase64Encoded"] = not (is_text and _is_utf8(body))
        event["body"] = base64.b64encode(body).decode() if event["isBase64Encoded"] else body.decode()
    return event


def http_answer(answer: dict[str, Any], request: httpx.Request) -> httpx.Response:
    """What the client of an HTTP API gets for the answer of the function."""
    body = answer.get("body", "")
    return httpx.Response(
        answer["statusCode"],
        headers=answer.get("headers", {}),
        content=base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode(),
        request=request,
    )


class ThroughLambda(httpx.BaseTransport):
    """A client's way to a function: each request as an event, each answer as API Gateway gives it."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return http_answer(self._handler(http_api_event(request, request.read()), None), request)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
