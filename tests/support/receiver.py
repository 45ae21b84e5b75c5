"""A real HTTP receiver of webhooks in a thread; verifies every message with the library receivers use."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

from support.waiting import wait_until


@dataclass(frozen=True)
class Received:
    """One request: what was sent, and which request for this message it was (1 is the first)."""

    path: str
    message_id: str
    signature: str
    body: dict[str, Any]
    nth: int
    at: float

    @property
    def number(self) -> Any:
        return self.body["data"].get("n")


@dataclass(frozen=True)
class Reply:
    """How to answer. `hold` keeps the request until release()."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    hold: bool = False


class Receiver:
    """Start with `with Receiver() as receiver`. Answers 200 unless `reply` says otherwise."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.reply: Callable[[Received], Reply] = lambda _request: Reply()
        self.secrets: dict[str, str] = {}
        self.refused: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._port = 0
        self._seen: Counter[tuple[str, str]] = Counter()
        self._released: asyncio.Event | None = None
        self._stopped: asyncio.Event | None = None

    def __enter__(self) -> Receiver:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        if self._stopped is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def url(self, path: str = "/hooks") -> str:
        return f"http://127.0.0.1:{self._port}{path}"

    def release(self) -> None:
        """Answer the requests that are held, and hold none from now on."""
        if self._released is not None:
            self._loop.call_soon_threadsafe(self._released.set)

    def to(self, path: str) -> list[Received]:
        return [request for request in list(self.received) if request.path == path]

    def numbers(self, path: str = "/hooks") -> list[Any]:
        return [request.number for request in self.to(path)]

    def wait_for(self, count: int, path: str = "/hooks") -> list[Received]:
        return wait_until(lambda: found if len(found := self.to(path)) >= count else None)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        self._released, self._stopped = asyncio.Event(), asyncio.Event()
        app = web.Application()
        app.router.add_post("/{path:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=512)
        await site.start()
        self._port = runner.addresses[0][1]
        self._ready.set()
        await self._stopped.wait()
        await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        raw = await request.text()
        headers = {name.lower(): value for name, value in request.headers.items()}
        secret = self.secrets.get(request.path)
        if secret is not None:
            try:
                Webhook(secret).verify(raw, headers)
            except Exception as error:  # the library's own error has no public base
                self.refused.append(repr(error))
                return web.Response(status=401)
        message_id = headers["webhook-id"]
        self._seen[request.path, message_id] += 1
        nth = self._seen[request.path, message_id]
        received = Received(
            request.path, message_id, headers["webhook-signature"], json.loads(raw), nth, time.monotonic()
        )
        self.received.append(received)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            reply = self.reply(received)
            if reply.hold and self._released is not None:
                await self._released.wait()
            return web.Response(status=reply.status, headers=dict(reply.headers), text="ok")
        finally:
            self.in_flight -= 1
