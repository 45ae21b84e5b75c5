"""Find the API key a request carries in its headers. Only its SHA-256 leaves this module.

A key inside the body (writeKey) is not looked for here: the database reads bodies.
"""

from __future__ import annotations

import base64
import hashlib

from c360.domain.errors import IngestRefused


def key_hash(authorization: str | None, apikey: str | None = None) -> bytes | None:
    """SHA-256 of the key in an Authorization header, or in an apikey header without one; None without either.

    HTTP Basic carries the key as user with an empty password, as Segment does; Bearer and apikey carry it as it is.
    """
    if not authorization:
        return digest(apikey.strip()) if apikey and apikey.strip() else None
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        key = rest.strip()
    elif scheme.lower() == "basic":
        key = _basic_user(rest.strip())
    else:
        key = ""
    if not key:
        raise IngestRefused(
            "the Authorization header carries no key",
            code="U1401",
            hint="Send the key as user of HTTP Basic or as bearer token.",
        )
    return digest(key)


def digest(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).digest()


def _basic_user(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except ValueError:  # neither ASCII, nor base64, nor UTF-8
        return ""
