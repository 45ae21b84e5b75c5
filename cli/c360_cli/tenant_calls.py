"""Call functions of a tenant, which stand in its schema: in a query, {tenant} is that schema.

PostgreSQL decides who may: nothing here asks.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row, tuple_row

from c360.domain.tenants import of_tenant
from c360_cli.refusals import asked_tenant


def answer(connection: psycopg.Connection, query: str, tenant: str, *parameters: Any) -> Any:
    """The only value of the only row, or None without a row."""
    asked_tenant.set(tenant)
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(of_tenant(query, tenant).encode(), parameters).fetchone()
    return None if row is None else row[0]


def records(connection: psycopg.Connection, query: str, tenant: str, *parameters: Any) -> list[dict[str, Any]]:
    """Every row, by the names of its columns."""
    asked_tenant.set(tenant)
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(of_tenant(query, tenant).encode(), parameters).fetchall()
