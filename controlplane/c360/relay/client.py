"""The HTTP client of webhooks, made from the settings. Raises UsageError for a setting that cannot be meant so."""

from __future__ import annotations

import ssl
from urllib.parse import unquote, urlsplit

from c360.adapters.http import HttpClient, tls_context
from c360.adapters.http_dial import Proxy
from c360.domain.errors import UsageError
from c360.domain.urls import read_host
from c360.relay.addresses import Destinations
from c360.settings import Settings

_PROXY_HINT = "Write it such as http://proxy.example:3128, or http://user:password@proxy.example:3128."


def destinations(settings: Settings, *, allow_private: bool = False) -> Destinations:
    """Where webhooks may go."""
    return Destinations.of(
        settings.webhook_allow,
        everything=allow_private or settings.webhook_allow_private,
        looked_up_by_proxy=settings.webhook_proxy is not None and settings.webhook_proxy_resolves,
    )


def webhook_client(settings: Settings, *, allow_private: bool = False) -> HttpClient:
    """A client that goes where webhooks may go and no further."""
    return HttpClient(
        destinations(settings, allow_private=allow_private), proxy=_proxy(settings), tls=verifying_tls(settings)
    )


def _proxy(settings: Settings) -> Proxy | None:
    if settings.webhook_proxy is None or not settings.webhook_proxy.get_secret_value():
        return None
    refused = UsageError("C360_WEBHOOK_PROXY is not the address of an http proxy", hint=_PROXY_HINT)
    try:
        parts = urlsplit(settings.webhook_proxy.get_secret_value())
        host = parts.hostname or ""
        host, port = host if ":" in host else read_host(host), parts.port or 3128
    except ValueError:
        raise refused from None
    if parts.scheme != "http" or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise refused
    credentials = None
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Proxy(host, port, credentials, resolves=settings.webhook_proxy_resolves)


def verifying_tls(settings: Settings) -> ssl.SSLContext:
    """A context of its own that verifies servers by the system's authorities or those of C360_WEBHOOK_CA_FILE."""
    path = settings.webhook_ca_file
    try:
        return tls_context(str(path) if path is not None else None)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"C360_WEBHOOK_CA_FILE: {path} holds no certificates that can be read ({error})",
            hint="Name a file of certificates in PEM form (-----BEGIN CERTIFICATE-----).",
        ) from error
