"""`c360 segment`: build segments, see who is in and why. c360.governance checks conditions, PostgreSQL runs them."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from c360.domain.tenants import Segment
from c360_cli.connection import connected
from c360_cli.identifiers import named_identifier
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Who, Yes, confirm, limit_option
from c360_cli.output import console, in_steps, print_json, print_table, printable, say, shown
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records

app = typer.Typer(
    help="Build segments of customers, see who is in and why."
    "\n\nExample: c360 segment create acme vip --where 'total_orders > 3'",
    no_args_is_help=True,
)

Code = Annotated[str, typer.Argument(metavar="SEGMENT", help="Code of the segment, such as vip.")]
Title = Annotated[str | None, typer.Option(help="What people call it.")]
Description = Annotated[str | None, typer.Option(help="What it is for.")]
Where = Annotated[
    str, typer.Option("--where", metavar="CONDITION", help="What holds for its members, such as 'total_orders > 3'.")
]

_LIST = "SELECT to_jsonb(listed.*) AS row FROM {tenant}.list_segments() AS listed"
_MEMBERS = "SELECT * FROM {tenant}.segment_members(%s, %s, %s)"
_HISTORY = "SELECT * FROM {tenant}.segment_history(%s, %s, NULL, %s)"
_WHY = "SELECT * FROM {tenant}.explain_segment(%s, %s)"
_FIND = "SELECT {tenant}.profile(%s, %s) ->> 'profile_id'"
_IN = """
    SELECT EXISTS (
        SELECT FROM {tenant}.cdp_profile_segments AS own WHERE own.segment = %s AND own.master_profile_id = %s
    )
"""
_REFRESH = "SELECT {tenant}.refresh_segments()"
_SIGNS = {True: "[green]yes[/green]", False: "[red]no[/red]", None: "[yellow]unknown[/yellow]"}


@app.command("create")
def create_command(
    tenant: Tenant,
    segment: Code,
    condition: Where,
    title: Title = None,
    description: Description = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Tell segment.entered of everybody who is in from the start.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Make a segment and find its members.

    Example: c360 segment create acme vip --where 'total_orders > 3'
    """
    made = Segment(
        name=segment, title=title or "", description=description or "", condition=condition, notifies_first=notify
    )
    _put(tenant, made, True, dsn, data_dir, as_json, dry_run)


@app.command("set")
def set_command(
    tenant: Tenant,
    segment: Code,
    condition: Annotated[str | None, typer.Option("--where", metavar="CONDITION", help="Another condition.")] = None,
    title: Title = None,
    description: Description = None,
    paused: Annotated[
        bool | None, typer.Option("--pause/--resume", help="Leave the members as they are, or go on.")
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Change a segment; with another condition its members are found anew.

    Example: c360 segment set acme vip --where 'total_orders > 5'
    """
    from c360.governance.segmenting import find_segment  # here, because it brings the slow renderer along

    given: dict[str, Any] = {"condition": condition, "title": title, "description": description}
    if paused is not None:
        given["status"] = "paused" if paused else "active"
    with connected(dsn, data_dir) as connection:
        known = find_segment(connection, tenant, segment)
    changed = dataclasses.replace(known, **{key: value for key, value in given.items() if value is not None})
    _put(tenant, changed, False, dsn, data_dir, as_json, dry_run)


@app.command("remove")
def remove_command(
    tenant: Tenant,
    segment: Code,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Remove a segment with its members and their history. Nobody is told that they left.

    Example: c360 segment remove acme vip --yes
    """
    from c360.governance.segmenting import drop_segment, find_segment

    with connected(dsn, data_dir) as connection:
        if dry_run:
            print(drop_segment(connection, tenant, segment, dry_run=True).sql)
            return
        find_segment(connection, tenant, segment)
        confirm(f"Remove segment {segment} of tenant {tenant} with its history?", yes)
        drop_segment(connection, tenant, segment)
    if as_json:
        print_json({"segment": segment, "removed": True})
        return
    say(f"segment {segment} is removed.")


@app.command("preview")
def preview_command(
    tenant: Tenant,
    condition: Where,
    sample: Annotated[int, typer.Option(min=0, max=1000, help="How many members to show.")] = 10,
    timeout: Annotated[int, typer.Option(min=1, max=3600, help="Seconds it may take.")] = 60,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Count who would be in and show some of them. Keeps nothing.

    Example: c360 segment preview acme --where 'total_orders > 3'
    """
    from c360.governance.segmenting import preview_segment

    with connected(dsn, data_dir) as connection:
        found = preview_segment(connection, tenant, condition, sample, timeout)
    if as_json:
        print_json(found)
        return
    names = list(dict.fromkeys(name for row in found["sample"] for name in row["values"] or ()))
    table = Table("profile", *map(printable, names), box=None)
    for row in found["sample"]:
        values = row["values"] or {}
        table.add_row(row["profile_id"], *(shown(values.get(name)) for name in names))
    if found["sample"]:
        print_table(table)
    say(f"{found['members']} of {found['profiles']} golden records: {printable(found['condition'])}")


@app.command("list")
def list_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """List the segments of a tenant.

    Example: c360 segment list acme
    """
    with connected(dsn, data_dir) as connection:
        segments = [row["row"] for row in records(connection, _LIST, tenant)]
    if as_json:
        print_json(segments)
        return
    table = Table("segment", "members", "status", "title", "condition", box=None)
    for row in printable(segments):
        status = row["status"] if row["is_current"] or row["status"] == "new" else f"{row['status']}, to be synced"
        if row["problem"]:
            status = f"{status}: {row['problem']}"
        members = "****" if row["members"] is None else str(row["members"])
        table.add_row(row["segment"], members, status, row["title"], row["condition"])
    print_table(table)


@app.command("members")
def members_command(
    tenant: Tenant,
    segment: Code,
    after: Annotated[UUID | None, typer.Option(metavar="ID", help="Go on after this one.")] = None,
    limit: Annotated[int, limit_option("Most members to show.")] = 100,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List who is in a segment, in the order of their ids.

    Example: c360 segment members acme vip --limit 20
    """
    with connected(dsn, data_dir) as connection:
        members = records(connection, _MEMBERS, tenant, segment, after, limit)
    if as_json:
        print_json(members)
        return
    table = Table("profile", "since", box=None)
    for row in members:
        table.add_row(str(row["master_profile_id"]), _time(row["entered_at"]))
    print_table(table)
    if len(members) == limit:
        say(f"There may be more: --after {members[-1]['master_profile_id']}")


@app.command("history")
def history_command(
    tenant: Tenant,
    segment: Annotated[str | None, typer.Argument(metavar="SEGMENT", help="Of this segment.")] = None,
    profile: Annotated[str | None, typer.Option(metavar="IDENTIFIER", help="Of this customer.")] = None,
    limit: Annotated[int, limit_option("Most changes to show.")] = 50,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show who entered and left, newest first, and why.

    Example: c360 segment history acme vip --limit 20
    """
    with connected(dsn, data_dir) as connection:
        profile_id = None if profile is None else answer(connection, _FIND, tenant, *named_identifier(profile))
        changes = records(connection, _HISTORY, tenant, segment, profile_id, limit)
    if as_json:
        print_json(changes)
        return
    table = Table("profile", "when", "segment", "change", "reason", box=None)
    for row in changes:
        when = _time(row["changed_at"])
        table.add_row(str(row["master_profile_id"]), when, row["segment"], row["change"], row["reason"])
    print_table(table)


@app.command("why")
def why_command(
    tenant: Tenant,
    segment: Code,
    profile: Who,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Say which part of the condition holds for a customer and which does not, with the values.

    Example: c360 segment why acme vip email=an@shop.vn
    """
    with connected(dsn, data_dir) as connection:
        profile_id = answer(connection, _FIND, tenant, *named_identifier(profile))
        parts = records(connection, _WHY, tenant, segment, profile_id)
        is_member = answer(connection, _IN, tenant, segment, profile_id)
    if as_json:
        print_json({"profile_id": profile_id, "segment": segment, "is_member": is_member, "parts": parts})
        return
    console().print(_tree(parts))
    holds = parts[0]["holds"] is True
    say(f"{profile_id} is {'' if is_member else 'not '}in {segment}.")
    if holds != is_member:
        say("That is of the last evaluation; the next one changes it.")


@app.command("refresh")
def refresh_command(
    tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False, dry_run: DryRun = False
) -> None:
    """Look at everybody: new conditions, and who enters or leaves because time passes.

    Example: c360 segment refresh acme
    """
    from c360.governance.segmenting import fill_segments

    if dry_run:
        print_sql(_REFRESH, tenant)
        return
    with connected(dsn, data_dir) as connection, in_steps("looking at everybody", "golden records") as steps:
        done = fill_segments(connection, tenant, steps.advance, whole=True)
    if as_json:
        print_json(done)
        return
    say("{profiles} golden records looked at, {entered} entered, {left} left.".format(**done))


def _put(
    tenant: str, segment: Segment, is_new: bool, dsn: str | None, data_dir: DataDir, as_json: bool, dry_run: bool
) -> None:
    from c360.governance.segmenting import fill_segments, put_segment

    with connected(dsn, data_dir) as connection:
        plan = put_segment(connection, tenant, segment, is_new=is_new, dry_run=dry_run)
        if dry_run:
            print(plan.sql)
            return
        connection.commit()
        with in_steps(f"filling segment {segment.name}", "golden records") as steps:
            done = fill_segments(connection, tenant, steps.advance)
        listed = [row["row"] for row in records(connection, _LIST, tenant) if row["row"]["segment"] == segment.name]
    if as_json:
        print_json({**listed[0], "entered": done["entered"], "left": done["left"]})
        return
    say(f"segment {segment.name}: {listed[0]['members']} members; {done['entered']} entered, {done['left']} left.")


def _tree(parts: list[dict[str, Any]]) -> Tree:
    made: dict[int, Tree] = {}
    for part in printable(parts):
        text = escape(part["condition"]) if part["kind"] == "leaf" else part["kind"].upper()
        values = ", ".join(f"{name} = {shown(value)}" for name, value in part["values"].items())
        label = f"{_SIGNS[part['holds']]}  {text}" + (f"  [dim]({escape(values)})[/dim]" if values else "")
        above = made.get(part["parent"])
        made[part["place"]] = Tree(label) if above is None else above.add(label)
    return made[1]


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
