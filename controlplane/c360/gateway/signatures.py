"""Whether a webhook is from the one it says: Zalo signs what it sends, and so does Twilio."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from c360.domain.errors import IngestRefused
from c360.gateway.foreign import public_address

_MOST_FIELDS = 200


@dataclass(frozen=True)
class Signatures:
    """Secrets that the webhooks of providers are signed with. Of a provider without any, nothing is checked."""

    zalo: Sequence[str] = ()
    twilio: Sequence[str] = ()

    def check(self, request: Request, preset: str, body: str) -> None:
        """Raises U1418."""
        if preset == "zalo" and self.zalo:
            given = request.headers.get("x-zevent-signature", "").removeprefix("mac=").lower()
            _check(given, (_of_zalo(secret, body) for secret in self.zalo), "C360_ZALO_SECRETS")
        elif preset == "twilio" and self.twilio:
            given, url, fields = request.headers.get("x-twilio-signature", ""), _asked_url(request), form_fields(body)
            _check(given, (of_twilio(token, url, fields) for token in self.twilio), "C360_TWILIO_TOKENS")


def form_fields(body: str) -> list[tuple[str, str]]:
    """Names and values of a form; none of what is no form."""
    try:
        return parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return []


def of_twilio(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Twilio signs the address it calls and the sorted fields of the form with the auth token of the account:
    HMAC-SHA1, base64."""
    signed = url + "".join(name + value for name, value in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode("utf-8", "replace"), hashlib.sha1)).decode()


def _of_zalo(secret: str, body: str) -> str:
    """Zalo signs the id of the app, the body, its timestamp and the secret key of the account: SHA-256, hex."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = {}
    app_id, timestamp = (said.get("app_id", ""), said.get("timestamp", "")) if isinstance(said, dict) else ("", "")
    return hashlib.sha256(f"{app_id}{body}{timestamp}{secret}".encode("utf-8", "replace")).hexdigest()


def _check(given: str, right: Iterable[str], setting: str) -> None:
    for signature in right:
        if hmac.compare_digest(signature.encode(), given.encode()):
            return
    raise IngestRefused(
        "the webhook is not signed by an account that is known here",
        code="U1418",
        hint=f"List the secret of the account in {setting} of the gateway.",
    )


def _asked_url(request: Request) -> str:
    scheme, host = public_address(request)
    query = request.scope["query_string"].decode("latin-1")
    return f"{scheme}://{host}{request.scope['path']}" + (f"?{query}" if query else "")
