"""`c360 lake ddl`: what query engines are told about the lake of a tenant."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from c360.domain.errors import UsageError
from c360.lake.definitions import Definition, definitions, lake_of
from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json, Tenant
from c360_cli.output import print_json, say
from c360_cli.tenant_calls import answer


class Engine(StrEnum):
    """Those that definitions can be made for."""

    ATHENA = "athena"
    TRINO = "trino"
    SPARK = "spark"
    CLICKHOUSE = "clickhouse"
    DUCKDB = "duckdb"
    PINOT = "pinot"


# The time of a funnel is in days at most, so it is so many microseconds.
_KNOWN = """
    SELECT jsonb_build_object(
        'tenant', metadata ->> 'tenant',
        'time_zone', metadata ->> 'time_zone',
        'currency', metadata ->> 'default_currency',
        'url', {tenant}.lake_status() ->> 'url',
        'columns', (
            SELECT jsonb_agg(to_jsonb(known.*) ORDER BY known.table_name, known."position")
            FROM {tenant}.lake_schema() AS known
        ),
        'first_days', (
            SELECT coalesce(jsonb_object_agg(kept.table_name, kept.first_day), '{}')
            FROM (
                SELECT file.table_name, min(file.dt) AS first_day
                FROM {tenant}.lake_files() AS file
                GROUP BY file.table_name
            ) AS kept
        ),
        'engagement', (SELECT to_jsonb(settings.*) FROM {tenant}.engagement_settings() AS settings),
        'funnels', (
            SELECT coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'funnel', funnel.funnel,
                        'steps', funnel.steps,
                        'microseconds', (extract(epoch FROM funnel.within::interval) * 1000000)::bigint
                    )
                    ORDER BY funnel.funnel
                ),
                '[]'
            )
            FROM {tenant}.list_funnels() AS funnel
        )
    )
    FROM {tenant}.tenant_metadata() AS metadata
"""


def ddl_command(
    tenant: Tenant,
    engine: Annotated[Engine, typer.Option("--for", help="What will read the lake.", show_default=False)],
    url: Annotated[str | None, typer.Option(help="Where the lake is. Default: where that of the tenant is.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Address of an S3 store that is not Amazon's.")] = None,
    schema: Annotated[str, typer.Option(help="Schema for tables and views. Default: c360_TENANT.")] = "",
    folder: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", help="Write each document to a file in this folder, which is made."),
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print what a query engine has to be told to read the lake: tables, checksums, and views of c360's figures.

    Changes nothing. Run it again when tables got columns, or when funnels or weights of engagement changed.

    Example: c360 lake ddl acme --for trino
    """
    with connected(dsn, data_dir) as connection:
        known = described(connection, tenant)
    where = url or known["url"]
    if where is None:
        raise UsageError(f"tenant {tenant} has no lake yet", hint="Name one with --url, or make it: c360 lake init")
    lake = lake_of(known, url=where, endpoint=endpoint, schema=schema)
    told = definitions(lake, engine.value)
    for remark in lake.remarks:
        say(remark)
    if as_json:
        print_json({"engine": engine.value, "definitions": [_document(one) for one in told]})
    elif folder is not None:
        _write(folder, told)
    else:
        typer.echo("\n".join(_printed(one) for one in told))


def described(connection: psycopg.Connection, tenant: str) -> dict[str, Any]:
    """What definitions are made from, as one document."""
    known: dict[str, Any] = answer(connection, _KNOWN, tenant)
    return known


def _document(one: Definition) -> dict[str, str]:
    return {"kind": one.kind, "name": one.name, "text": one.text}


def _printed(one: Definition) -> str:
    if one.kind in ("schema", "table", "view"):
        return f"{one.text};\n"
    # Settings and files of other kinds stand as a comment, so that the whole can be given to the engine.
    return "\n".join([f"-- {one.name}:", *(f"--   {line}".rstrip() for line in one.text.splitlines())]) + "\n"


def _write(folder: Path, told: list[Definition]) -> None:
    statements = [one for one in told if one.kind in ("schema", "table", "view")]
    documents = {one.name: f"{one.text}\n" for one in told if one not in statements}
    if statements:
        documents["lake.sql"] = "\n".join(_printed(one) for one in statements)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in documents.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    say(f"written to {folder}")
