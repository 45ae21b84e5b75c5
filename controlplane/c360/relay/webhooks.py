"""Webhooks as people manage them: add, rotate, test. Encrypts what the database keeps, shows a secret once.

Refuses addresses a webhook may never reach before they are stored; the relay refuses them again at every connect.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from c360.adapters.http import Answer, HttpClient
from c360.domain.errors import RelayRefused, UsageError
from c360.domain.tenants import of_tenant
from c360.domain.urls import UrlRefused
from c360.relay.addresses import Destinations, InClear, checked_url
from c360.relay.credentials import Credentials
from c360.relay.documents import TemplateFailed
from c360.relay.held_secrets import unreadable_secrets
from c360.relay.outcomes import Outcomes
from c360.relay.rendering import Message, Post, Rendering
from c360.relay.secrets import Keyring, Sealed
from c360.relay.shapes import read_shape
from c360.relay.signature import headers, key_of, new_secret

PROFILE_TOPIC = "c360-updated-profiles"
PUBLIC = Destinations()


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


def check_address(url: str, destinations: Destinations) -> str:
    """The address in its one form. Raises UsageError: U5450 for one no webhook can have, U5413 for http, U5451 where it
    leads to a private address now."""
    try:
        read = checked_url(url, destinations)
    except InClear as error:
        raise RelayRefused(str(error), code="U5413", hint=error.hint) from error
    except UrlRefused as error:
        raise UsageError(str(error), code="U5450", hint=error.hint) from error
    if destinations.everything or destinations.is_listed(read, None):
        return str(read)
    try:
        found = socket.getaddrinfo(read.host, read.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        if destinations.looked_up_by_proxy:
            return str(read)
        raise UsageError(
            f"the host {read.host} is not known here",
            code="U5450",
            hint="Check how it is written; the relay has to be able to look it up.",
        ) from error
    addresses = sorted({str(target[4][0]) for target in found})
    refused = {address: kind for address in addresses if (kind := destinations.refusal(read, address)) is not None}
    if "cleartext" in refused.values():
        raise RelayRefused(str(InClear()), code="U5413", hint=InClear().hint)
    if refused:
        raise UsageError(
            f"{read.host} leads to a private or reserved address: {', '.join(refused)}",
            code="U5451",
            hint="In your own network, list the host or its network in C360_WEBHOOK_ALLOW, at the relay too;"
            " for development, C360_WEBHOOK_ALLOW_PRIVATE=1 or --allow-private lets it pass.",
        )
    return str(read)


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
    destinations: Destinations = PUBLIC,
    allow_private: bool = False,
) -> NewWebhook:
    """Add a webhook; from the commit on, matching messages are sent to it (and older ones back to `since`)."""
    url = check_address(url, Destinations(everything=True) if allow_private else destinations)
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
    lost = [
        held
        for held in unreadable_secrets(connection, keyring, tenant)
        if held.subscription_id == subscription_id and held.kind == "signature"
    ]
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
    client: HttpClient,
    *,
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    example_of: str | None = None,
) -> Answer:
    """Send one real, signed message now: webhook.test, or an example of a message of that type.

    `tls` makes the context a client certificate is added to.
    """
    query = of_tenant("SELECT * FROM {tenant}.prepare_test_message(%s)", tenant)
    values = [webhook]
    if example_of is not None:
        query = of_tenant("SELECT * FROM {tenant}.prepare_example_message(%s, %s)", tenant)
        values.append(example_of)
    with connection.cursor(row_factory=dict_row) as cursor:
        prepared = cursor.execute(query.encode(), values).fetchone()
    if prepared is None:
        raise RuntimeError("c360.prepare_test_message() gave no row")
    shape = read_shape(connection, tenant, webhook)
    try:
        post = Rendering.of(shape.rendering).post(
            prepared["url"], Message(str(prepared["message_id"]), prepared["body"])
        )
    except TemplateFailed as error:
        raise UsageError(
            f"the template cannot render webhook.test: {error.message}",
            hint="Look at what an example gives: c360 webhook render",
        ) from error
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
    credentials = shape.credentials(keyring)
    timestamp = int(prepared["prepared_at"].timestamp() + time.monotonic() - began)
    signed = headers(keys, str(prepared["message_id"]), timestamp, post.body)
    timeout = prepared["timeout_seconds"]
    answer = asyncio.run(_post(post, signed, credentials, timestamp, timeout, client, tls))
    return Outcomes(shape.rendering.get("answers") or []).judged(answer)


async def _post(
    post: Post,
    signed: dict[str, str],
    credentials: Credentials,
    now: int,
    timeout: float,  # noqa: ASYNC109
    client: HttpClient,
    tls: Callable[[], ssl.SSLContext],
) -> Answer:
    async with client as http:
        token = credentials.token(now)
        if credentials.kind == "oauth" and token is None:
            if credentials.renews_itself:
                raise UsageError(
                    "this webhook has no token yet",
                    hint="The relay asks for one with the next message; asking here would use up its refresh token.",
                )
            token = (await credentials.asked(http, now)).token(now)
        sent = {**post.headers, **credentials.headers(post.url, now, token), **signed}
        return await http.post(post.url, post.body, sent, timeout, tls=credentials.tls(tls))
