"""`c360 agent`: what an AI agent may know about a person, and who asked."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.identifiers import named_identifier
from c360_cli.options import DataDir, Dsn, Json, Tenant, Who, limit_option
from c360_cli.output import print_json, print_table, printable, say
from c360_cli.tenant_calls import answer, records

app = typer.Typer(
    help="Show what AI agents may know about a person, and who asked."
    "\n\nExample: c360 agent context acme email=an@shop.vn --purpose support",
    no_args_is_help=True,
)


_CONTEXT = "SELECT {tenant}.agent_context(%s, %s, %s, %s, %s)"
_AUDIT = "SELECT to_jsonb(listed.*) AS row FROM {tenant}.agent_calls(%s, %s, %s) AS listed"


@app.command("context")
def context_command(
    tenant: Tenant,
    who: Who,
    purpose: Annotated[str, typer.Option(help="What the agent does it for: a declared purpose, such as support.")],
    channel: Annotated[
        str | None, typer.Option(help="Over which the agent would talk, such as email. Default: any.")
    ] = None,
    events: Annotated[int, typer.Option(min=0, max=50, help="How many of the last events are told.")] = 10,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what an agent is told about a person for a purpose. The call is kept like those of agents.

    Example: c360 agent context acme email=an@shop.vn --purpose support
    """
    with connected(dsn, data_dir) as connection:
        told = answer(connection, _CONTEXT, tenant, *named_identifier(who), purpose, channel, events)
    if as_json:
        print_json(told)
        return
    told = printable(told)
    said = "may be used" if told["is_allowed"] else "does not allow it; nothing else is told"
    say(f"{told['profile_id']}, for {purpose}: {said}.")
    for limit in told["do_not"]:
        over = f" over {limit['channel']}" if limit["channel"] else ""
        until = f" until {limit['until']}" if limit["until"] else ""
        say(f"  do not {limit['what']}{over}{until}: {limit['reason']}")
    if told["is_allowed"]:
        say(f"  {_next(told)}")
    table = Table("what", "told", box=None)
    for kind in ("profile", "masked", "computed_traits", "scores", "segments", "last_events", "consents"):
        for name, value in _lines(told[kind]):
            table.add_row(f"{kind} {name}".strip(), value)
    print_table(table)


@app.command("audit")
def audit_command(
    tenant: Tenant,
    who: Annotated[
        str | None,
        typer.Argument(metavar="IDENTIFIER", help="Calls about one person: type=value or a profile id. Default: all."),
    ] = None,
    limit: Annotated[int, limit_option("Most calls to show, the latest first.")] = 100,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show who asked for the context of whom, what for, and which kinds of data were given; for administrators.

    Example: c360 agent audit acme email=an@shop.vn
    """
    identifier = named_identifier(who) if who else (None, None)
    with connected(dsn, data_dir) as connection:
        calls = [row["row"] for row in records(connection, _AUDIT, tenant, *identifier, limit)]
    if as_json:
        print_json(calls)
        return
    table = Table("when", "who", "profile", "purpose", "channel", "allowed", "given", box=None)
    for call in printable(calls):
        table.add_row(
            call["called_at"],
            f"{call['via']} {call['caller']}",
            call["profile_id"],
            call["purpose"],
            call["channel"] or "any",
            "yes" if call["is_allowed"] else "no",
            ", ".join(call["given"]),
        )
    print_table(table)


def _next(told: dict[str, Any]) -> str:
    action = told["next_best_action"]
    if action:
        return f"next: {action['rule']} over {action['channel']}, not before {action['not_before']}"
    because = "; ".join(f"{rule['rule']} {', '.join(rule['reasons'])}" for rule in told["no_action_because"])
    return f"next: nothing ({because or 'no rule is for this purpose'})"


def _lines(value: Any) -> list[tuple[str, str]]:
    """A table's rows: a line for each member of an object and each entry of a list."""
    if isinstance(value, dict):
        return [(name, entry if isinstance(entry, str) else json.dumps(entry)) for name, entry in value.items()]
    return [("", entry if isinstance(entry, str) else json.dumps(entry)) for entry in value or []]
