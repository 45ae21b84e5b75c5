"""Webhooks as people manage them: add, rotate, test. Encrypts what the database keeps, shows a secret once.

Refuses addresses a webhook may never reach before they are stored; the relay refuses them again at every connect.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from c360.adapters.http import Answer, HttpClient
from c360.domain.errors import RelayRefused, UsageError
from c360.domain.tenants import of_tenant
from c360.relay.addresses import UrlRefused, checked_url, is_forbidden
from c360.relay.held_secrets import unreadable_secrets
from c360.relay.secrets import Keyring, Sealed
from c360.relay.signature import headers, key_of, new_secret

PROFILE_TOPIC = "c360-updated-profiles"


@dataclass(frozen=True)
class NewWebhook:
    """What `add_webhook` made. The secret is shown here and never again."""

    subscription_id: UUID
    secret: str = field(repr=False)


@dataclass(frozen=True)
class NewSecret:
    """What `rotate_secret` made; the old secret signs too until `old_until`."""

    version: int
    secret: str = field(repr=False)
    old_until: datetime
    old_is_lost: bool = False


def check_address(url: str, *, allow_private: bool) -> None:
    """Raises UsageError for a URL that is no webhook's or leads to a private address now, RelayRefused for http."""
    if url.lower().startswith("http://") and not allow_private:
        raise RelayRefused(
            "a webhook needs https: customer data is not sent in clear", code="U5413", hint=_hint(allow_private)
        )
    try:
        checked_url(url, allow_private=allow_private)
    except UrlRefused as error:
        raise UsageError(str(error), code="usage") from error
    if allow_private:
        return
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"the host {parts.hostname} is not known here", code="usage") from error
    refused = sorted({str(target[4][0]) for target in found if is_forbidden(str(target[4][0]))})
    if refused:
        raise UsageError(
            f"{parts.hostname} leads to a private or reserved address: {', '.join(refused)}",
            code="usage",
            hint=_hint(allow_private),
        )


def add_webhook(
    connection: psycopg.Connection,
    keyring: Keyring,
    tenant: str,
    url: str,
    *,
    name: str,
    topics: Sequence[str] = (PROFILE_TOPIC,),
    types: Sequence[str] = (),
    options: dict[str, Any] | None = None,
    since: datetime | None = None,
    allow_private: bool = False,
) -> NewWebhook:
    """Add a webhook; from the commit on, matching messages are sent to it (and older ones back to `since`)."""
    check_address(url, allow_private=allow_private)
    made = NewWebhook(uuid4(), new_secret())
    sealed = keyring.seal(made.secret, made.subscription_id, 1)
    query = "SELECT {tenant}.add_subscription(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    connection.execute(
        of_tenant(query, tenant).encode(),
        [
            made.subscription_id,
            name,
            url,
            sealed.key_id,
            sealed.nonce,
            sealed.ciphertext,
            list(topics),
            list(types),
            Jsonb(options or {}),
            since,
        ],
    )
    return made


def rotate_secret(
    connection: psycopg.Connection, keyring: Keyring, tenant: str, webhook: str, *, keep_old: timedelta
) -> NewSecret:
    """Make the next secret. Until the old one expires every message carries a signature with each.

    Old ones that no master key at hand opens are dropped at once: nothing could be sent while they are in force.
    """
    shown = show_webhook(connection, tenant, webhook)
    subscription_id = UUID(shown["subscription_id"])
    version = max(secret["version"] for secret in shown["secrets"]) + 1
    secret = new_secret()
    sealed = keyring.seal(secret, subscription_id, version)
    query = "SELECT {tenant}.rotate_subscription_secret(%s, %s, %s, %s, %s, %s)"
    lost = [held for held in unreadable_secrets(connection, keyring, tenant) if held.subscription_id == subscription_id]
    is_newest_lost = any(held.is_newest for held in lost)
    row = connection.execute(
        of_tenant(query, tenant).encode(),
        [
            webhook,
            version,
            sealed.key_id,
            sealed.nonce,
            sealed.ciphertext,
            timedelta(0) if is_newest_lost else keep_old,
        ],
    ).fetchone()
    if row is None:
        raise RuntimeError("c360.rotate_subscription_secret() gave no row")
    if lost:
        # A relay could not sign with them, and would send nothing for as long as they are in force.
        versions = [held.version for held in lost]
        retire = of_tenant("SELECT {tenant}.retire_secrets(%s, %s)", tenant)
        connection.execute(retire.encode(), [webhook, versions])
    return NewSecret(version, secret, row[0], old_is_lost=is_newest_lost)


def show_webhook(connection: psycopg.Connection, tenant: str, webhook: str) -> dict[str, Any]:
    """Everything about a webhook but its secrets."""
    query = of_tenant("SELECT {tenant}.show_subscription(%s)", tenant)
    row = connection.execute(query.encode(), [webhook]).fetchone()
    if row is None:
        raise RuntimeError("c360.show_subscription() gave no row")
    shown: dict[str, Any] = row[0]
    return shown


def send_test(
    connection: psycopg.Connection,
    keyring: Keyring,
    tenant: str,
    webhook: str,
    *,
    allow_private: bool,
    example_of: str | None = None,
) -> Answer:
    """Send one real, signed message now: webhook.test, or an example of a message of that type."""
    query = of_tenant("SELECT * FROM {tenant}.prepare_test_message(%s)", tenant)
    values = [webhook]
    if example_of is not None:
        query = of_tenant("SELECT * FROM {tenant}.prepare_example_message(%s, %s)", tenant)
        values.append(example_of)
    with connection.cursor(row_factory=dict_row) as cursor:
        prepared = cursor.execute(query.encode(), values).fetchone()
    if prepared is None:
        raise RuntimeError("c360.prepare_test_message() gave no row")
    began = time.monotonic()
    keys = [
        key_of(
            keyring.open(
                Sealed(secret["key_id"], base64.b64decode(secret["nonce"]), base64.b64decode(secret["ciphertext"])),
                prepared["subscription_id"],
                secret["version"],
            )
        )
        for secret in prepared["secrets"]
    ]
    body = prepared["body"].encode()
    timestamp = int(prepared["prepared_at"].timestamp() + time.monotonic() - began)
    signed = headers(keys, str(prepared["message_id"]), timestamp, body)
    return asyncio.run(_post(prepared["url"], body, signed, prepared["timeout_seconds"], allow_private))


async def _post(
    url: str,
    body: bytes,
    signed: dict[str, str],
    timeout: float,  # noqa: ASYNC109
    allow_private: bool,
) -> Answer:
    forbidden = (lambda _address: False) if allow_private else is_forbidden
    async with HttpClient(is_forbidden=forbidden, allow_clear=allow_private) as http:
        return await http.post(url, body, signed, timeout)


def _hint(allow_private: bool) -> str | None:
    return None if allow_private else "For development, C360_WEBHOOK_ALLOW_PRIVATE=1 or --allow-private lets it pass."
