"""What a webhook proves itself with, besides the signature: a token, a password, OAuth, VAPID, a client certificate.

Kept encrypted like signing secrets, opened by the relay, never logged or shown. A token of OAuth is asked for when
there is none or it ends soon. Where the provider gives a new refresh token with each one (Zalo), the relay that asks
holds the only right to, and writes the new one down before it is used.
"""

from __future__ import annotations

import json
import os
import ssl
import tempfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlencode

from c360.adapters.http import Answer
from c360.domain.errors import C360Error
from c360.relay.documents import TemplateInvalid
from c360.relay.rendering import is_header_name
from c360.relay.webpush import Vapid

_NEEDS = {
    "bearer": {"token"},
    "basic": {"user", "password"},
    "header": {"name", "value"},
    "vapid": {"private_key", "subject"},
    "oauth": {"token_url", "grant", "client_id", "client_secret"},
}
_MAY_HAVE = {
    "oauth": {
        "scope",
        "refresh_token",
        "access_token",
        "expires_at",
        "asked_at",
        "client_id_field",
        "secret_header",
        "token_header",
    }
}
_EARLY = 300
_TOKEN_TIMEOUT = 15.0


class NoToken(C360Error):
    """The provider gave no token; nothing was sent."""


class Poster(Protocol):
    """What asking for a token needs of an HTTP client."""

    async def post(
        self,
        url: str,
        body: bytes,
        headers: dict[str, str],
        timeout: float,  # noqa: ASYNC109
        *,
        tls: ssl.SSLContext | None = None,
    ) -> Answer: ...


@dataclass(frozen=True)
class Credentials:
    """Opened credentials. `document` is {"auth": {...}, "certificate": {"chain", "key"}}, either may be missing."""

    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Credentials:
        """Raises TemplateInvalid for what cannot be right."""
        made = cls(document)
        if set(document) - {"auth", "certificate"}:
            raise TemplateInvalid("credentials are auth and certificate")
        if "auth" in document:
            _check(document["auth"])
        if "certificate" in document:
            made.tls()
        if made.kind == "vapid":
            _ = made.vapid
        return made

    @property
    def kind(self) -> str | None:
        auth = self.document.get("auth")
        return None if auth is None else str(auth["kind"])

    @property
    def auth(self) -> dict[str, Any]:
        return dict(self.document.get("auth") or {})

    @property
    def renews_itself(self) -> bool:
        """Whether a new token has to be written down, because the old refresh token is used up by it."""
        return self.kind == "oauth" and self.auth["grant"] == "refresh_token"

    @cached_property
    def vapid(self) -> Vapid:
        return Vapid(self.auth["private_key"], self.auth["subject"])

    def tls(self, make: Callable[[], ssl.SSLContext] = ssl.create_default_context) -> ssl.SSLContext | None:
        """What `make` gives, which verifies the server, with the client certificate; None without one."""
        given = self.document.get("certificate")
        if given is None:
            return None
        context = make()
        try:
            with tempfile.NamedTemporaryFile(dir=_memory(), prefix="c360-", suffix=".pem") as file:
                file.write(f"{given['chain']}\n{given['key']}\n".encode())
                file.flush()
                context.load_cert_chain(file.name, password=_no_password)
        except (OSError, KeyError, ValueError) as error:
            raise TemplateInvalid(
                "the client certificate and its key cannot be used",
                hint="Both are PEM; the key has no password.",
            ) from error
        return context

    def headers(self, url: str, now: int, token: str | None = None) -> dict[str, str]:
        """The headers that carry them."""
        auth = self.auth
        if self.kind == "bearer":
            return {"authorization": f"Bearer {auth['token']}"}
        if self.kind == "basic":
            return {"authorization": "Basic " + b64encode(f"{auth['user']}:{auth['password']}".encode()).decode()}
        if self.kind == "header":
            return {auth["name"].lower(): auth["value"]}
        if self.kind == "vapid":
            return {"authorization": self.vapid.header(url, now)}
        if self.kind == "oauth":
            name = auth.get("token_header")
            return {name.lower(): token or ""} if name else {"authorization": f"Bearer {token}"}
        return {}

    def token(self, now: float) -> str | None:
        """The token of OAuth that is good for a while yet."""
        is_good = self.auth.get("access_token") and float(self.auth.get("expires_at") or 0) - now > _EARLY
        return str(self.auth["access_token"]) if is_good else None

    def token_age(self, now: float) -> float:
        """Seconds since the provider gave the token, to whichever relay."""
        return now - float(self.auth.get("asked_at") or 0)

    def without_token(self) -> Credentials:
        return Credentials({**self.document, "auth": {**self.auth, "expires_at": 0}})

    async def asked(self, http: Poster, now: float) -> Credentials:
        """These credentials with a new token from the provider. Raises NoToken."""
        auth = self.auth
        fields = {"grant_type": auth["grant"], auth.get("client_id_field", "client_id"): auth["client_id"]}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if auth.get("secret_header"):
            headers[auth["secret_header"].lower()] = auth["client_secret"]
        else:
            fields["client_secret"] = auth["client_secret"]
        fields |= {name: auth[name] for name in ("scope", "refresh_token") if auth.get(name)}
        answer = await http.post(auth["token_url"], urlencode(fields).encode(), headers, _TOKEN_TIMEOUT)
        given = _object(answer.body)
        token = given.get("access_token")
        if answer.error is not None or not isinstance(token, str) or not is_value(token):
            # The answer may repeat what it was asked with: only its status and its error code are told.
            reason = (
                answer.error if answer.status is None else f"HTTP {answer.status}, error {str(given.get('error'))[:80]}"
            )
            raise NoToken(f"no token from {auth['token_url']}: {reason}", code="no_token")
        lasts = _seconds(given.get("expires_in"))
        renewed = {**auth, "access_token": token, "asked_at": now, "expires_at": now + lasts}
        if given.get("refresh_token"):
            renewed["refresh_token"] = given["refresh_token"]
        return Credentials({**self.document, "auth": renewed})


def is_value(text: str) -> bool:
    """Whether a text may be the value of a header."""
    return len(text) <= 8_192 and all(" " <= letter <= "~" for letter in text)


def _check(auth: Any) -> None:
    if not isinstance(auth, dict) or auth.get("kind") not in _NEEDS:
        raise TemplateInvalid("the kind of credentials is not known", hint=f"There are {', '.join(_NEEDS)}.")
    kind = auth["kind"]
    missing = sorted(_NEEDS[kind] - {name for name, value in auth.items() if value})
    unknown = sorted(set(auth) - _NEEDS[kind] - _MAY_HAVE.get(kind, set()) - {"kind"})
    if missing or unknown:
        raise TemplateInvalid(f"credentials of kind {kind} lack {missing} or have {unknown} too much")
    for name, value in auth.items():
        if not isinstance(value, (str, int, float)) or not is_value(str(value)):
            raise TemplateInvalid(f"{name} of the credentials is no printable text")
    if kind == "header" and not is_header_name(auth["name"]):
        raise TemplateInvalid(f"{auth['name']} is no header a webhook may set")
    if kind == "oauth" and auth["grant"] not in ("client_credentials", "refresh_token"):
        raise TemplateInvalid("OAuth has the grants client_credentials and refresh_token")
    if kind == "oauth" and auth["grant"] == "refresh_token" and not auth.get("refresh_token"):
        raise TemplateInvalid("the grant refresh_token needs a refresh_token")


def _object(text: bytes) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def _seconds(value: Any) -> float:
    try:
        return min(max(float(value), 0.0), 90 * 86_400.0)
    except (TypeError, ValueError):
        return 3_600.0


def _no_password() -> str:
    raise ValueError("the key has a password")


def _memory() -> str | None:
    """OpenSSL reads certificates from files only: one in memory where the system has that."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
