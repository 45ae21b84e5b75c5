"""What was sent, whole: for administrators of a tenant; readers get what the other functions show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import psycopg
import typer

from c360_cli.tenant_calls import records

AsSent = Annotated[bool, typer.Option("--as-sent", help="Whole and not masked; administrators of the tenant only.")]


def as_sent(connection: psycopg.Connection[Any], tenant: str, kind: str, ids: Iterable[Any]) -> dict[str, str]:
    """What was sent under each id. Raises what PostgreSQL says to those who are no administrators."""
    rows = records(connection, "SELECT * FROM {tenant}.as_sent(%s, %s)", tenant, kind, [str(one) for one in ids])
    return {row["id"]: row["content"] for row in rows}


def as_sent_if_allowed(connection: psycopg.Connection[Any], tenant: str, kind: str, one: Any) -> str | None:
    """What was sent under an id, or None for those who are no administrators."""
    try:
        return as_sent(connection, tenant, kind, [one]).get(str(one))
    except psycopg.errors.InsufficientPrivilege:
        return None
