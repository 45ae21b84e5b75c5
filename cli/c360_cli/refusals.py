"""What an error of PostgreSQL means for whoever runs a command: what is not there, and which role would be allowed.

Looks into the catalogue after something was refused, so that commands that go well pay nothing for it.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from c360 import __version__
from c360.domain.errors import (
    C360Error,
    GovernanceRefused,
    NotAllowed,
    OperationsRefused,
    from_psycopg,
    no_such_tenant,
    not_synced,
)
from c360.installer.sources import release_number

# The tenant whose function was called last: PostgreSQL names a function without its schema.
asked_tenant: ContextVar[str | None] = ContextVar("asked_tenant", default=None)

# Schema, table, column, function or type that is not there. Nobody names those in a command but c360 itself.
_NOT_THERE = {"3F000", "42P01", "42703", "42704", "42883"}
_FORBIDDEN = "42501"
_NAMED_SCHEMA = re.compile(r'\b(?:schema "?|"?)tenant_([a-z][a-z0-9_]{1,30})\b')
_NAMED_FUNCTION = re.compile(r"(?:function|procedure) ([a-z0-9_]+)$")

_INSTALLED = """
    SELECT EXISTS (
        SELECT
        FROM pg_catalog.pg_class AS found
        JOIN pg_catalog.pg_namespace AS home ON home.oid = found.relnamespace
        WHERE home.nspname = 'c360' AND found.relname = 'migrations'
    )
"""
_SCHEMA = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = %s)"
_REGISTERED = "SELECT EXISTS (SELECT FROM c360.tenants WHERE tenant = %s)"
_RELEASE = "SELECT release FROM c360.releases ORDER BY c360._release_number(release) DESC LIMIT 1"
# The least of the tenant's roles that may call the function.
_ROLE = """
    SELECT kinds.role
    FROM pg_catalog.pg_proc AS called
    JOIN pg_catalog.pg_namespace AS home ON home.oid = called.pronamespace
    CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS kinds (role, place)
    JOIN pg_catalog.pg_roles AS known ON known.rolname = kinds.role
    WHERE home.nspname = %s
      AND (called.proname = %s OR %s::text IS NULL)
      AND has_function_privilege(known.oid, called.oid, 'EXECUTE')
    ORDER BY kinds.place
    LIMIT 1
"""


def explained(connection: psycopg.Connection[Any], error: psycopg.Error) -> C360Error:
    """The error as c360 says it."""
    if error.sqlstate not in {*_NOT_THERE, _FORBIDDEN} or connection.closed:
        return from_psycopg(error)
    try:
        connection.rollback()
        found = _forbidden(connection, error) if error.sqlstate == _FORBIDDEN else _not_there(connection, error)
    except psycopg.Error:  # this role may not even look
        found = None
    return found or from_psycopg(error)


def _not_there(connection: psycopg.Connection[Any], error: psycopg.Error) -> C360Error | None:
    if not _one(connection, _INSTALLED):
        return not_installed()
    tenant = _tenant_of(error)
    if tenant and not _one(connection, _SCHEMA, f"tenant_{tenant}"):
        return not_synced(tenant) if _is_registered(connection, tenant) else no_such_tenant(tenant)
    return _other_release(connection) or (None if tenant is None else _outdated(tenant, error))


def not_installed() -> OperationsRefused:
    """There is a database, and c360 is not in it."""
    return OperationsRefused(
        "c360 is not installed in this database",
        code="U9101",
        hint="Run: c360 db install (or name another database with --dsn)",
    )


def _is_registered(connection: psycopg.Connection[Any], tenant: str) -> bool:
    """False for those who may not know."""
    try:
        return bool(_one(connection, _REGISTERED, tenant))
    except psycopg.errors.InsufficientPrivilege:
        return False


def _other_release(connection: psycopg.Connection[Any]) -> OperationsRefused | None:
    try:
        release = _one(connection, _RELEASE)
    except psycopg.Error:
        return None
    if release is None or release_number(release) == release_number(__version__):
        return None
    is_newer = release_number(release) > release_number(__version__)
    return OperationsRefused(
        "this database has another release of c360",
        code="U9006" if is_newer else "U9007",
        detail=f"It has release {release}, this program is {__version__}.",
        hint="Use the program of that release." if is_newer else "Run: c360 db upgrade",
    )


def _outdated(tenant: str, error: psycopg.Error) -> GovernanceRefused:
    return GovernanceRefused(
        f'tenant "{tenant}" was not synced since the upgrade',
        code="U4450",
        detail=error.diag.message_primary,
        hint=f"Run: c360 tenant sync {tenant}",
    )


def _forbidden(connection: psycopg.Connection[Any], error: psycopg.Error) -> NotAllowed | None:
    tenant = _tenant_of(error)
    if tenant is None:
        return None
    message = error.diag.message_primary or str(error)
    function = _NAMED_FUNCTION.search(message)
    roles = [f"c360_{tenant}_{kind}" for kind in ("reader", "writer", "admin")]
    role = _one(connection, _ROLE, roles, f"tenant_{tenant}", *[function[1] if function else None] * 2)
    if role is None:
        return None
    return NotAllowed(
        message,
        code=_FORBIDDEN,
        hint=f"It takes the role {role}; who administers it grants it: GRANT {role} TO {connection.info.user}",
    )


def _tenant_of(error: psycopg.Error) -> str | None:
    """The tenant that the message names, else the one whose function was called last."""
    named = _NAMED_SCHEMA.search(error.diag.message_primary or "")
    return named[1] if named else asked_tenant.get()


def _one(connection: psycopg.Connection[Any], query: str, *parameters: Any) -> Any:
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(query.encode(), parameters or None).fetchone()
    return None if row is None else row[0]
