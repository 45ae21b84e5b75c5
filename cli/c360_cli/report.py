"""`c360 report`: the figures of a tenant by day, cohort and segment. Draws what the database keeps."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from c360.domain.errors import UsageError
from c360_cli import funnel
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json
from c360_cli.output import print_json, say, working
from c360_cli.report_screens import print_clv, print_cohorts, print_funnel, print_overview, print_rfm
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

app = typer.Typer(help="Figures of a tenant by day, cohort and segment.", no_args_is_help=True)
show_app = typer.Typer(help="Draw a report, or print it for programs.", no_args_is_help=True)
app.add_typer(show_app, name="show")
app.add_typer(funnel.app, name="funnel")

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant, such as acme.")]
From = Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day, such as 2026-06-01.")]
To = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day. Default: today.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV for spreadsheets.")]

# The database renders the JSON: money stays exact.
_DAYS = "SELECT coalesce(json_agg(told), '[]')::text FROM {tenant}.report_days(%s::date, %s::date) AS told"
_COHORTS = "SELECT coalesce(json_agg(told), '[]')::text FROM {tenant}.report_cohorts(%s::date, %s::date) AS told"
_RFM = "SELECT coalesce(json_agg(told), '[]')::text FROM {tenant}.report_rfm(%s::date, %s::date) AS told"
_CLV = "SELECT coalesce(json_agg(told), '[]')::text FROM {tenant}.report_clv(%s::date, %s::date) AS told"
_FUNNEL = """
    SELECT coalesce(json_agg(told), '[]')::text
    FROM {tenant}.report_funnel(%s::text[], %s::interval, %s::date, %s::date) AS told
"""
_KEPT_FUNNEL = """
    SELECT coalesce(json_agg(told), '[]')::text
    FROM {tenant}.kept_funnel(%s, %s::date, %s::date) AS told
"""
_IS_COUNTED = "SELECT listed.is_counted FROM {tenant}.list_funnels() AS listed WHERE listed.funnel = %s"
_REFRESH = "SELECT {tenant}.refresh_reports(p_snapshot => %s)"


@show_app.command("overview")
def overview_command(
    tenant: Name,
    since: From = None,
    until: To = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    as_csv: AsCsv = False,
) -> None:
    """Show events, new, active and returning customers, orders, revenue and refunds of each day. Default: 30 days."""
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _DAYS, tenant, since, until)
    _print(rows, as_json, as_csv, print_overview)


@show_app.command("cohorts")
def cohorts_command(
    tenant: Name,
    since: From = None,
    until: To = None,
    buyers: Annotated[bool, typer.Option("--buyers", help="Who bought instead of who was active.")] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    as_csv: AsCsv = False,
) -> None:
    """Show which part of each month's new customers came back in the months after. Default: 12 months."""
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _COHORTS, tenant, since, until)
    _print(rows, as_json, as_csv, lambda told: print_cohorts(told, "buyers" if buyers else "active_profiles"))


@show_app.command("rfm")
def rfm_command(
    tenant: Name,
    since: From = None,
    until: To = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    as_csv: AsCsv = False,
) -> None:
    """Show the RFM segments as they were on the last day, and how they changed since the first. Default: 30 days."""
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _RFM, tenant, since, until)
    _print(rows, as_json, as_csv, print_rfm)


@show_app.command("clv")
def clv_command(
    tenant: Name,
    since: From = None,
    until: To = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    as_csv: AsCsv = False,
) -> None:
    """Show tenths of the customers by what they are expected to bring, as of the last day. Default: 30 days."""
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _CLV, tenant, since, until)
    _print(rows, as_json, as_csv, print_clv)


@show_app.command("funnel")
def funnel_command(
    tenant: Name,
    name: Annotated[
        str | None, typer.Argument(metavar="[FUNNEL]", help="One of c360 report funnel list, by what is kept of it.")
    ] = None,
    steps: Annotated[
        list[str] | None,
        typer.Option("--step", metavar="EVENT", help="Name of an event; two to ten, in order, counted now."),
    ] = None,
    within: Annotated[
        str, typer.Option("--within", metavar="TIME", help="From the first step to the last, with --step.")
    ] = "7 days",
    since: From = None,
    until: To = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    as_csv: AsCsv = False,
) -> None:
    """Show how many customers came from step to step. Default: those who began in the last 30 days."""
    if (name is None) == (not steps):
        raise UsageError(
            "give the name of a funnel, or its steps",
            hint="c360 report funnel list TENANT shows the names; steps are --step EVENT --step EVENT.",
        )
    with connected(dsn, data_dir) as connection, working("counting"):
        if name is None:
            rows = answer(connection, _FUNNEL, tenant, steps, within, since, until)
        else:
            rows = answer(connection, _KEPT_FUNNEL, tenant, name, since, until)
            is_counted = answer(connection, _IS_COUNTED, tenant, name)
    _print(rows, as_json, as_csv, print_funnel)
    if name is not None and not is_counted:
        say(f"Not everybody has been counted yet: wait some minutes, or: c360 report refresh {tenant}")


@app.command("refresh")
def refresh_command(
    tenant: Name, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False
) -> None:
    """Bring the reports up to date, and keep the segments of today anew. The worker does it by itself."""
    if dry_run:
        print_sql(_REFRESH, tenant, True)
        return
    profiles = 0
    with connected(dsn, data_dir) as connection, working("refreshing"):
        told = {"has_more": True}
        while told["has_more"]:
            told = answer(connection, _REFRESH, tenant, True)
            profiles += told["profiles"]
            connection.commit()
    if as_json:
        print_json({**told, "profiles": profiles})
        return
    say(f"tenant {tenant}: {profiles:,} customers worked out; segments kept as of now.")


def _print(rows: str, as_json: bool, as_csv: bool, draw: Callable[[list[dict[str, Any]]], None]) -> None:
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other", hint="Give one of them.")
    if as_json:
        print(rows)
        return
    told = json.loads(rows, parse_float=str)
    if not as_csv:
        draw(told)
    elif told:
        writer = csv.DictWriter(sys.stdout, told[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(told)
