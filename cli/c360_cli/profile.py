"""`c360 profile`: look at golden records. Everything shown comes from the database, masked where metadata say so."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from c360.domain.errors import UsageError
from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json
from c360_cli.output import console, print_json, print_table, printable

app = typer.Typer(help="Look at golden records.", no_args_is_help=True)

Tenant = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant, such as acme.")]
Who = Annotated[
    str, typer.Argument(metavar="IDENTIFIER", help="type=value, such as email=an@shop.vn, or a profile id.")
]

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
_PROFILE = "SELECT c360.profile(%s, %s, %s)"
_VERSIONS = "SELECT json_agg(history ORDER BY history.version DESC) FROM c360.profile_history(%s, %s) AS history"
_ATTRIBUTES = "SELECT jsonb_path_query_array(c360.tenant_metadata(%s), '$.attributes[*].attribute')"


@app.command("show")
def show_command(tenant: Tenant, who: Who, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show a golden record with its identifiers and last events."""
    identifier = _identifier(who)
    with connected(dsn, data_dir) as connection:
        profile = _answer(connection, _PROFILE, tenant, *identifier)
        order = [] if as_json else _answer(connection, _ATTRIBUTES, tenant)
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
    """Say why the observations of a golden record are one person."""
    identifier = _identifier(who)
    with connected(dsn, data_dir) as connection:
        profile = _answer(connection, _PROFILE, tenant, *identifier)
        explained = _answer(connection, "SELECT c360.explain_profile(%s, %s)", tenant, profile["profile_id"])
    if as_json:
        print_json(explained)
        return
    explained = printable(explained)
    tree = Tree(f"[bold]{explained['profile_id']}[/bold]")
    for seen in explained["observations"]:
        source, rule = escape(seen["source"]), escape(seen["rule"])
        branch = tree.add(f"observation {seen['raw_profile_id']} from {source}: [bold]{rule}[/bold]")
        for identifier in seen["identifiers"]:
            sent = f"  (sent as {identifier['as_sent']})" if "as_sent" in identifier else ""
            branch.add(escape(f"{identifier['identifier_type']} = {identifier['value']}{sent}"))
        for step in seen["path"]:
            shared = f"{step['identifier_type']} {step['value']}"
            branch.add(escape(f"shares {shared} with observation {step['with_raw_profile_id']}"))
    for merge in explained["merges"]:
        tree.add(escape(_merge_text(merge)))
    console().print(tree)


@app.command("history")
def history_command(tenant: Tenant, who: Who, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show every version of a golden record, newest first."""
    identifier = _identifier(who)
    with connected(dsn, data_dir) as connection:
        profile = _answer(connection, _PROFILE, tenant, *identifier)
        versions = _answer(connection, _VERSIONS, tenant, profile["profile_id"])
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


def _identifier(who: str) -> tuple[str, str]:
    """Identifier type and value of what was typed; says at once what is missing from it."""
    kind, equals, value = who.partition("=")
    if equals and kind and value:
        return kind, value
    try:
        return "profile_id", str(UUID(who))
    except ValueError:
        raise UsageError(
            f"{who} is neither a profile id nor type=value",
            code="usage",
            hint=f"Write type=value, such as {_guess(who)}.",
        ) from None


def _guess(who: str) -> str:
    if "=" in who:
        return "email=an@shop.vn"
    if "@" in who:
        return f"email={who}"
    is_phone = who.startswith("+") and who[1:].replace(" ", "").isdigit()
    return f"phone={who}" if is_phone else f"user_id={who}"


def _answer(connection: psycopg.Connection, query: str, *parameters: str) -> Any:
    row = connection.execute(query.encode(), parameters).fetchone()
    return None if row is None else row[0]


def _pairs(values: dict[str, Any]) -> Table:
    table = Table("attribute", "value", box=None)
    for name, value in values.items():
        table.add_row(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return table


def _merge_text(merge: dict[str, Any]) -> str:
    evidence = merge["evidence"]
    text = f"merged with {merge['absorbed_id']} at {merge['merged_at']} by {merge['rule']}"
    if "with_raw_profile_id" not in evidence:
        return text
    theirs = f"{evidence['identifier_type']} {evidence['value']}"
    text += f":\n  observation {evidence['with_raw_profile_id']} holds its {theirs}"
    if "survivor_value" in evidence:
        text += f" and our {evidence['survivor_identifier_type']} {evidence['survivor_value']}"
    return text
