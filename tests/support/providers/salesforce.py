"""Salesforce: OAuth client credentials, and rows by external id of the REST API."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from support.providers import Provider, Reply, Request

CLIENT = ("consumer-key", "consumer-secret")
_ROW = re.compile(r"/services/data/v[0-9]+\.0/sobjects/Contact/C360_Id__c/([^/]+)")


class Salesforce(Provider):
    limited = Reply(403, [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}])

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.tokens_given = 0
        self.records: dict[str, dict[str, str]] = {}

    def asked_for_token(self, request: Request) -> Reply | None:
        if request.path != "/services/oauth2/token":
            return None
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            return Reply(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
        if form.get("grant_type") != "client_credentials":
            return Reply(400, {"error": "unsupported_grant_type", "error_description": "grant type not supported"})
        self.tokens_given += 1
        token = f"00D!{self.tokens_given}" + "x" * 1_500
        self.tokens.add(token)
        return Reply(200, {"access_token": token, "instance_url": self.origin, "token_type": "Bearer"})

    def is_known(self, request: Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens

    def unknown(self) -> Reply:
        return Reply(401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])

    def take(self, request: Request) -> Reply:
        row = _ROW.fullmatch(request.path)
        method = request.query.get("_HttpMethod", "POST")
        if row is None or method not in ("PATCH", "DELETE"):
            return Reply(405, [{"message": "HTTP Method not allowed", "errorCode": "METHOD_NOT_ALLOWED"}])
        if method == "DELETE":
            if self.records.pop(row[1], None) is None:
                return Reply(404, [{"message": "Provided external ID field does not exist", "errorCode": "NOT_FOUND"}])
            return Reply(204)
        fields = request.json
        if {"Id", "C360_Id__c"} & set(fields):
            return Reply(400, [{"message": "The Id field should not be specified", "errorCode": "INVALID_FIELD"}])
        if not fields.get("LastName"):
            return Reply(400, [{"message": "Required fields are missing", "errorCode": "REQUIRED_FIELD_MISSING"}])
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]+", fields.get("Email", "a@b.c")):
            return Reply(400, [{"message": "invalid email address", "errorCode": "INVALID_EMAIL_ADDRESS"}])
        is_new = row[1] not in self.records
        self.records[row[1]] = {**self.records.get(row[1], {}), **fields}
        self.accepted.append((row[1], fields))
        return Reply(201 if is_new else 200, {"id": "003x", "success": True, "errors": [], "created": is_new})
