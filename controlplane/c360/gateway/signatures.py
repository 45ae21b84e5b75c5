"""Whether a webhook of a chat is from the one it says: only Zalo signs what it sends."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

from c360.domain.errors import IngestRefused


def check_signature(secrets: Sequence[str], preset: str, signature: str | None, body: str) -> None:
    """Zalo signs the id of the app, the body, its timestamp and the secret key of the official account, with SHA-256.
    Without secrets nothing is checked. Raises U1418."""
    if preset != "zalo" or not secrets:
        return
    given = (signature or "").removeprefix("mac=").lower().encode()
    app_id, timestamp = _signed_members(body)
    for secret in secrets:
        signed = f"{app_id}{body}{timestamp}{secret}".encode("utf-8", "replace")
        if hmac.compare_digest(hashlib.sha256(signed).hexdigest().encode(), given):
            return
    raise IngestRefused(
        "the webhook is not signed by an official account that is known here",
        code="U1418",
        hint="List the secret key of the account in C360_ZALO_SECRETS of the gateway.",
    )


def _signed_members(body: str) -> tuple[object, object]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    return (said.get("app_id", ""), said.get("timestamp", "")) if isinstance(said, dict) else ("", "")
