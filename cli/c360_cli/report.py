"""`c360 report`: the figures of a tenant by day, cohort and segment. Draws what the database keeps."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import psycopg
import typer

from c360.domain.errors import UsageError
from c360_cli import funnel
from c360_cli.connection import connected
from c360_cli.days import day_option, local_day
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, span_option
from c360_cli.output import in_steps, print_json, print_rendered, say, working
from c360_cli.report_screens import print_clv, print_cohorts, print_funnel, print_overview, print_rfm
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

app = typer.Typer(
    help="Figures of a tenant by day, cohort and segment.\n\nExample: c360 report show overview acme --since 30d",
    no_args_is_help=True,
)
show_app = typer.Typer(
    help="Draw a report, or print it for programs.\n\nExample: c360 report show overview acme --since 30d",
    no_args_is_help=True,
)
app.add_typer(show_app, name="show")
app.add_typer(funnel.app, name="funnel")


class Format(StrEnum):
    """How a report is printed."""

    TABLE = "table"
    CSV = "csv"


Since = Annotated[str | None, day_option("--since", "First day: 2026-06-01, or so long ago: 90d.")]
Until = Annotated[str | None, day_option("--until", "Last day. Default: today.")]
As = Annotated[Format, typer.Option("--format", help="For people, or CSV for spreadsheets.")]

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
    tenant: Tenant,
    since: Since = None,
    until: Until = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    form: As = Format.TABLE,
) -> None:
    """Show events, new, active and returning customers, orders, revenue and refunds of each day. Default: 30 days.

    Example: c360 report show overview acme --since 30d
    """
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _DAYS, tenant, *_days(connection, tenant, since, until))
    _print(rows, as_json, form, print_overview)


@show_app.command("cohorts")
def cohorts_command(
    tenant: Tenant,
    since: Since = None,
    until: Until = None,
    buyers: Annotated[bool, typer.Option("--buyers", help="Who bought instead of who was active.")] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    form: As = Format.TABLE,
) -> None:
    """Show which part of each month's new customers came back in the months after. Default: 12 months.

    Example: c360 report show cohorts acme --buyers
    """
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _COHORTS, tenant, *_days(connection, tenant, since, until))
    _print(rows, as_json, form, lambda told: print_cohorts(told, "buyers" if buyers else "active_profiles"))


@show_app.command("rfm")
def rfm_command(
    tenant: Tenant,
    since: Since = None,
    until: Until = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    form: As = Format.TABLE,
) -> None:
    """Show the RFM segments as they were on the last day, and how they changed since the first. Default: 30 days.

    Example: c360 report show rfm acme --since 2026-05-01 --until 2026-05-31
    """
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _RFM, tenant, *_days(connection, tenant, since, until))
    _print(rows, as_json, form, print_rfm)


@show_app.command("clv")
def clv_command(
    tenant: Tenant,
    since: Since = None,
    until: Until = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    form: As = Format.TABLE,
) -> None:
    """Show tenths of the customers by what they are expected to bring, as of the last day. Default: 30 days.

    Example: c360 report show clv acme --format csv
    """
    with connected(dsn, data_dir) as connection:
        rows = answer(connection, _CLV, tenant, *_days(connection, tenant, since, until))
    _print(rows, as_json, form, print_clv)


@show_app.command("funnel")
def funnel_command(
    tenant: Tenant,
    name: Annotated[
        str | None, typer.Argument(metavar="FUNNEL", help="One of c360 report funnel list, by what is kept of it.")
    ] = None,
    steps: Annotated[
        list[str] | None,
        typer.Option("--step", metavar="EVENT", help="Name of an event; two to ten, in order, counted now."),
    ] = None,
    within: Annotated[str, span_option("--within", "From the first step to the last, with --step.")] = "7d",
    since: Since = None,
    until: Until = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    form: As = Format.TABLE,
) -> None:
    """Show how many customers came from step to step. Default: those who began in the last 30 days.

    Example: c360 report show funnel acme --step page --step 'Order Completed' --within 3d
    """
    if (name is None) == (not steps):
        raise UsageError(
            "give the name of a funnel, or its steps",
            hint="c360 report funnel list TENANT shows the names; steps are --step EVENT --step EVENT.",
        )
    with connected(dsn, data_dir) as connection, working("counting"):
        if name is None:
            rows = answer(connection, _FUNNEL, tenant, steps, within, *_days(connection, tenant, since, until))
        else:
            rows = answer(connection, _KEPT_FUNNEL, tenant, name, *_days(connection, tenant, since, until))
            is_counted = answer(connection, _IS_COUNTED, tenant, name)
    _print(rows, as_json, form, print_funnel)
    if name is not None and not is_counted:
        say(f"Not everybody has been counted yet: wait some minutes, or: c360 report refresh {tenant}")


@app.command("refresh")
def refresh_command(
    tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False
) -> None:
    """Bring the reports up to date, and keep the segments of today anew. The worker does it by itself.

    Example: c360 report refresh acme
    """
    if dry_run:
        print_sql(_REFRESH, tenant, True)
        return
    profiles = 0
    with connected(dsn, data_dir) as connection, in_steps("refreshing", "customers") as steps:
        told = {"has_more": True}
        while told["has_more"]:
            told = answer(connection, _REFRESH, tenant, True)
            profiles += told["profiles"]
            steps.advance(told["profiles"])
            connection.commit()
    if as_json:
        print_json({**told, "profiles": profiles})
        return
    say(f"tenant {tenant}: {profiles:,} customers worked out; segments kept as of now.")


def _days(
    connection: psycopg.Connection[Any], tenant: str, since: str | None, until: str | None
) -> tuple[date | None, date | None]:
    return local_day(connection, tenant, since), local_day(connection, tenant, until)


def _print(rows: str, as_json: bool, form: Format, draw: Callable[[list[dict[str, Any]]], None]) -> None:
    if as_json and form is Format.CSV:
        raise UsageError("--json and --format csv exclude each other", hint="Give one of them.")
    if as_json:
        print_rendered(rows)
        return
    told = json.loads(rows, parse_float=str)
    if form is Format.TABLE:
        draw(told)
    elif told:
        writer = csv.DictWriter(sys.stdout, told[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(told)
