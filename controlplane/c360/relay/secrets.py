"""Encrypts signing secrets with a master key that PostgreSQL never sees.

AES-256-GCM, bound to subscription and version, so that a ciphertext cannot be moved to another row. The master key is
C360_MASTER_KEY, or the file master.key in the data directory, made on first use and readable by its owner only. Both
may hold several keys (base64, separated by commas or lines): the first encrypts, all decrypt. Never logs, never prints.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from c360.domain.errors import C360Error, UsageError

KEY_FILE = "master.key"
_KEY_BYTES = 32


class SecretUnreadable(C360Error):
    """A signing secret cannot be decrypted with the master keys at hand."""


@dataclass(frozen=True)
class Sealed:
    """An encrypted secret as the database keeps it."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True)
class Keyring:
    """The master keys by their id; the first one encrypts."""

    current: str
    _keys: Mapping[str, bytes] = field(repr=False)

    def seal(self, secret: str, subscription_id: UUID, version: int, what: str = "") -> Sealed:
        """`what` keeps secrets of another kind apart: one cannot be put in the place of the other."""
        nonce = secrets.token_bytes(12)
        ciphertext = AESGCM(self._keys[self.current]).encrypt(
            nonce, secret.encode(), _bound(subscription_id, version, what)
        )
        return Sealed(self.current, nonce, ciphertext)

    def open(self, sealed: Sealed, subscription_id: UUID, version: int, what: str = "") -> str:
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise SecretUnreadable(
                f"the signing secret was encrypted with master key {sealed.key_id}, which is not here",
                code="secret_unreadable",
                hint="Give every relay and every command the same C360_MASTER_KEY or the same master.key.",
            )
        try:
            return AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, _bound(subscription_id, version, what)).decode()
        except InvalidTag as error:
            raise SecretUnreadable(
                "the signing secret was changed or belongs to another subscription",
                code="secret_unreadable",
                hint="Rotate the secret: c360 webhook rotate",
            ) from error


def load_keyring(data_dir: Path, *, master_key: str | None = None, create: bool = True) -> Keyring:
    """The keyring from the setting if there is one, otherwise from the file, which is made if `create`."""
    text = master_key or _read_or_make(data_dir / KEY_FILE, create=create)
    keys = [_decoded(part) for part in text.replace(",", "\n").split()]
    if not keys:
        raise UsageError("the master key is empty", hint="openssl rand -base64 32 makes one.")
    by_id = {hashlib.sha256(b"c360 master key\0" + key).hexdigest()[:16]: key for key in keys}
    return Keyring(next(iter(by_id)), by_id)


def throwaway_keyring() -> Keyring:
    """A key that is forgotten, for rehearsals that write nothing."""
    return Keyring("throwaway", {"throwaway": secrets.token_bytes(_KEY_BYTES)})


def _bound(subscription_id: UUID, version: int, what: str) -> bytes:
    return f"{subscription_id}:{version}{what and ':' + what}".encode()


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise UsageError("a master key is 32 bytes in base64", hint="openssl rand -base64 32 makes one.")
    return key


def _read_or_make(path: Path, *, create: bool) -> str:
    """Two processes may come first together: the file appears whole or not at all, and the loser reads the winner's."""
    if not path.exists() and create:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    try:
        return path.read_text()
    except OSError as error:
        raise UsageError(
            f"the master key {path} cannot be read: {error.strerror}",
            hint="Run as the owner of the data directory, or set C360_MASTER_KEY.",
        ) from error
