"""Zalo: tokens of an Official Account, whose refresh tokens are good once, and consultation messages."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from support.providers import Provider, Reply, Request

APP = ("1234567890123456789", "app-secret")
FIRST_REFRESH_TOKEN = "refresh-0"
FOLLOWER = "2512523625412515"


class Zalo(Provider):
    limited = Reply(200, {"error": -32, "message": "Your application reached limit call api"})

    def __init__(self) -> None:
        super().__init__()
        self.refresh_token = FIRST_REFRESH_TOKEN
        self.access_token: str | None = None
        self.tokens_given = 0
        self.lasts = "90000"

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
        message = json.loads(request.body)
        text = message.get("message", {}).get("text")
        if not isinstance(text, str) or not 0 < len(text) <= 2_000:
            return Reply(200, {"error": -201, "message": "text is invalid!"})
        if message.get("recipient", {}).get("user_id") != FOLLOWER:
            return Reply(200, {"error": -213, "message": "User has not followed OA"})
        self.accepted.append(text)
        return Reply(200, {"error": 0, "message": "Success", "data": {"message_id": "m", "user_id": FOLLOWER}})
