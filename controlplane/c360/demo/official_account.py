"""An official account of Zalo on a port of this machine: tokens, consultation messages, and the webhooks about them.

Written from Zalo's documentation with nothing of c360. It refuses what Zalo would refuse: a token it did not give, a
message in another shape, somebody who does not follow it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

APP_ID = "1234567890123456789"
APP_SECRET = "app-secret"  # noqa: S105 - of nothing but this server
REFRESH_TOKEN = "refresh-token-1"  # noqa: S105
ACCOUNT_SECRET = "oa-secret"  # noqa: S105
_OA_ID = "388613280878808645"
_NO_ERROR, _NO_TOKEN, _NO_MESSAGE, _NO_FOLLOWER = 0, -216, -201, -213


@dataclass(frozen=True)
class Sent:
    """A message the account took."""

    message_id: str
    user_id: str
    text: str


@dataclass
class OfficialAccount:
    """Listens on a free port and remembers what it took."""

    followers: set[str] = field(default_factory=set)
    taken: list[Sent] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    _token: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen; the answer is the origin."""
        app = web.Application()
        app.router.add_post("/v4/oa/access_token", self._give_token)
        app.router.add_post("/v3.0/oa/message/cs", self._take_message)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def first(self, patience: float = 120.0) -> Sent:
        """The first message; waits for it. Raises TimeoutError."""
        async with asyncio.timeout(patience):
            while not self.taken:  # noqa: ASYNC110 - it is on a screen
                await asyncio.sleep(0.02)
        return self.taken[0]

    async def call_back(self, url: str, kind: str, sent: Sent) -> dict[str, Any]:
        """Tell the webhook of the account that a message was received or seen; how that was answered."""
        timestamp = str(int(time.time() * 1_000))
        said = {
            "event_name": kind,
            "app_id": APP_ID,
            "sender": {"id": _OA_ID},
            "recipient": {"id": sent.user_id},
            "message": {"msg_ids": [sent.message_id]} if kind == "user_seen_message" else {"msg_id": sent.message_id},
            "timestamp": timestamp,
        }
        body = json.dumps(said)
        mac = hashlib.sha256(f"{APP_ID}{body}{timestamp}{ACCOUNT_SECRET}".encode()).hexdigest()
        headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            answered: dict[str, Any] = await answer.json()
        return answered

    async def _give_token(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked = (form.get("app_id"), form.get("grant_type"), form.get("refresh_token"))
        is_known = request.headers.get("secret_key") == APP_SECRET and not self._token
        if not is_known or asked != (APP_ID, "refresh_token", REFRESH_TOKEN):
            return web.json_response({"error": -14014, "error_name": "Invalid refresh token"})
        self._token = "access-token-1"  # noqa: S105
        given = {"access_token": self._token, "refresh_token": "refresh-token-2", "expires_in": "90000"}
        return web.json_response(given)

    async def _take_message(self, request: web.Request) -> web.Response:
        message = await request.json()
        user_id = message.get("recipient", {}).get("user_id")
        text = message.get("message", {}).get("text")
        error = _NO_ERROR
        if not self._token or request.headers.get("access_token") != self._token:
            error = _NO_TOKEN
        elif not isinstance(text, str) or not 0 < len(text) <= 2_000:
            error = _NO_MESSAGE
        elif user_id not in self.followers:
            error = _NO_FOLLOWER
        if error != _NO_ERROR:
            self.refused.append(message)
            return web.json_response({"error": error, "message": "refused"})
        message_id = hashlib.sha256(f"{len(self.taken)}".encode()).hexdigest()[:20]
        self.taken.append(Sent(message_id, user_id, text))
        data = {"message_id": message_id, "user_id": user_id}
        return web.json_response({"error": 0, "message": "Success", "data": data})
