"""`c360 consent`: the purposes of a tenant, what a person said to them and what holds."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table

from c360_cli.connection import connected
from c360_cli.identifiers import named_identifier
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, Who, Yes, confirm, time_option
from c360_cli.output import print_json, print_table, printable, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records

app = typer.Typer(
    help="Record what people agree to, for which purposes, and show what holds."
    "\n\nExample: c360 consent show acme email=an@shop.vn",
    no_args_is_help=True,
)

Purpose = Annotated[str, typer.Argument(metavar="PURPOSE", help="Name of the purpose, such as marketing.")]


class Decision(StrEnum):
    """What a person says to a purpose."""

    GRANTED = "granted"
    DENIED = "denied"


_LIST = "SELECT coalesce(jsonb_agg(listed), '[]') FROM {tenant}.list_consent_purposes() AS listed"
_DECLARE = "SELECT {tenant}.set_consent_purpose(%s, %s::jsonb, %s)"
_REMOVE = "SELECT {tenant}.remove_consent_purpose(%s)"
_SHOW = "SELECT {tenant}.consents(%s, %s)"
_PROOFS = "SELECT to_jsonb(listed.*) AS row FROM {tenant}.consent_proofs(%s, %s) AS listed"
_SET = "SELECT {tenant}.set_consent(%s, %s, %s, %s, %s, %s, %s::timestamptz, %s)"


@app.command("list")
def list_command(tenant: Tenant, dsn: Dsn = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the purposes of a tenant, also those that touchpoints send and nobody declared.

    Example: c360 consent list acme
    """
    with connected(dsn, data_dir) as connection:
        purposes = answer(connection, _LIST, tenant)
    if as_json:
        print_json(purposes)
        return
    table = Table("purpose", "basis", "when nothing was said", "channels", "text", "title", box=None)
    for row in printable(purposes):
        if row["is_declared"]:
            default = "allowed" if row["allows_by_default"] else "not allowed"
            table.add_row(
                row["purpose"],
                row["basis"],
                default,
                ", ".join(row["channels"]) or "any",
                row["text_version"],
                row["title"],
            )
        else:
            table.add_row(row["purpose"], "not declared", "not allowed", "", "", "")
    print_table(table)


@app.command("declare")
def declare_command(
    tenant: Tenant,
    purpose: Purpose,
    basis: Annotated[
        str,
        typer.Option(help="consent, contract, legal_obligation, vital_interests, public_task or legitimate_interests."),
    ] = "consent",
    allowed: Annotated[
        bool, typer.Option("--allowed-by-default", help="Allowed while a person has said nothing.")
    ] = False,
    title: Annotated[str, typer.Option(help="What people call it.")] = "",
    description: Annotated[str, typer.Option(help="What is done with the data.")] = "",
    channels: Annotated[
        list[str] | None, typer.Option("--channel", metavar="CHANNEL", help="A way of contact it is for. Default: any.")
    ] = None,
    text_version: Annotated[str, typer.Option(help="Version of the text that persons are shown.")] = "",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Declare a purpose or change it, whole: what is left out has its default.

    Example: c360 consent declare acme marketing --title "Offers and news"
    """
    settings = {
        "title": title,
        "description": description,
        "basis": basis,
        "allows_by_default": allowed,
        "channels": channels or [],
        "text_version": text_version,
    }
    if dry_run:
        print_sql(_DECLARE, tenant, purpose, json.dumps(settings), False)
        return
    with connected(dsn, data_dir) as connection:
        changed = answer(connection, _DECLARE, tenant, purpose, json.dumps(settings), False)
    if as_json:
        print_json({"changed": changed})
        return
    say(f"tenant {tenant}: purpose {purpose} is {'declared' if changed else 'as it was'}.")


@app.command("remove")
def remove_command(
    tenant: Tenant,
    purpose: Purpose,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Remove a purpose: nothing may be sent for it any more. What persons said to it stays.

    Example: c360 consent remove acme marketing
    """
    if dry_run:
        print_sql(_REMOVE, tenant, purpose)
        return
    confirm(f"Remove purpose {purpose} of tenant {tenant}?", yes)
    with connected(dsn, data_dir) as connection:
        removed = answer(connection, _REMOVE, tenant, purpose)
    if as_json:
        print_json({"removed": removed})
        return
    say(f"tenant {tenant}: purpose {purpose} {'is gone' if removed else 'was not there'}.")


@app.command("show")
def show_command(
    tenant: Tenant,
    who: Who,
    proofs: Annotated[
        bool, typer.Option("--proofs", help="The statements with what proves them; for administrators.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what a person said to which purposes, and what holds.

    Example: c360 consent show acme email=an@shop.vn
    """
    identifier = named_identifier(who)
    with connected(dsn, data_dir) as connection:
        shown = answer(connection, _SHOW, tenant, *identifier)
        proven = [row["row"] for row in records(connection, _PROOFS, tenant, *identifier)] if proofs else []
    if as_json:
        print_json(shown | ({"proofs": proven} if proofs else {}))
        return
    if (shown["candidates"] or 0) > 1:
        say(f"{shown['candidates']} golden records have this {identifier[0]}; this is the oldest")
    table = Table("purpose", "allowed", "because", "since", "basis", box=None)
    for row in printable(shown["purposes"]):
        because = {"default": "nothing was said"}.get(row["state"], f"it was {row['state']}")
        if not row["is_declared"]:
            because = f"not declared; {because}"
        table.add_row(
            row["purpose"], "yes" if row["is_allowed"] else "no", because, row["since"] or "", row["basis"] or ""
        )
    print_table(table)
    _print_history(printable(proven if proofs else shown["history"]), proofs)


def _print_history(rows: list[dict[str, Any]], proofs: bool) -> None:
    last = "proof" if proofs else "times"
    table = Table("said", "purpose", "answer", "how", "source", "text", last, box=None)
    for row in rows:
        table.add_row(
            row["last_said_at"],
            row["purpose"],
            "yes" if row["is_granted"] else "no",
            row["method"],
            row["source"],
            row["text_version"],
            row["proof"] if proofs else str(row["said_count"]),
        )
    print_table(table)


@app.command("set")
def set_command(
    tenant: Tenant,
    who: Who,
    purpose: Purpose,
    decision: Annotated[Decision, typer.Argument(metavar="DECISION", help="granted or denied.")],
    proof: Annotated[
        str, typer.Option(help="How it is known, such as the number of the form; required for granted.")
    ] = "",
    text_version: Annotated[str, typer.Option(help="Version of the text the person was shown.")] = "",
    at: Annotated[str | None, time_option("--at", "When they said so. Default: now.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would hold then, and change nothing.")] = False,
) -> None:
    """Keep a yes or no of a person that came another way: by telephone, on paper.

    Example: c360 consent set acme email=an@shop.vn marketing denied --proof "call 4711"
    """
    identifier = named_identifier(who)
    with connected(dsn, data_dir) as connection:
        told = answer(
            connection,
            _SET,
            tenant,
            *identifier,
            purpose,
            decision is Decision.GRANTED,
            proof,
            text_version,
            at,
            dry_run,
        )
    if as_json:
        print_json(told)
        return
    before, after = ("allowed" if told[when]["is_allowed"] else "not allowed" for when in ("before", "after"))
    would = "would be" if dry_run else "is"
    say(f"{told['profile_id']}: {purpose} {would} {after} (before: {before}, {told['before']['state']}).")
    if decision is Decision.GRANTED and after == "not allowed":
        say("A later no stands against it.")
