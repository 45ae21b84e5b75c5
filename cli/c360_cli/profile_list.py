"""`c360 profile list|search|export`: golden records by conditions and names, page by page or whole.

Conditions and orders are written as in PostgREST: city=eq.Hue, created_at.desc. Masked attributes come masked.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import IO, Annotated, Any
from uuid import UUID

import psycopg
import typer
from rich.table import Table

from c360.domain.errors import QueryRefused, UsageError
from c360.domain.query import parse_filter, parse_order, parse_select
from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json, Output, Tenant
from c360_cli.output import print_table, printable, say, writable
from c360_cli.tenant_calls import answer, records


class Format(StrEnum):
    """What `export` writes."""

    CSV = "csv"
    NDJSON = "ndjson"


Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="CONDITION", help="column=operator.value, such as city=eq.Hue; may be repeated."),
]
Order = Annotated[str, typer.Option("--order", help="Such as last_seen_at.desc.nullslast,city. Default: by id.")]
Columns = Annotated[str, typer.Option("--columns", help="Which ones, by commas, such as name:full_name,city.")]
Limit = Annotated[int, typer.Option("--limit", min=0, max=1000, help="How many.")]
Offset = Annotated[int, typer.Option("--offset", min=0, help="How many to pass over.")]
After = Annotated[UUID | None, typer.Option("--after", metavar="ID", help="Go on after this id; not with --order.")]
Count = Annotated[bool, typer.Option("--count", help="Count all that there are.")]

_PAGE = "SELECT * FROM {tenant}.list_profiles(%s, %s)"
_ATTRIBUTES = "SELECT jsonb_path_query_array({tenant}.tenant_metadata(), '$.attributes[*].attribute')"
# A value its column cannot have; no such column, one named twice, an operator the type has not.
_QUERY_IS_WRONG = ("22", "42701", "42703", "42804", "42883")
# What tells people apart at a glance, where a tenant has it.
_AT_A_GLANCE = ("full_name", "first_name", "last_name", "email", "phone_number", "city", "last_seen_at")


def list_command(
    tenant: Tenant,
    where: Where = None,
    order: Order = "",
    columns: Columns = "",
    limit: Limit = 20,
    offset: Offset = 0,
    after: After = None,
    count: Count = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List golden records, filtered and sorted.

    Example: c360 profile list acme --where city=eq.Hue --order last_seen_at.desc
    """
    query = _query(where, order, columns, limit=limit, offset=offset, after=after, count=count)
    with connected(dsn, data_dir) as connection:
        _show(connection, tenant, None, query, as_json=as_json)


def search_command(
    tenant: Tenant,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Words, or how they begin: 'nguyen a'.")],
    where: Where = None,
    order: Order = "",
    columns: Columns = "",
    limit: Limit = 20,
    offset: Offset = 0,
    after: After = None,
    count: Count = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find golden records by name, with or without accents, in any order of the words.

    Example: c360 profile search acme 'nguyen a'
    """
    if not name.strip():
        raise UsageError("the name to search is empty")
    query = _query(where, order, columns, limit=limit, offset=offset, after=after, count=count)
    with connected(dsn, data_dir) as connection:
        _show(connection, tenant, name, query, as_json=as_json)


def export_command(
    tenant: Tenant,
    search: Annotated[str | None, typer.Option("--search", help="Only those with such a name.")] = None,
    where: Where = None,
    columns: Columns = "",
    form: Annotated[Format | None, typer.Option("--format", help="Default: what the file is called, else CSV.")] = None,
    file: Output = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
) -> None:
    """Write all golden records, or those that fit, as CSV or NDJSON.

    Example: c360 profile export acme --output customers.csv
    """
    chosen = form or (Format.NDJSON if file is not None and file.suffix in (".ndjson", ".jsonl") else Format.CSV)
    query = {**_query(where, "", columns), "format": chosen.value}
    with connected(dsn, data_dir) as connection:
        page = _page(connection, tenant, search, query)  # before the file is made: what is refused makes none
        with writable(file) as out:
            written = _write_all(connection, tenant, search, query, page, out)
    say(f"{written} golden records")


def _write_all(
    connection: psycopg.Connection,
    tenant: str,
    search: str | None,
    query: dict[str, Any],
    page: dict[str, Any],
    out: IO[str],
) -> int:
    written = 0
    while True:
        out.write(page["body"])
        written += int(page["row_count"])
        if page["next_after"] is None:
            out.flush()
            return written
        page = _page(connection, tenant, search, {**query, "after": page["next_after"]})


def _query(where: list[str] | None, order: str, columns: str, *, count: bool = False, **more: Any) -> dict[str, Any]:
    try:
        terms = [parse_filter(name, condition) for name, _, condition in (text.partition("=") for text in where or ())]
        query: dict[str, Any] = {"where": terms, "order": parse_order(order), "select": parse_select(columns)}
    except QueryRefused as error:
        raise UsageError(error.message, hint=error.hint) from error
    if count:
        query["count"] = "exact"
    return {**query, **{name: value for name, value in more.items() if value is not None}}


def _page(connection: psycopg.Connection, tenant: str, search: str | None, query: dict[str, Any]) -> dict[str, Any]:
    try:
        return records(connection, _PAGE, tenant, search, json.dumps(query, default=str))[0]
    except psycopg.Error as error:
        if error.sqlstate is None or not error.sqlstate.startswith(_QUERY_IS_WRONG):
            raise
        message, hint = error.diag.message_primary or str(error), error.diag.message_hint
        raise UsageError(message, hint=hint or f"The attributes and their types: c360 tenant show {tenant}") from error


def _show(
    connection: psycopg.Connection, tenant: str, search: str | None, query: dict[str, Any], *, as_json: bool
) -> None:
    chosen = query["select"]
    if not (as_json or chosen):
        known = set(answer(connection, _ATTRIBUTES, tenant))
        shown = ["master_profile_id", *(name for name in _AT_A_GLANCE if name in known)]
        query = {**query, "select": [{"column": name} for name in shown]}
    page = _page(connection, tenant, search, query)
    if as_json:
        # The rows as they came: numbers keep all their digits.
        rest = json.dumps({"total": page["total_count"], "next_after": page["next_after"]})
        print(f'{{"profiles": {page["body"]}, {rest[1:]}')
        return
    rows = printable(json.loads(page["body"]))
    names = [field.get("as", field["column"]) for field in query["select"]]
    if not chosen:
        names = [name for name in names if not rows or any(row[name] is not None for row in rows)]
    table = Table(*names, box=None)
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in names))
    print_table(table)
    if page["total_count"] is not None:
        say(f"{page['total_count']} golden records")
    if page["next_after"] is not None:
        say(f"There may be more: --after {page['next_after']}")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
