"""`c360 retention`: how long a tenant keeps what, and removing what is past. Everything is decided in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from c360.domain.errors import UsageError
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Yes, confirm, time_option
from c360_cli.output import in_steps, print_json, print_table, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer
from c360_cli.times import read_span

app = typer.Typer(
    help="Set how long what is kept, and remove what is past.\n\nExample: c360 retention show acme",
    no_args_is_help=True,
)


_RETENTION = """
    SELECT coalesce(jsonb_agg(to_jsonb(known) || jsonb_build_object('keep', extract(day FROM known.keep))), '[]')
    FROM {tenant}.retention() AS known
"""
_SET = "SELECT {tenant}.set_retention(%s, %s::interval)"
_RUN = "SELECT {tenant}.apply_retention(%s, coalesce(%s::timestamptz, now()), %s)"


@app.command("show")
def show_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show how long each kind of data is kept.

    Example: c360 retention show acme
    """
    with connected(dsn, data_dir) as connection:
        kinds = answer(connection, _RETENTION, tenant)
    if as_json:
        print_json(kinds)
        return
    table = Table("kind", "kept", "set by", "last applied", "what", box=None)
    for kind in kinds:
        table.add_row(
            kind["kind"],
            "for ever" if kind["keep"] is None else f"{kind['keep']} days",
            "default" if kind["is_default"] else "the tenant",
            (kind["applied_at"] or "")[:19],
            kind["description"],
        )
    print_table(table)


@app.command("set")
def set_command(
    tenant: Tenant,
    policies: Annotated[
        list[str],
        typer.Argument(
            metavar="KIND=TIME...", help="Such as events=400d history=3y; 26w are weeks; default takes a policy back."
        ),
    ],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Set how long kinds of data are kept. A worker removes what is past within the hour; run --dry-run shows it.

    Example: c360 retention set acme events=400d history=3y
    """
    wanted = [_policy(text) for text in policies]
    if dry_run:
        for kind, days in wanted:
            print_sql(_SET, tenant, kind, None if days is None else f"{days} days")
        return
    done = []
    with connected(dsn, data_dir) as connection, connection.transaction():
        for kind, days in wanted:
            keep = None if days is None else timedelta(days=days)
            changed = answer(connection, _SET, tenant, kind, keep)
            what = "as the default says" if days is None else f"{days} days"
            done.append({"kind": kind, "keep": days, "is_default": days is None, "changed": changed})
            say(f"tenant {tenant}: {kind}: {what}{'' if changed else ', as before'}.")
    if as_json:
        print_json(done)


@app.command("run")
def run_command(
    tenant: Tenant,
    kind: Annotated[str | None, typer.Option(help="Only this kind.", metavar="KIND")] = None,
    at: Annotated[str | None, time_option("--at", "As of this time, in a dry run also to come. Default: now.")] = None,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be removed, and change nothing.")
    ] = False,
) -> None:
    """Remove what is past, now. A worker does it by itself once an hour.

    Example: c360 retention run acme --dry-run --at 2027-01-01
    """
    with connected(dsn, data_dir) as connection:
        if not dry_run:
            confirm(f"Remove what tenant {tenant} no longer keeps?", yes)
        total: dict[str, Any] = {}
        with in_steps("counting" if dry_run else "removing", "rows") as steps:
            while True:
                outcome = answer(connection, _RUN, tenant, kind, at, dry_run)
                total = _added(total, outcome["kinds"])
                steps.advance(sum(done["removed"] for done in outcome["kinds"].values()))
                if dry_run or not outcome["has_more"]:
                    break
    if as_json:
        print_json({**outcome, "kinds": total})
        return
    _print_kinds(total, dry_run=dry_run)


def _policy(text: str) -> tuple[str, int | None]:
    kind, _, time = text.partition("=")
    if time == "default":
        return kind, None
    span = read_span(time)
    if not kind or span is None or span.seconds:
        raise UsageError(
            f"{text} does not say how long",
            hint="Write events=400d, history=52w or audit=3y; a year is 365 days. events=default takes it back.",
        )
    return kind, span.days


def _added(total: dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    """Counts and partitions of a further step added; the rest as the last step says."""
    for kind, now in step.items():
        before = total.get(kind, {"removed": 0})
        partitions = [*before.get("partitions", []), *now.get("partitions", [])]
        total[kind] = {**now, "removed": before["removed"] + now["removed"]}
        if partitions:
            total[kind]["partitions"] = partitions
    return total


def _print_kinds(kinds: dict[str, Any], *, dry_run: bool) -> None:
    table = Table("kind", "of before", "would go" if dry_run else "removed", "", box=None)
    for kind, done in kinds.items():
        remarks = [", ".join(done.get("partitions", []))]
        remarks += ["in use: the next run tries again"] if done.get("is_postponed") else []
        remarks += ["a worker is at it"] if done.get("is_busy") else []
        table.add_row(kind, done["before"][:19], str(done["removed"]), "; ".join(part for part in remarks if part))
    print_table(table)
    if not kinds:
        say("Nothing is kept for a limited time.")
    if dry_run:
        say("A dry run: nothing was changed.")
