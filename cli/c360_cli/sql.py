"""Calls as SQL text, for --dry-run: what psql would have to be told to do the same."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

from psycopg import sql

from c360.domain.tenants import of_tenant


def print_sql(query: str, tenant: str, *values: Any) -> None:
    """Print a query on functions of a tenant whose %s are filled in, as psql runs it. Connects to nothing."""
    first, *others = of_tenant(cleandoc(query), tenant).split("%s")
    holes = zip(values, others, strict=True)
    print(first + "".join(_literal(value) + rest for value, rest in holes) + ";")


def _literal(value: Any) -> str:
    """As a person would write it; the function's signature says the type."""
    if isinstance(value, bytes):
        return rf"'\x{value.hex()}'"
    if isinstance(value, list) and all(isinstance(item, int) for item in value):
        return f"'{{{','.join(map(str, value))}}}'"
    return sql.Literal(value).as_string(None).strip()
