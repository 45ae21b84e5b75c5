"""`c360 score`: read and refresh the scores of a tenant. Everything is computed in the database."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json
from c360_cli.output import print_json, print_table, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

app = typer.Typer(help="Read and refresh the scores of a tenant.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant, such as acme.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="TIME", help="Score as of this time, such as 2026-12-31. Default: now."),
]

# The database renders the JSON: money stays exact.
_SEGMENTS = """
    SELECT coalesce(json_agg(summary), '[]')::text
    FROM {tenant}.rfm_summary(coalesce(%s::timestamptz, now())) AS summary
"""
_REFRESH = "SELECT {tenant}.refresh_scores(coalesce(%s::timestamptz, now()))"


@app.command("rfm")
def rfm_command(
    tenant: Name, as_of: AsOf = None, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Show the RFM segments: customers, orders, revenue and what to do about them."""
    with connected(dsn, data_dir) as connection:
        segments = answer(connection, _SEGMENTS, tenant, as_of)
    if as_json:
        print(segments)
        return
    _print_segments(json.loads(segments, parse_float=str))
    say(f"Every customer is a row of the view tenant_{tenant}.cdp_rfm.")


@app.command("refresh")
def refresh_command(
    tenant: Name,
    as_of: AsOf = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Store the scores with the golden records and tell whose segment changed. The worker does it by itself."""
    if dry_run:
        print_sql(_REFRESH, tenant, as_of)
        return
    with connected(dsn, data_dir) as connection:
        outcome = answer(connection, _REFRESH, tenant, as_of)
    if as_json:
        print_json(outcome)
        return
    say(
        f"{outcome['profiles']} customers scored, {outcome['changed']} changed,"
        f" {outcome['segments_changed']} of them to another segment."
    )


def _print_segments(segments: list[dict[str, Any]]) -> None:
    table = Table(box=None)
    table.add_column("segment")
    for title in ("customers", "orders", "revenue", "median days"):
        table.add_column(title, justify="right")
    table.add_column("advice")
    for row in segments:
        days = row["median_recency_days"]
        numbers = (row["customers"], row["orders"], row["revenue"], "" if days is None else days)
        table.add_row(row["segment"], *map(str, numbers), row["advice"])
    print_table(table)
