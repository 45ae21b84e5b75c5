"""`c360 score`: read and refresh the scores of a tenant. Everything is computed in the database."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.table import Table

from c360_cli.clv import print_fit, print_validation
from c360_cli.connection import connected
from c360_cli.identifiers import named_identifier
from c360_cli.options import DataDir, DryRun, Dsn, Json
from c360_cli.output import print_json, print_table, say, working
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

app = typer.Typer(help="Read and refresh the scores of a tenant.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant, such as acme.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="TIME", help="Score as of this time, such as 2026-12-31. Default: now."),
]

Model = Annotated[str, typer.Option("--model", help="mbg_nbd or bg_nbd.")]
Holdout = Annotated[
    int | None,
    typer.Option("--holdout-days", help="Days to judge by. Default: half of the time since the first order."),
]
Prior = Annotated[
    float,
    typer.Option("--prior", help="Weight of a prior, in customers, such as 0.1 where all customers are alike."),
]

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
_FIT = """
    SELECT {tenant}.fit_clv(
        p_model => %s, p_as_of => coalesce(%s::timestamptz, now()), p_holdout_days => %s,
        p_months => %s, p_discount => %s, p_margin => %s, p_prior => %s
    )
"""
_SHOW = """
    SELECT to_jsonb(fit)
    FROM {tenant}.cdp_model_fits AS fit
    WHERE fit.fit_id = coalesce(%s, (SELECT max(last.fit_id) FROM {tenant}.cdp_model_fits AS last))
"""
_VALIDATE = """
    SELECT {tenant}.validate_clv(
        p_model => %s, p_as_of => coalesce(%s::timestamptz, now()), p_holdout_days => %s, p_prior => %s
    )
"""
_EXPLAIN = """
    SELECT coalesce(json_agg(said), '[]')::text
    FROM {tenant}.explain_score(({tenant}.profile(%s, %s) ->> 'profile_id')::uuid, %s) AS said
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


@app.command("fit")
def fit_command(
    tenant: Name,
    model: Model = "mbg_nbd",
    as_of: AsOf = None,
    holdout_days: Holdout = None,
    months: Annotated[int, typer.Option("--months", help="How far lifetime value looks ahead.")] = 12,
    discount: Annotated[float, typer.Option("--discount", help="Of a month: 0.01 is about 13 % a year.")] = 0.01,
    margin: Annotated[float, typer.Option("--margin", help="What stays of a value: 1 is revenue.")] = 1.0,
    prior: Prior = 0.0,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Fit the models of customer lifetime value, judge them, and let cdp_clv show what they say."""
    given = (model, as_of, holdout_days, months, discount, margin, prior)
    if dry_run:
        print_sql(_FIT, tenant, *given)
        return
    with connected(dsn, data_dir) as connection, working("fitting"):
        fit = answer(connection, _FIT, tenant, *given)
    if as_json:
        print_json(fit)
        return
    print_fit(fit)
    if fit["is_active"]:
        say(f"Every customer is a row of the view tenant_{tenant}.cdp_clv.")


@app.command("show")
def show_command(
    tenant: Name,
    fit_id: Annotated[int | None, typer.Option("--fit", metavar="FIT", help="Which fit. Default: the last.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show a fit of the models of customer lifetime value: parameters, warnings, and how it was judged."""
    with connected(dsn, data_dir) as connection:
        fit = answer(connection, _SHOW, tenant, fit_id)
    if as_json:
        print_json(fit)
        return
    if fit is None:
        say(f"There is no such fit. Make one with: c360 score fit {tenant}")
        return
    print_fit(fit)


@app.command("validate")
def validate_command(
    tenant: Name,
    model: Model = "mbg_nbd",
    as_of: AsOf = None,
    holdout_days: Holdout = None,
    prior: Prior = 0.0,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Judge the models by the last days of the tenant, fitted to the time before. Keeps nothing."""
    with connected(dsn, data_dir) as connection, working("fitting"):
        said = answer(connection, _VALIDATE, tenant, model, as_of, holdout_days, prior)
    if as_json:
        print_json(said)
    elif said is None:
        say("Before the days held out there were too few customers to fit to.")
    else:
        print_validation(said)


@app.command("movement")
def movement_command(
    tenant: Name,
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="The earlier time, such as 2026-06-30.")],
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="The later time. Default: now.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show who went from which RFM segment to which between two points in time, as a matrix of customers."""
    with connected(dsn, data_dir) as connection:
        moved = answer(connection, _MOVEMENT, tenant, since, until)
        names = answer(connection, _NAMES, tenant)
    if as_json:
        print(moved)
        return
    _print_matrix(json.loads(moved), names)
    say("Rows are where customers were, columns where they are now; nobody is lost between.")


@app.command("explain")
def explain_command(
    tenant: Name,
    profile: Annotated[
        str, typer.Argument(metavar="PROFILE", help="Id of the golden record, or an identifier of it: type=value.")
    ],
    score: Annotated[
        str,
        typer.Argument(
            metavar="SCORE",
            help="rfm_segment, recency_score, frequency_score, monetary_score, clv, engagement, inactivity or lead.",
        ),
    ],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show why a golden record has a score: parts that add up to it, in numbers and in words."""
    with connected(dsn, data_dir) as connection:
        said = answer(connection, _EXPLAIN, tenant, *named_identifier(profile), score)
    if as_json:
        print(said)
        return
    _print_parts(json.loads(said, parse_float=Decimal, parse_int=Decimal), score)


def _print_parts(parts: list[dict[str, Any]], score: str) -> None:
    if not parts:
        say(f"This golden record has no {score}: too little is known of it, or there is no such golden record.")
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
