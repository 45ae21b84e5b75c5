"""Zalo: tokens of an Official Account, whose refresh tokens are good once, consultation messages, and the webhooks that
say what became of them."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any
from urllib.parse import parse_qs

import httpx

from support.providers import Provider, Reply, Request

APP = ("1234567890123456789", "app-secret")
FIRST_REFRESH_TOKEN = "refresh-0"
FOLLOWER = "2512523625412515"
ACCOUNT, ACCOUNT_SECRET = "388613280878808645", "oa-secret"
RECEIVED, SEEN = "user_received_message", "user_seen_message"


class Zalo(Provider):
    """`followers` may be written to. `refusals` are answered first, one to each message. With a `callback_url`, the
    webhook of the account tells that a message was received before it is answered: nobody says which comes first."""

    limited = Reply(200, {"error": -32, "message": "Your application reached limit call api"})

    def __init__(self) -> None:
        super().__init__()
        self.refresh_token = FIRST_REFRESH_TOKEN
        self.access_token: str | None = None
        self.tokens_given = 0
        self.lasts = "90000"
        self.followers = {FOLLOWER}
        self.refusals: list[Reply] = []
        self.sent: list[tuple[str, str, str]] = []
        self.callback_url: str | None = None

    def asked_for_token(self, request: Request) -> Reply | None:
        if request.path != "/v4/oa/access_token":
            return None
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if (form.get("app_id"), request.headers.get("secret_key")) != APP:
            return Reply(200, {"error": -14004, "error_name": "Invalid app"})
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh_token:
            return Reply(200, {"error": -14014, "error_name": "Invalid refresh token"})
        self.tokens_given += 1
        self.refresh_token = f"refresh-{self.tokens_given}"
        self.access_token = f"access-{self.tokens_given}"
        given = {"access_token": self.access_token, "refresh_token": self.refresh_token, "expires_in": self.lasts}
        return Reply(200, given)

    def is_known(self, request: Request) -> bool:
        return self.access_token is not None and request.headers.get("access_token") == self.access_token

    def unknown(self) -> Reply:
        return Reply(200, {"error": -216, "message": "Access token is invalid"})

    def take(self, request: Request) -> Reply:
        if request.path != "/v3.0/oa/message/cs":
            return Reply(404, {"error": 404, "message": "Empty Api"})
        if self.refusals:
            return self.refusals.pop(0)
        message = json.loads(request.body)
        text = message.get("message", {}).get("text")
        if not isinstance(text, str) or not 0 < len(text) <= 2_000:
            return Reply(200, {"error": -201, "message": "text is invalid!"})
        follower = message.get("recipient", {}).get("user_id")
        if follower not in self.followers:
            return Reply(200, {"error": -213, "message": "User has not followed OA"})
        self.accepted.append(text)
        message_id = hashlib.sha256(f"message {len(self.accepted)}".encode()).hexdigest()[:20]
        if self.callback_url is not None:
            self.call_back(self.callback_url, RECEIVED, follower, message_id)
        self.sent.append((message_id, follower, text))
        data = {"message_id": message_id, "user_id": follower}
        return Reply(200, {"error": 0, "message": "Success", "data": data})

    def call_back(self, url: str, kind: str, follower: str, message_id: str) -> dict[str, Any]:
        """What the webhook of the account says of a message, whose sender is the account; how that was answered."""
        timestamp = str(int(time.time() * 1_000))
        said = {
            "event_name": kind,
            "app_id": APP[0],
            "sender": {"id": ACCOUNT},
            "recipient": {"id": follower},
            "message": {"msg_ids": [message_id]} if kind == SEEN else {"msg_id": message_id},
            "timestamp": timestamp,
        }
        body = json.dumps(said)
        mac = hashlib.sha256(f"{APP[0]}{body}{timestamp}{ACCOUNT_SECRET}".encode()).hexdigest()
        headers = {"X-ZEvent-Signature": f"mac={mac}", "Content-Type": "application/json"}
        answer = httpx.post(url, content=body, headers=headers, timeout=60)
        answer.raise_for_status()
        return dict(answer.json())
