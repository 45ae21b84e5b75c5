"""Local servers that answer as the systems presets are for: shapes, errors and limits of their documentation."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
import threading
from dataclasses import dataclass
from typing import Any, ClassVar

from aiohttp import web


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """How a provider answers."""

    status: int
    body: Any = ""
    headers: tuple[tuple[str, str], ...] = ()


class Provider:
    """Start with `with SomeProvider() as provider`. `accepted` holds what was taken, as the provider understood it."""

    limited: ClassVar[Reply] = Reply(429, "too many requests", (("Retry-After", "1"),))

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.requests: list[Request] = []
        self.accepted: list[Any] = []
        self.secret: str | None = None
        self.forged: list[str] = []
        self.takes_credentials = True
        self.is_limited = False
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stopped: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._port = 0

    def __enter__(self) -> Provider:
        self._thread.start()
        self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        if self._stopped is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(60)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}" if self._tls is None else f"https://localhost:{self._port}"

    def asked_for_token(self, request: Request) -> Reply | None:  # noqa: ARG002
        """Answers where tokens are given; None elsewhere."""
        return None

    def is_known(self, request: Request) -> bool:  # noqa: ARG002
        """Whether the credentials are good."""
        return True

    def unknown(self) -> Reply:
        return Reply(401, {"error": "unauthorized"})

    def take(self, request: Request) -> Reply:
        """Takes or refuses a request with good credentials."""
        raise NotImplementedError

    def _answer(self, request: Request) -> Reply:
        token = self.asked_for_token(request)
        if token is not None:
            return token
        if self.secret is not None and not _is_signed(request, self.secret):
            self.forged.append(request.path)
        if not self.takes_credentials or not self.is_known(request):
            return self.unknown()
        return self.limited if self.is_limited else self.take(request)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        self._stopped = asyncio.Event()
        app = web.Application()
        app.router.add_post("/{path:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        self._port = runner.addresses[0][1]
        self._ready.set()
        await self._stopped.wait()
        await runner.cleanup()

    async def _handle(self, got: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in got.headers.items()}
        request = Request(got.path, dict(got.query), headers, await got.read())
        self.requests.append(request)
        reply = self._answer(request)
        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        kind = "text/plain" if isinstance(reply.body, str) else "application/json"
        return web.Response(status=reply.status, text=text, content_type=kind, headers=dict(reply.headers))


def _is_signed(request: Request, secret: str) -> bool:
    """Standard Webhooks, over whatever bytes came."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return f"v1,{signature}" in request.headers["webhook-signature"].split(" ")
