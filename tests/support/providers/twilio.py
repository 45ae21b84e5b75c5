"""Twilio: creating a message."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs

from support.providers import Provider, Reply, Request

ACCOUNT = "AC" + "0" * 32
TOKEN = "a" * 32


class Twilio(Provider):
    limited = Reply(429, {"code": 20429, "message": "Too many requests", "more_info": "", "status": 429})

    def is_known(self, request: Request) -> bool:
        given = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {given}"

    def unknown(self) -> Reply:
        return Reply(401, {"code": 20003, "message": "Authenticate", "more_info": "", "status": 401})

    def take(self, request: Request) -> Reply:
        if request.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return Reply(404, {"code": 20404, "message": "not found", "status": 404})
        form = {name: values[0] for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()}
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return _invalid(21603, "A 'From' phone number is required.")
        if not form.get("Body"):
            return _invalid(21602, "Message body is required.")
        if len(form["Body"]) > 1_600:
            return _invalid(21617, "The concatenated message body exceeds the 1600 character limit")
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", form.get("To", "")):
            return _invalid(21211, f"The 'To' number {form.get('To')} is not a valid phone number.")
        self.accepted.append(form)
        return Reply(201, {"sid": "SM" + "0" * 32, "status": "queued", "error_code": None})


def _invalid(code: int, message: str) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(400, {"code": code, "message": message, "more_info": more, "status": 400})
