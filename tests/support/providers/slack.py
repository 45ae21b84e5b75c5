"""Slack: an incoming webhook."""

from __future__ import annotations

from support.providers import Provider, Reply, Request

PATH = "/services/T0000/B0000/hiddenhiddenhidden"


class Slack(Provider):
    limited = Reply(429, "rate_limited", (("Retry-After", "1"),))

    def take(self, request: Request) -> Reply:
        if request.path != PATH:
            return Reply(404, "no_service")
        try:
            message = request.json
        except ValueError:
            return Reply(400, "invalid_payload")
        if not isinstance(message, dict) or set(message) - {"text", "blocks", "attachments"}:
            return Reply(400, "invalid_payload")
        if not message.get("text"):
            return Reply(400, "no_text")
        self.accepted.append(message["text"])
        return Reply(200, "ok")
