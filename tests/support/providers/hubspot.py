"""HubSpot: batch upsert of contacts, CRM API v3."""

from __future__ import annotations

import re

from support.providers import Provider, Reply, Request

TOKEN = "pat-na1-11111111-2222"
_INPUT = {"id", "idProperty", "objectWriteTraceId", "properties"}


class HubSpot(Provider):
    limited = Reply(
        429,
        {
            "status": "error",
            "message": "You have reached your ten_secondly_rolling limit.",
            "errorType": "RATE_LIMIT",
            "correlationId": "c",
            "policyName": "TEN_SECONDLY_ROLLING",
        },
    )

    def is_known(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {TOKEN}"

    def unknown(self) -> Reply:
        return Reply(401, {"status": "error", "message": "Authentication failed", "category": "INVALID_AUTHENTICATION"})

    def take(self, request: Request) -> Reply:
        if request.path != "/crm/v3/objects/contacts/batch/upsert" or "json" not in request.headers["content-type"]:
            return Reply(404, {"status": "error", "message": "not found", "category": "OBJECT_NOT_FOUND"})
        inputs = request.json.get("inputs")
        if set(request.json) != {"inputs"} or not isinstance(inputs, list) or not 1 <= len(inputs) <= 100:
            return _invalid("inputs has to be a list of 1 to 100")
        for given in inputs:
            properties = given.get("properties")
            if set(given) - _INPUT or not isinstance(given.get("id"), str) or not isinstance(properties, dict):
                return _invalid("an input has id, idProperty and properties")
            if not all(isinstance(value, str) for value in properties.values()):
                return _invalid("values of properties are texts")
            if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", properties.get("email", "")):
                return _invalid("Email address is invalid")
        self.accepted += inputs
        results = [{"id": "501", "new": True, "properties": given["properties"], "archived": False} for given in inputs]
        return Reply(200, {"status": "COMPLETE", "results": results, "startedAt": "t", "completedAt": "t"})


def _invalid(message: str) -> Reply:
    return Reply(400, {"status": "error", "message": message, "correlationId": "c", "category": "VALIDATION_ERROR"})
