"""What a CRM would run: takes webhooks, checks the signature, answers 204.

Written from the Standard Webhooks specification with nothing of c360, as any receiver would be; a real one uses the
library `standardwebhooks` of its language.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Webhook:
    """One webhook as it came."""

    headers: dict[str, str]
    body: dict[str, Any]
    is_verified: bool

    def shown(self) -> dict[str, Any]:
        """The body without the attributes that are empty."""
        data = dict(self.body["data"])
        if isinstance(data.get("profile"), dict):
            data["profile"] = {name: value for name, value in data["profile"].items() if value not in (None, [], {})}
        return {**self.body, "data": data}


@dataclass
class Receiver:
    """Listens on a free port of this machine and remembers everything it got."""

    secret: str = ""
    received: list[Webhook] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen; the answer is the URL to subscribe."""
        app = web.Application()
        app.router.add_post("/webhooks/c360", self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/webhooks/c360"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def first(self, kind: str, patience: float = 60.0) -> Webhook:
        """The first webhook of a type; waits for it. Raises TimeoutError."""
        async with asyncio.timeout(patience):
            while True:
                for webhook in self.received:
                    if webhook.body["type"] == kind:
                        return webhook
                await asyncio.sleep(0.02)

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        is_verified = verify(self.secret, request.headers, body, now=time.time())
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        headers = {name: request.headers[name] for name in names}
        self.received.append(Webhook(headers, json.loads(body), is_verified))
        return web.Response(status=204 if is_verified else 401)


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Whether one of the signatures is right and the message not older or newer than five minutes."""
    if abs(now - int(headers["webhook-timestamp"])) > 300:
        return False
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(expected, offered) for offered in headers["webhook-signature"].split(" "))
