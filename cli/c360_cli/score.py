"""`c360 score`: read and refresh the scores of a tenant. Everything is computed in the database."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.fits import fit_command, show_command, validate_command
from c360_cli.identifiers import named_identifier
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, time_option
from c360_cli.output import print_json, print_rendered, print_table, say, working
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

app = typer.Typer(help="Read and refresh the scores of a tenant.\n\nExample: c360 score rfm acme", no_args_is_help=True)
app.command("fit")(fit_command)
app.command("show")(show_command)
app.command("validate")(validate_command)

AsOf = Annotated[str | None, time_option("--as-of", "Score as of this time, such as 2026-12-31. Default: now.")]

# The database renders the JSON: money stays exact.
_SEGMENTS = """
    SELECT coalesce(json_agg(summary), '[]')::text
    FROM {tenant}.rfm_summary(coalesce(%s::timestamptz, now())) AS summary
"""
_MOVEMENT = """
    SELECT coalesce(json_agg(moved), '[]')::text
    FROM {tenant}.rfm_movement(%s::timestamptz, coalesce(%s::timestamptz, now())) AS moved
"""
_NAMES = "SELECT json_agg(named.segment) FROM {tenant}.rfm_segments() AS named"
_EXPLAIN = """
    SELECT coalesce(json_agg(said), '[]')::text
    FROM {tenant}.explain_score(({tenant}.profile(%s, %s) ->> 'profile_id')::uuid, %s) AS said
"""
_NOTHING_KNOWN = "This golden record has no {score}: too little is known of it, or there is no such golden record."
_NOTHING = {
    "clv": "This golden record has no clv: it has bought nothing, there is no fit, or no such golden record.",
    "lead": "This golden record has no lead: the tenant has no rules for it, or there is no such golden record.",
    "lead_probability": "This golden record has no lead_probability: it has reached the goal, or there is no fit.",
}
_REFRESH = "SELECT {tenant}.refresh_scores(coalesce(%s::timestamptz, now()))"


@app.command("rfm")
def rfm_command(
    tenant: Tenant, as_of: AsOf = None, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False
) -> None:
    """Show the RFM segments: customers, orders, revenue and what to do about them.

    Example: c360 score rfm acme
    """
    with connected(dsn, data_dir) as connection:
        segments = answer(connection, _SEGMENTS, tenant, as_of)
    if as_json:
        print_rendered(segments)
        return
    _print_segments(json.loads(segments, parse_float=str))
    say(f"Every customer is a row of the view tenant_{tenant}.cdp_rfm.")


@app.command("refresh")
def refresh_command(
    tenant: Tenant,
    as_of: AsOf = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Store the scores with the golden records and tell whose segment changed. The worker does it by itself.

    Example: c360 score refresh acme
    """
    if dry_run:
        print_sql(_REFRESH, tenant, as_of)
        return
    with connected(dsn, data_dir) as connection, working("scoring"):
        outcome = answer(connection, _REFRESH, tenant, as_of)
    if as_json:
        print_json(outcome)
        return
    say(
        f"{outcome['profiles']} customers scored, {outcome['changed']} changed,"
        f" {outcome['segments_changed']} of them to another segment."
    )


@app.command("movement")
def movement_command(
    tenant: Tenant,
    since: Annotated[str, time_option("--since", "The earlier time, such as 2026-06-30.")],
    until: Annotated[str | None, time_option("--until", "The later time. Default: now.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show who went from which RFM segment to which between two points in time, as a matrix of customers.

    Example: c360 score movement acme --since 90d
    """
    with connected(dsn, data_dir) as connection:
        moved = answer(connection, _MOVEMENT, tenant, since, until)
        names = answer(connection, _NAMES, tenant)
    if as_json:
        print_rendered(moved)
        return
    _print_matrix(json.loads(moved), names)
    say("Rows are where customers were, columns where they are now; nobody is lost between.")


@app.command("explain")
def explain_command(
    tenant: Tenant,
    profile: Annotated[
        str, typer.Argument(metavar="PROFILE", help="Id of the golden record, or an identifier of it: type=value.")
    ],
    score: Annotated[
        str,
        typer.Argument(
            metavar="SCORE",
            help="rfm_segment, recency_score, frequency_score, monetary_score, clv, engagement, inactivity, lead or"
            " lead_probability.",
        ),
    ],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show why a golden record has a score: parts that add up to it, in numbers and in words.

    Example: c360 score explain acme email=an@shop.vn rfm_segment
    """
    with connected(dsn, data_dir) as connection:
        said = answer(connection, _EXPLAIN, tenant, *named_identifier(profile), score)
    if as_json:
        print_rendered(said)
        return
    _print_parts(json.loads(said, parse_float=Decimal, parse_int=Decimal), score)


def _print_parts(parts: list[dict[str, Any]], score: str) -> None:
    if not parts:
        say(_NOTHING.get(score, _NOTHING_KNOWN).format(score=score))
        return
    table = Table(box=None)
    table.add_column("part")
    table.add_column("value", justify="right")
    table.add_column("points", justify="right")
    table.add_column("")
    for row in parts:
        table.add_row(row["part"], row["value"] or "", _short(row["points"]), row["words"])
    if all(row["points"] is not None for row in parts):
        table.add_row(score, "", _short(sum(row["points"] for row in parts)), "")
    print_table(table)


def _short(points: Decimal | None) -> str:
    """At most four decimals; --json has them all."""
    return "" if points is None else f"{round(points, 4).normalize() + 0:f}"


def _print_matrix(moved: list[dict[str, Any]], names: list[str]) -> None:
    """Columns bear the numbers of the rows, so that twelve of them fit a terminal."""
    counts = {(pair["from_segment"], pair["to_segment"]): pair["customers"] for pair in moved}
    numbers = {name: str(number) for number, name in enumerate(names, start=1)}
    columns = [*names, *(["gone"] if any(pair[1] == "gone" for pair in counts) else [])]
    rows = [*(["new"] if any(pair[0] == "new" for pair in counts) else []), *names]
    table = Table("from", "", box=None)
    for name in columns:
        table.add_column(numbers.get(name, name), justify="right")
    for name in rows:
        cells = [counts.get((name, column), 0) for column in columns]
        table.add_row(name, numbers.get(name, ""), *("" if count == 0 else str(count) for count in cells))
    print_table(table)


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
