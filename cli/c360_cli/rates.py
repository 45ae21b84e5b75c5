"""`c360 rates`: exchange rates into the currency of a tenant. The database decides what a rate may be."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg.types.json import Jsonb
from rich.table import Table

from c360.domain.errors import UsageError
from c360_cli.connection import connected
from c360_cli.days import day_option, local_day
from c360_cli.options import DataDir, Dsn, Json, Tenant, limit_option
from c360_cli.output import print_json, print_table, say
from c360_cli.tenant_calls import answer

app = typer.Typer(
    help="Set and list exchange rates of a tenant.\n\nExample: c360 rates set acme EUR=1.08", no_args_is_help=True
)

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Check the rates, count what would change, and change nothing.")
]

_SET = "SELECT {tenant}.set_currency_rates(%s, %s)"
# The database renders the JSON: rates stay exact.
_LIST = """
    SELECT coalesce(json_agg(json_build_object(
        'currency', known.currency, 'day', known.day, 'rate', known.rate::text, 'in_currency', known.in_currency,
        'set_at', known.set_at, 'set_by', known.set_by
    )), '[]')
    FROM {tenant}.list_currency_rates(%s, %s) AS known
"""
_COLUMNS = ("currency", "day", "rate")


@app.command("list")
def list_command(
    tenant: Tenant,
    currency: Annotated[str | None, typer.Option(metavar="CODE", help="Only this currency, such as EUR.")] = None,
    limit: Annotated[int, limit_option("Most rates to show.")] = 100,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show exchange rates, newest day first.

    Example: c360 rates list acme --currency EUR
    """
    with connected(dsn, data_dir) as connection:
        rates = answer(connection, _LIST, tenant, currency, limit)
    if as_json:
        print_json(rates)
        return
    table = Table("from day", "currency", "rate", "in", "set by", box=None)
    for rate in rates:
        table.add_row(rate["day"], rate["currency"], rate["rate"], rate["in_currency"], rate["set_by"])
    print_table(table)
    if not rates:
        say(f"tenant {tenant} has no exchange rates: orders in other currencies are counted, their value is left out.")


@app.command("set")
def set_command(
    tenant: Tenant,
    rates: Annotated[
        list[str],
        typer.Argument(metavar="CODE=RATE...", help="Such as EUR=1.08: what one unit is worth; EUR=none removes it."),
    ],
    day: Annotated[str, day_option("--day", "First day they count for, such as 2026-06-01. Default: today.")] = "now",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Set exchange rates from a day on, until the next rate. Golden records they concern are computed anew.

    Example: c360 rates set acme EUR=1.08 --day 2026-06-01
    """
    wanted = [_rate(text) for text in rates]
    with connected(dsn, data_dir) as connection:
        first = str(local_day(connection, tenant, day))
        wanted = [{**rate, "day": first} for rate in wanted]
        done = answer(connection, _SET, tenant, Jsonb(wanted), dry_run)
        connection.commit()
    _print_done(tenant, done, as_json=as_json)


@app.command("import")
def import_command(
    tenant: Tenant,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header: currency, day, rate.")],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Set the exchange rates of a file, all or none. Safe to repeat: rates that are there already change nothing.

    Example: c360 rates import acme rates.csv --dry-run
    """
    wanted = _read(file)
    with connected(dsn, data_dir) as connection:
        done = answer(connection, _SET, tenant, Jsonb(wanted), dry_run)
        connection.commit()
    _print_done(tenant, done, as_json=as_json)


def _rate(text: str) -> dict[str, Any]:
    currency, separator, rate = text.partition("=")
    if not separator:
        raise UsageError(f"{text} does not say a rate", hint="Write EUR=1.08, or EUR=none to remove it.")
    return {"currency": currency, "rate": None if rate == "none" else rate}


def _read(file: Path) -> list[dict[str, Any]]:
    """Rows as they are written: the database says which of them is no rate."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, restval="")
            columns = {name.strip().lower(): name for name in rows.fieldnames or []}
            if not set(_COLUMNS) <= set(columns):
                raise UsageError(
                    f"{file} has not the columns currency, day and rate",
                    hint="Begin with the line: currency,day,rate",
                )
            return [{name: (row[columns[name]] or "").strip() for name in _COLUMNS} for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file} cannot be read: {error}", hint="Give a CSV file in UTF-8.") from error


def _print_done(tenant: str, done: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    say(
        f"tenant {tenant}: {done['set']} rates set, {done['removed']} removed, {done['unchanged']} as before;"
        f" {done['orders']} orders count at another rate."
    )
    if done["dry_run"]:
        say("A dry run: nothing was changed.")
