"""Signing secrets and credentials as the database holds them: which master keys open, and a new master key for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from c360.domain.tenants import of_tenant
from c360.relay.secrets import Keyring, Sealed, SecretUnreadable


@dataclass(frozen=True)
class HeldSecret:
    """A signing secret in force, or credentials, as the database keeps it."""

    subscription_id: UUID
    webhook: str
    version: int
    is_newest: bool
    sealed: Sealed = field(repr=False)
    kind: str = "signature"

    @property
    def what(self) -> str:
        """What its encryption is bound to besides webhook and version."""
        return "" if self.kind == "signature" else self.kind

    def opens_with(self, keyring: Keyring) -> bool:
        try:
            keyring.open(self.sealed, self.subscription_id, self.version, self.what)
        except SecretUnreadable:
            return False
        return True


@dataclass
class Rewrapped:
    """What `rewrap_secrets` found: encrypted anew, encrypted with the first key already, and not to be opened."""

    rewrapped: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list)


def unreadable_secrets(connection: psycopg.Connection, keyring: Keyring, tenant: str) -> list[HeldSecret]:
    """The secrets in force that no master key at hand opens: nothing can be sent where there is one."""
    return [held for held in held_secrets(connection, tenant) if not held.opens_with(keyring)]


def held_secrets(connection: psycopg.Connection, tenant: str) -> list[HeldSecret]:
    """The secrets in force of all webhooks of a tenant, encrypted."""
    query = of_tenant("SELECT * FROM {tenant}.sealed_secrets()", tenant)
    with connection.cursor(row_factory=dict_row) as cursor:
        return _held(cursor.execute(query.encode()).fetchall())


def secrets_of(connection: psycopg.Connection, tenant: str) -> list[HeldSecret]:
    """The same for the owner of c360, also of a tenant that has to be synced."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return _held(cursor.execute("SELECT * FROM c360.sealed_secrets(%s)", [tenant]).fetchall())


def _held(rows: list[dict[str, Any]]) -> list[HeldSecret]:
    return [
        HeldSecret(
            row["subscription_id"],
            row["name"],
            row["version"],
            row["is_newest"],
            Sealed(row["key_id"], row["nonce"], row["ciphertext"]),
            row["kind"],
        )
        for row in rows
    ]


def rewrap_secrets(connection: psycopg.Connection, keyring: Keyring, tenant: str) -> Rewrapped:
    """Encrypt with the first master key whatever another one opens. Secrets and signatures stay the same."""
    done = Rewrapped()
    query = of_tenant("SELECT {tenant}.rewrap_secret(%s, %s, %s, %s, %s, %s, %s)", tenant)
    for held in held_secrets(connection, tenant):
        if not held.opens_with(keyring):
            kind = "" if held.kind == "signature" else f" {held.kind}"
            done.unreadable.append(f"{held.webhook}{kind} version {held.version}")
        elif held.sealed.key_id == keyring.current:
            done.current += 1
        else:
            secret = keyring.open(held.sealed, held.subscription_id, held.version, held.what)
            sealed = keyring.seal(secret, held.subscription_id, held.version, held.what)
            values = [held.version, held.sealed.key_id, sealed.key_id, sealed.nonce, sealed.ciphertext, held.kind]
            connection.execute(query.encode(), [str(held.subscription_id), *values])
            done.rewrapped += 1
    return done
