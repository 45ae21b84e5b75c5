"""Sends one message: signs it with the secrets in force and says what came of it.

Secrets are decrypted once and kept until a newer version or an expiry; they never leave this object. The timestamp
comes from the clock of PostgreSQL, because receivers refuse messages that are five minutes off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from c360.adapters.http import Answer
from c360.relay.secrets import Keyring, Sealed
from c360.relay.signature import headers, key_of


class Http(Protocol):
    """What the sender needs of an HTTP client."""

    async def post(self, url: str, body: bytes, headers: dict[str, str], timeout: float) -> Answer: ...  # noqa: ASYNC109


class Door(Protocol):
    """What the sender needs of the database."""

    async def rows(self, function: str, *arguments: Any, **named: Any) -> list[Any]: ...


@dataclass(frozen=True)
class Clock:
    """The clock of PostgreSQL, carried on by ours."""

    database_seconds: float
    read_at: float

    @classmethod
    def at(cls, database_seconds: float) -> Clock:
        return cls(database_seconds, time.monotonic())

    def now(self) -> int:
        return int(self.database_seconds + time.monotonic() - self.read_at)


@dataclass(frozen=True)
class _Key:
    key: bytes
    until: float | None  # monotonic


class Sender:
    """Signs and posts; keeps the decrypted secrets of subscriptions."""

    def __init__(self, db: Door, http: Http, keyring: Callable[[], Keyring]) -> None:
        self._db = db
        self._http = http
        self._keyring = keyring
        self._keys: dict[UUID, tuple[int, list[_Key]]] = {}

    async def keys(self, subscription_id: UUID, version: int) -> list[bytes]:
        """The keys to sign with, newest first; read again when a newer version exists."""
        known = self._keys.get(subscription_id)
        if known is None or known[0] != version:
            known = (version, await self._read_keys(subscription_id))
            self._keys[subscription_id] = known
        now = time.monotonic()
        return [entry.key for entry in known[1] if entry.until is None or entry.until > now]

    async def send(
        self,
        url: str,
        keys: list[bytes],
        message_id: str,
        body: str,
        *,
        clock: Clock,
        timeout: float,  # noqa: ASYNC109
    ) -> Answer:
        raw = body.encode()
        return await self._http.post(url, raw, headers(keys, message_id, clock.now(), raw), timeout)

    async def _read_keys(self, subscription_id: UUID) -> list[_Key]:
        keyring = self._keyring()
        now = time.monotonic()
        return [
            _Key(
                key_of(
                    keyring.open(
                        Sealed(row["key_id"], row["nonce"], row["ciphertext"]), subscription_id, row["version"]
                    )
                ),
                None if row["valid_seconds"] is None else now + row["valid_seconds"],
            )
            for row in await self._db.rows("c360.subscription_secrets", subscription_id=subscription_id)
        ]
