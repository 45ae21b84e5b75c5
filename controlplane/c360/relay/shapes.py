"""What webhooks are sent, as people manage it: set it, try it on examples, look at a request without sending it.

A template is tried on an example of every type its webhook wants before it is stored. Shows no secret: credentials are
stars in what is shown.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID, uuid4

import psycopg
import yaml
from psycopg.types.json import Jsonb

from c360.domain.errors import UsageError
from c360.domain.tenants import of_tenant
from c360.relay.credentials import Credentials
from c360.relay.documents import TemplateFailed
from c360.relay.outcomes import Outcomes
from c360.relay.rendering import Message, Post, Rendering
from c360.relay.secrets import Keyring, Sealed
from c360.relay.sender import CREDENTIALS

_EXAMPLE_TIME = "2026-11-24T10:02:00.123456Z"


@dataclass(frozen=True)
class Shape:
    """What is made of messages for one webhook."""

    subscription_id: UUID
    name: str
    url: str
    topics: list[str]
    types: list[str]
    preset: str | None
    version: int
    rendering: dict[str, Any]
    sealed: dict[str, Any] | None = field(repr=False)

    @property
    def credentials_version(self) -> int:
        return 0 if self.sealed is None else int(self.sealed["version"])

    def credentials(self, keyring: Keyring) -> Credentials:
        """The credentials, opened. Raises SecretUnreadable."""
        if self.sealed is None:
            return Credentials()
        sealed = Sealed(
            self.sealed["key_id"], base64.b64decode(self.sealed["nonce"]), base64.b64decode(self.sealed["ciphertext"])
        )
        return Credentials(json.loads(keyring.open(sealed, self.subscription_id, self.sealed["version"], CREDENTIALS)))


def read_shape(connection: psycopg.Connection[Any], tenant: str, webhook: str) -> Shape:
    """What is made of messages for a webhook."""
    query = of_tenant("SELECT {tenant}.show_subscription_rendering(%s)", tenant)
    row = connection.execute(query.encode(), [webhook]).fetchone()
    if row is None:
        raise RuntimeError("c360.show_subscription_rendering() gave no row")
    given: dict[str, Any] = row[0]
    return Shape(
        UUID(given["subscription_id"]),
        given["name"],
        given["url"],
        given["topics"],
        given["types"],
        given["preset"],
        given["version"],
        given["rendering"],
        given["credentials"],
    )


def set_shape(
    connection: psycopg.Connection[Any],
    tenant: str,
    webhook: str,
    rendering: Mapping[str, Any],
    *,
    preset: str | None = None,
) -> int:
    """Store what is made of messages; returns its version. Try it first: check_shape()."""
    query = of_tenant("SELECT {tenant}.set_subscription_rendering(%s, %s, %s)", tenant)
    row = connection.execute(query.encode(), [webhook, Jsonb(dict(rendering)), preset]).fetchone()
    if row is None:
        raise RuntimeError("c360.set_subscription_rendering() gave no row")
    return int(row[0])


def set_credentials(
    connection: psycopg.Connection[Any], keyring: Keyring, tenant: str, webhook: str, document: Mapping[str, Any]
) -> None:
    """Store credentials, encrypted; an empty document takes them away. Raises TemplateInvalid."""
    shape = read_shape(connection, tenant, webhook)
    version = shape.credentials_version + 1
    query = of_tenant("SELECT {tenant}.set_subscription_credentials(%s, %s, %s, %s, %s)", tenant)
    if not document:
        connection.execute(query.encode(), [webhook, version, None, None, None])
        return
    Credentials.of(document)
    sealed = keyring.seal(json.dumps(dict(document)), shape.subscription_id, version, CREDENTIALS)
    connection.execute(query.encode(), [webhook, version, sealed.key_id, sealed.nonce, sealed.ciphertext])


def check_shape(url: str, rendering: Mapping[str, Any], messages: Sequence[Message]) -> None:
    """Compile it and try it on these messages. Raises UsageError."""
    compiled = Rendering.of(rendering)
    Outcomes(rendering.get("answers") or [])
    for message in messages:
        if compiled.skips(message):
            continue
        try:
            compiled.post(url, message)
        except TemplateFailed as error:
            kind = message.parsed.get("type")
            raise UsageError(
                f"the template fails for an example of {kind}: {error.message}",
                hint="Choose what to send with --type, or give a message of yours with --example.",
            ) from error


def wanted_examples(tenant: str, topics: Sequence[str], types: Sequence[str]) -> list[Message]:
    """One example of each type that a webhook with these topics and types gets."""
    return [
        example_message(tenant, kind)
        for kind, known in _examples().items()
        if known["topic"] in topics and (not types or any(_is_of(kind, wanted) for wanted in types))
    ]


def example_message(tenant: str, kind: str, data: Mapping[str, Any] | None = None) -> Message:
    """An example of a type; `data` replaces what stands in it. Raises UsageError."""
    known = _examples().get(kind)
    if known is None and data is None:
        raise UsageError(f"there is no example of {kind}", hint=f"There are examples of {', '.join(_examples())}.")
    body = {"type": kind, "timestamp": _EXAMPLE_TIME, "tenant": tenant, "data": data or (known or {})["data"]}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Message(str(uuid4()), text, topic=known["topic"] if known else None)


def given_message(tenant: str, text: str) -> Message:
    """A message somebody gives as JSON: as a topic shows it, or only {"type", "data"}. Raises UsageError."""
    try:
        given = json.loads(text)
        return example_message(tenant, given["type"], given["data"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            "the example is no message",
            hint='It is JSON, such as {"type": "profile.updated", "data": {...}}.',
        ) from error


def shown_post(post: Post, credentials: Credentials) -> dict[str, Any]:
    """A request as people may see it: what would be sent, stars for secrets."""
    names = credentials.headers(post.url, 0, "") if credentials.kind else {}
    secret = dict.fromkeys([*names, "webhook-id", "webhook-timestamp", "webhook-signature"], "****")
    is_text = post.headers.get("content-encoding") is None
    return {
        "method": "POST",
        "url": post.url,
        "headers": {"content-type": "application/json", **post.headers, **secret},
        "body": post.body.decode() if is_text else base64.b64encode(post.body).decode(),
        "certificate": credentials.document.get("certificate") is not None,
    }


@cache
def _examples() -> dict[str, dict[str, Any]]:
    text = resources.files("c360.relay").joinpath("examples.yaml").read_text(encoding="utf-8")
    known: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return known


def _is_of(kind: str, wanted: str) -> bool:
    return kind == wanted or (wanted.endswith(".*") and kind.startswith(wanted[:-1]))
