"""A push service (RFC 8030) and the browser behind it, which decrypts (RFC 8291) with code of its own."""

from __future__ import annotations

import base64
import json
import os
import re
import time
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.providers import Provider, Reply, Request


class PushService(Provider):
    def __init__(self) -> None:
        super().__init__()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.gone: set[str] = set()
        self.application_key: str | None = None

    def subscription(self, name: str = "one") -> dict[str, Any]:
        """What the browser gives to the page."""
        public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"{self.origin}/push/{name}",
            "keys": {"p256dh": _encoded(public), "auth": _encoded(self._auth)},
        }

    def is_known(self, request: Request) -> bool:
        found = re.fullmatch(
            r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)", request.headers.get("authorization", "")
        )
        if found is None or found[4] != self.application_key:
            return False
        claims = json.loads(_decoded(found[2]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(found[4]))
        raw = _decoded(found[3])
        signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        try:
            key.verify(signature, f"{found[1]}.{found[2]}".encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        lasts = claims["exp"] - time.time()
        return claims["aud"] == self.origin and 0 < lasts <= 86_400 and claims["sub"].startswith("mailto:")

    def unknown(self) -> Reply:
        return Reply(403, "invalid JWT")

    def take(self, request: Request) -> Reply:
        if not request.headers.get("ttl", "").isdigit():
            return Reply(400, "missing TTL")
        if request.headers.get("content-encoding") != "aes128gcm":
            return Reply(400, "wrong content-encoding")
        if len(request.body) > 4_096:
            return Reply(413, "too large")
        if request.path in self.gone:
            return Reply(410, "unsubscribed")
        self.accepted.append(json.loads(self._decrypted(request.body)))
        return Reply(201, "", (("Location", f"{self.origin}/message/1"),))

    def _decrypted(self, body: bytes) -> bytes:
        salt, id_length = body[:16], body[20]
        sender, sealed = body[21 : 21 + id_length], body[21 + id_length :]
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        own = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        secret = _derived(shared, self._auth, b"WebPush: info\0" + own + sender, 32)
        key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
        return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0").removesuffix(b"\2")


def _derived(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
