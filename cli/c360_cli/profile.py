"""`c360 profile`: look at golden records, merge and split them by hand, erase persons.

Everything shown comes from the database, masked where metadata say so.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.decision import Preview, Reason, show_changes
from c360_cli.explanation import draw_profile
from c360_cli.identifiers import named_identifier
from c360_cli.options import DataDir, Dsn, Json, Tenant, Who, Yes, confirm
from c360_cli.output import console, print_json, print_table, printable, say
from c360_cli.profile_list import export_command, list_command, search_command
from c360_cli.tenant_calls import answer

app = typer.Typer(
    help="Look at golden records, merge and split them, erase persons."
    "\n\nExample: c360 profile show acme email=an@shop.vn",
    no_args_is_help=True,
)
app.command("list")(list_command)
app.command("search")(search_command)
app.command("export")(export_command)


_BOOKKEEPING = (
    "profile_id",
    "requested_id",
    "redirected",
    "version",
    "status",
    "updated_at",
    "identifiers",
    "last_events",
    "candidates",
)
_PROFILE = "SELECT {tenant}.profile(%s, %s)"
_VERSIONS = "SELECT json_agg(history ORDER BY history.version DESC) FROM {tenant}.profile_history(%s) AS history"
_ATTRIBUTES = "SELECT jsonb_path_query_array({tenant}.tenant_metadata(), '$.attributes[*].attribute')"
_ERASE = "SELECT {tenant}.erase_profile(%s, %s, %s, %s, %s)"


@app.command("show")
def show_command(tenant: Tenant, who: Who, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show a golden record with its identifiers and last events.

    Example: c360 profile show acme email=an@shop.vn
    """
    identifier = named_identifier(who)
    with connected(dsn, data_dir) as connection:
        profile = answer(connection, _PROFILE, tenant, *identifier)
        order = [] if as_json else answer(connection, _ATTRIBUTES, tenant)
    if as_json:
        print_json(profile)
        return
    profile = printable(profile)
    screen = console()
    screen.print(f"[bold]{profile['profile_id']}[/bold]  version {profile['version']}, {profile['status']}")
    if profile["redirected"]:
        screen.print(f"asked for {profile['requested_id']}, which was merged into this one")
    if "candidates" in profile:
        screen.print(f"{profile['candidates']} golden records have this {identifier[0]}; this is the oldest")
    shown = [name for name in order if name in profile]
    shown += [name for name in profile if name not in {*shown, *_BOOKKEEPING}]
    print_table(_pairs({name: profile[name] for name in shown}))
    table = Table("identifier", "value", "observations", "last seen", box=None)
    for identifier in profile["identifiers"]:
        mark = "" if identifier["links"] else "  (links nobody)"
        table.add_row(
            identifier["type"], identifier["value"] + mark, str(identifier["observations"]), identifier["last_seen_at"]
        )
    print_table(table)
    events = Table("last events", "type", "when", "source", box=None)
    for event in profile["last_events"]:
        events.add_row(event["event"], event["type"], event["occurred_at"], event["source"])
    print_table(events)


@app.command("explain")
def explain_command(tenant: Tenant, who: Who, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Draw why the observations of a golden record are one person: what ties each to the founding one.

    Example: c360 profile explain acme email=an@shop.vn
    """
    identifier = named_identifier(who)
    with connected(dsn, data_dir) as connection:
        profile = answer(connection, _PROFILE, tenant, *identifier)
        explained = answer(connection, "SELECT {tenant}.explain_profile(%s)", tenant, profile["profile_id"])
    if as_json:
        print_json(explained)
        return
    draw_profile(printable(explained))


@app.command("history")
def history_command(tenant: Tenant, who: Who, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show every version of a golden record, newest first.

    Example: c360 profile history acme email=an@shop.vn
    """
    identifier = named_identifier(who)
    with connected(dsn, data_dir) as connection:
        profile = answer(connection, _PROFILE, tenant, *identifier)
        versions = answer(connection, _VERSIONS, tenant, profile["profile_id"])
    if as_json:
        print_json(versions)
        return
    table = Table("version", "change", "from", "by", "what", box=None)
    for version in printable(versions):
        table.add_row(
            str(version["version"]),
            version["change"],
            version["valid_from"],
            version["changed_by"],
            ", ".join(version["reason"].get("changed", [])),
        )
    print_table(table)


@app.command("merge")
def merge_command(
    tenant: Tenant,
    who: Who,
    other: Who,
    reason: Reason = "",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Preview = False,
) -> None:
    """Make two golden records one, whatever the rules say; the older id lives.

    Example: c360 profile merge acme user_id=7 email=an@shop.vn --reason 'called us' --dry-run
    """
    identifiers = [named_identifier(who), named_identifier(other)]
    with connected(dsn, data_dir) as connection:
        ids = [answer(connection, _PROFILE, tenant, *identifier)["profile_id"] for identifier in identifiers]
        changes = answer(connection, "SELECT {tenant}.merge_profiles(%s, %s, %s, %s)", tenant, *ids, reason, dry_run)
    show_changes(changes, as_json)


@app.command("split")
def split_command(
    tenant: Tenant,
    who: Who,
    observations: Annotated[
        list[int] | None, typer.Option("--observation", help="An observation that leaves; may be repeated.")
    ] = None,
    identifier: Annotated[
        str | None, typer.Option("--identifier", help="type=value: every observation that holds it leaves.")
    ] = None,
    reason: Reason = "",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Preview = False,
) -> None:
    """Take observations out of a golden record, for good; what hangs on them alone goes with them.

    Example: c360 profile split acme email=an@shop.vn --identifier phone=+84901234567 --dry-run
    """
    golden = named_identifier(who)
    kind, value = (None, None) if identifier is None else named_identifier(identifier)
    with connected(dsn, data_dir) as connection:
        profile = answer(connection, _PROFILE, tenant, *golden)["profile_id"]
        query = "SELECT {tenant}.split_profile(%s, %s::bigint[], %s, %s, %s, %s)"
        changes = answer(connection, query, tenant, profile, observations, kind, value, reason, dry_run)
    if not as_json:
        print(f"leave: {', '.join(map(str, changes['left']))}")
        print(f"stay:  {', '.join(map(str, changes['stayed']))}")
    show_changes(changes, as_json)


@app.command("erase")
def erase_command(
    tenant: Tenant,
    who: Who,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept for good, so it must not name the person.")],
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="Keep the events without the person: time, name, amounts.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go, per table, and change nothing.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Forget a person everywhere, for good, and refuse them from now on.

    Example: c360 profile erase acme email=an@shop.vn --reason 'asked on 2026-06-01' --dry-run
    """
    kind, value = named_identifier(who)
    mode = "anonymise" if anonymise else "erase"
    if not dry_run:
        confirm(f"Everything about {who} of tenant {tenant} goes for good. Erase it?", yes)
    with connected(dsn, data_dir) as connection:
        erased = answer(connection, _ERASE, tenant, kind, value, reason, mode, dry_run)
    if as_json:
        print_json(erased)
        return
    table = Table("table", "rows", box=None)
    for name, count in sorted(erased["tables"].items()):
        table.add_row(name, str(count))
    print_table(table)
    if dry_run:
        say("A dry run: nothing was changed.")
        return
    say(f"Erasure {erased['erasure_id']}. Identifiers refused from now on: {erased['suppressed']}.")
    if erased["requeued"]:
        say(f"Observations of others that are resolved anew: {erased['requeued']}.")
    if erased["needs_sync"]:
        say(f"Compiled functions still quote a blocked value: c360 tenant sync {tenant}")


def _pairs(values: dict[str, Any]) -> Table:
    table = Table("attribute", "value", box=None)
    for name, value in values.items():
        table.add_row(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return table
