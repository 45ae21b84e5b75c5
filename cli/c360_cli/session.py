"""`c360 session`: list visits of customers and work them out at once. What a visit is, is decided in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.identifiers import named_identifier
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, limit_option
from c360_cli.output import in_steps, print_json, print_table, printable, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer

app = typer.Typer(help="List visits of customers.\n\nExample: c360 session list acme", no_args_is_help=True)


_LIST = "SELECT coalesce(json_agg(visit), '[]') FROM {tenant}.list_sessions(%s, %s, %s) AS visit"
_REFRESH = "SELECT {tenant}.refresh_sessions()"


@app.command("list")
def list_command(
    tenant: Tenant,
    profile: Annotated[
        str | None,
        typer.Option(metavar="IDENTIFIER", help="Of this customer: type=value, such as email=an@shop.vn, or an id."),
    ] = None,
    limit: Annotated[int, limit_option("Most visits to show.")] = 20,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show visits, newest first: of everybody or of one customer.

    Example: c360 session list acme --profile email=an@shop.vn
    """
    kind, value = (None, None) if profile is None else named_identifier(profile)
    with connected(dsn, data_dir) as connection:
        visits = answer(connection, _LIST, tenant, kind, value, limit)
    if as_json:
        print_json(visits)
        return
    _print_visits(printable(visits))
    say(f"Every visit is a row of the view tenant_{tenant}.cdp_sessions.")


@app.command("refresh")
def refresh_command(
    tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False
) -> None:
    """Work out the visits of visitors with new events, a step at a time. The worker does it by itself.

    Example: c360 session refresh acme
    """
    if dry_run:
        print_sql(_REFRESH, tenant)
        return
    done = {"visitors": 0, "sessions": 0}
    with connected(dsn, data_dir) as connection, in_steps("working out visits", "visitors") as steps:
        has_more = True
        while has_more:
            step = answer(connection, _REFRESH, tenant)
            connection.commit()
            has_more = step["has_more"]
            done = {name: done[name] + step[name] for name in done}
            steps.advance(step["visitors"])
    if as_json:
        print_json(done)
        return
    say("Another session is at it." if step.get("busy") else "{visitors} visitors, {sessions} visits.".format(**done))


def _print_visits(visits: list[dict[str, Any]]) -> None:
    table = Table("started", "minutes", "events", "from", "entry", "exit", "source", "profile", box=None)
    for visit in visits:
        came_from = visit["campaign_source"] or visit["referrer_host"] or ""
        table.add_row(
            datetime.fromisoformat(visit["started_at"]).strftime("%Y-%m-%d %H:%M"),
            f"{visit['duration_seconds'] / 60:.1f}",
            str(visit["event_count"]),
            came_from,
            visit["entry_path"] or "",
            visit["exit_path"] or "",
            visit["source"],
            visit["master_profile_id"] or "",
        )
    print_table(table)
