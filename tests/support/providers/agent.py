"""An AI agent's endpoint; keeps whatever looks like a person's address or number, which should never come."""

from __future__ import annotations

import re

from support.providers import Provider, Reply, Request

TOKEN = "agent-token-1234"
_PERSONAL = re.compile(rb"[\w.]+@[\w.]+\.\w+|\+84\d+|Nguy")


class Agent(Provider):
    def __init__(self) -> None:
        super().__init__()
        self.leaked: list[bytes] = []

    def is_known(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {TOKEN}"

    def take(self, request: Request) -> Reply:
        self.leaked += _PERSONAL.findall(request.body)
        task = request.json
        missing = {"id", "event", "at", "tenant", "purpose", "instructions", "context"} - set(task)
        if missing or not re.fullmatch(r"[a-z_]+", task["purpose"]):
            return Reply(422, {"error": "invalid task"})
        self.accepted.append(task)
        return Reply(202, {"status": "queued"})
