"""Web push: the body for one browser (RFC 8291, aes128gcm) and who sends it (RFC 8292, VAPID). No network.

The encryption is the library http_ece, by the author of the RFC; what is here reads keys and makes the token.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from c360.relay.documents import TemplateFailed, TemplateInvalid

# A push service takes 4096 bytes; the header and the padding of aes128gcm are 103 of them.
MOST_CONTENT = 3_993
_TOKEN_SECONDS = 12 * 3600


def encrypted(content: bytes, recipient: dict[str, Any]) -> bytes:
    """The content for the holder of these keys: {"p256dh", "auth"} as the browser gave them. Raises TemplateFailed."""
    if len(content) > MOST_CONTENT:
        raise TemplateFailed(f"a push message has at most {MOST_CONTENT} bytes", code="template")
    try:
        key, secret = _decoded(recipient.get("p256dh")), _decoded(recipient.get("auth"))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        if len(secret) != 16:
            raise ValueError("auth is 16 bytes")  # noqa: TRY301
    except (ValueError, TypeError, binascii.Error) as error:
        raise TemplateFailed("the browser's keys p256dh and auth cannot be right", code="template") from error
    own = ec.generate_private_key(ec.SECP256R1())
    body: bytes = http_ece.encrypt(content, private_key=own, dh=key, auth_secret=secret, version="aes128gcm")
    return body


class Vapid:
    """Says who sends, to each push service, with one key. Raises TemplateInvalid for a key that is none."""

    def __init__(self, private_key: str, subject: str) -> None:
        try:
            number = int.from_bytes(_decoded(private_key), "big")
            self._key = ec.derive_private_key(number, ec.SECP256R1())
        except (ValueError, TypeError, binascii.Error) as error:
            raise TemplateInvalid(
                "the VAPID key is 32 bytes in base64url",
                hint="npx web-push generate-vapid-keys makes a pair; its private key is meant.",
            ) from error
        if not subject.startswith(("mailto:", "https://")):
            raise TemplateInvalid("the subject of VAPID is mailto: or https://, for the push service to reach you")
        self._subject = subject
        self._tokens: dict[str, tuple[int, str]] = {}

    @property
    def public_key(self) -> str:
        """What the page gives to pushManager.subscribe as applicationServerKey."""
        return _encoded(self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def header(self, url: str, now: int) -> str:
        """The header Authorization for a push service; a token is used for half of its time."""
        parts = urlsplit(url)
        audience = f"{parts.scheme}://{parts.netloc}"
        until, token = self._tokens.get(audience, (0, ""))
        if until - now < _TOKEN_SECONDS // 2:
            until = now + _TOKEN_SECONDS
            token = self._signed({"aud": audience, "exp": until, "sub": self._subject})
            if len(self._tokens) > 100:
                self._tokens.clear()
            self._tokens[audience] = (until, token)
        return f"vapid t={token}, k={self.public_key}"

    def _signed(self, claims: dict[str, Any]) -> str:
        head = _encoded(b'{"typ":"JWT","alg":"ES256"}')
        text = f"{head}.{_encoded(json.dumps(claims, separators=(',', ':')).encode())}"
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _decoded(text: Any) -> bytes:
    if not isinstance(text, str) or len(text) > 200:
        raise TypeError("a key is a text")
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
