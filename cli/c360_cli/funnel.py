"""`c360 report funnel`: the funnels that are counted for a tenant as events come."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, confirm, span_option
from c360_cli.output import print_json, print_table, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

app = typer.Typer(
    help="Funnels that are counted as events come.\n\nExample: c360 report funnel list acme", no_args_is_help=True
)

Funnel = Annotated[str, typer.Argument(metavar="FUNNEL", help="Name of the funnel, such as checkout.")]

_LIST = "SELECT coalesce(jsonb_agg(listed), '[]') FROM {tenant}.list_funnels() AS listed"
_SET = "SELECT {tenant}.set_funnel(%s, %s::text[], %s)"
_REMOVE = "SELECT {tenant}.remove_funnel(%s)"


@app.command("list")
def list_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the funnels of a tenant: their steps, and whether all customers have been counted.

    Example: c360 report funnel list acme
    """
    with connected(dsn, data_dir) as connection:
        funnels = answer(connection, _LIST, tenant)
    if as_json:
        print_json(funnels)
        return
    table = Table("funnel", "steps", "within", "counted", box=None)
    for funnel in funnels:
        counted = "yes" if funnel["is_counted"] else "not yet"
        table.add_row(funnel["funnel"], " > ".join(funnel["steps"]), funnel["within"], counted)
    print_table(table)


@app.command("set")
def set_command(
    tenant: Tenant,
    funnel: Funnel,
    steps: Annotated[
        list[str], typer.Option("--step", metavar="EVENT", help="Name of an event; two to ten, in order.")
    ],
    within: Annotated[str, span_option("--within", "From the first step to the last.")] = "7d",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Add a funnel or change it. The worker counts it from all events that are kept, then as events come.

    Example: c360 report funnel set acme checkout --step page --step 'Order Completed' --within 3d
    """
    if dry_run:
        print_sql(_SET, tenant, funnel, steps, within)
        return
    with connected(dsn, data_dir) as connection:
        changed = answer(connection, _SET, tenant, funnel, steps, within)
    if as_json:
        print_json({"changed": changed})
        return
    if not changed:
        say(f"tenant {tenant}: funnel {funnel} is as it was.")
        return
    say(f"tenant {tenant}: funnel {funnel} is counted within minutes, or now with: c360 report refresh {tenant}")


@app.command("remove")
def remove_command(
    tenant: Tenant,
    funnel: Funnel,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Take a funnel away, with what was counted of it.

    Example: c360 report funnel remove acme checkout --yes
    """
    if dry_run:
        print_sql(_REMOVE, tenant, funnel)
        return
    confirm(f"Remove funnel {funnel} of tenant {tenant}?", yes)
    with connected(dsn, data_dir) as connection:
        removed = answer(connection, _REMOVE, tenant, funnel)
    if as_json:
        print_json({"removed": removed})
        return
    say(f"tenant {tenant}: funnel {funnel} {'is gone' if removed else 'was not there'}.")
