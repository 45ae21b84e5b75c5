"""Tenants with a write key each, for benchmarks that send over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import psycopg

from c360.governance import create_tenant


def key_of(tenant: str) -> str:
    return f"c360_wk_{tenant}"


def make_tenants(dsn: str, names: Iterable[str]) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for tenant in names:
            create_tenant(connection, tenant)
            digest = hashlib.sha256(key_of(tenant).encode()).digest()
            connection.execute(
                "SELECT c360.create_api_key(%s, 'web', 'write', 'web', %s, %s)", (tenant, digest, key_of(tenant)[:12])
            )
