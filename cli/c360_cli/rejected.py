"""`c360 events rejected`: settle what ingest refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.table import Table

from c360.domain.errors import UsageError
from c360_cli import redriving
from c360_cli.connection import connected
from c360_cli.editing import edited, wants_another_try
from c360_cli.options import DataDir, DryRun, Dsn, Json, Output, Tenant, Yes, confirm, limit_option
from c360_cli.output import print_json, print_table, printable, say, writable
from c360_cli.rejected_filter import Filter, filtered
from c360_cli.rejected_pages import exported, one_event, page, pages
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records
from c360_cli.unmasked import as_sent, as_sent_if_allowed

app = typer.Typer(
    help="List, correct, redrive and discard rejected events.\n\nExample: c360 events rejected summary acme",
    no_args_is_help=True,
)

Id = Annotated[int, typer.Argument(metavar="ID", help="Number of the rejected event.")]
Ids = Annotated[list[int] | None, typer.Argument(metavar="ID...", help="Numbers of rejected events.")]
Settled = Annotated[bool, typer.Option("--all", help="Also those redriven or discarded.")]
EveryOpen = Annotated[bool, typer.Option("--all", help="All open ones, where no filter says which.")]
Judge = Annotated[
    bool, typer.Option("--dry-run", help="Say how many would be taken and why others would not, and change nothing.")
]
PrintSql = Annotated[bool, typer.Option("--print-sql", help="Print the SQL that would run, and run nothing.")]

_SUMMARY = "SELECT * FROM {tenant}.summarise_rejected_events(%s::jsonb, %s)"
_REDRIVE = "SELECT {tenant}.redrive_rejected_events(%s::bigint[], %s::jsonb, %s)"
_DISCARD = "SELECT {tenant}.discard_rejected_events(%s::bigint[])"
_DISCARD_BATCH = "SELECT {tenant}.discard_rejected_batch(%s::jsonb)"


@app.command("list")
@filtered
def list_command(
    tenant: Tenant,
    chosen: Filter,
    every: Settled = False,
    limit: Annotated[int, limit_option("Most events to show.")] = 100,
    before: Annotated[int | None, typer.Option(metavar="ID", help="Only those before this one: the next page.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List rejected events, newest first.

    Example: c360 events rejected list acme --code U1109 --since 2h
    """
    with connected(dsn, data_dir) as connection:
        rows = page(connection, tenant, chosen, None if every else "rejected", limit, before)
    if as_json:
        print_json(rows)
        return
    table = Table("id", "received", "source", "event", "code", "reason", "status", box=None)
    for row in rows:
        table.add_row(
            str(row["rejected_event_id"]),
            f"{row['received_at']:%Y-%m-%d %H:%M:%S}",
            row["source"],
            printable(row["event_name"] or ""),
            row["code"],
            row["reason"],
            row["status"],
        )
    print_table(table)
    if len(rows) == limit:
        say(f"Older ones: --before {rows[-1]['rejected_event_id']}")


@app.command("count")
@filtered
def count_command(
    tenant: Tenant,
    chosen: Filter,
    every: Settled = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Count rejected events.

    Example: c360 events rejected count acme --since 7d
    """
    status = None if every else "rejected"
    with connected(dsn, data_dir) as connection:
        if chosen.contains:
            count = sum(1 for _ in chosen.ids(connection, tenant, status))
        else:
            count = answer(connection, redriving.COUNT, tenant, chosen.document(), status)
    print_json({"count": count}) if as_json else print(count)


@app.command("summary")
@filtered
def summary_command(
    tenant: Tenant,
    chosen: Filter,
    every: Settled = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Say why events of which source were refused: how many, the first, the last, an example.

    Example: c360 events rejected summary acme
    """
    status = None if every else "rejected"
    with connected(dsn, data_dir) as connection:
        document = (
            chosen.document(id=list(chosen.ids(connection, tenant, status)) or [-1])
            if chosen.contains
            else chosen.document()
        )
        rows = records(connection, _SUMMARY, tenant, document, status)
    if as_json:
        print_json(rows)
        return
    table = Table("code", "source", "events", "first", "last", "example", "reason", box=None)
    for row in rows:
        table.add_row(
            row["code"],
            row["source"],
            f"{row['event_count']:,}",
            f"{row['first_received_at']:%Y-%m-%d %H:%M:%S}",
            f"{row['last_received_at']:%Y-%m-%d %H:%M:%S}",
            str(row["example_id"]),
            row["reason"],
        )
    print_table(table)


@app.command("show")
def show_command(
    tenant: Tenant,
    rejected_event_id: Id,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show one rejected event as it was sent; to readers and writers, what they may see of it.

    Example: c360 events rejected show acme 17
    """
    with connected(dsn, data_dir) as connection:
        row = one_event(connection, tenant, rejected_event_id)
        sent = as_sent_if_allowed(connection, tenant, "rejected_event", rejected_event_id)
    if sent is not None:
        row["payload"] = sent
    else:
        say("Masked and unknown values are left out; administrators of the tenant see the event as it was sent.")
    if as_json:
        print_json(row)
        return
    for name in ("rejected_event_id", "received_at", "source", "message_id", "code", "reason", "status", "settled_at"):
        say(f"{name + ':':20}{'' if row[name] is None else printable(str(row[name]))}")
    print(printable(row["payload"]) if sys.stdout.isatty() else row["payload"])


@app.command("edit")
def edit_command(
    tenant: Tenant,
    rejected_event_id: Id,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Judge = False,
    print_statement: PrintSql = False,
) -> None:
    """Correct a rejected event in $VISUAL or $EDITOR and redrive it. For administrators, who see all of it.

    Example: c360 events rejected edit acme 17
    """
    with connected(dsn, data_dir) as connection:
        row = one_event(connection, tenant, rejected_event_id)
        if row["status"] != "rejected":
            raise UsageError(
                f"rejected event {rejected_event_id} is {row['status']} already",
                hint=f"Those that are open: c360 events rejected list {tenant}",
            )
        text = as_sent(connection, tenant, "rejected_event", [rejected_event_id])[str(rejected_event_id)]
        say(f"{row['code']}: {row['reason']}")
        while True:
            corrected = edited(text)
            if corrected is None:
                say("Nothing was changed.")
                if as_json:
                    redriving.Outcome().report(dry_run=dry_run, as_json=True)
                return
            call = (tenant, [rejected_event_id], [corrected], dry_run)
            if print_statement:
                print_sql(redriving.CORRECT, *call)
                return
            outcome = redriving.Outcome()
            outcome.add(redriving.patiently(connection, redriving.CORRECT, *call))
            if not outcome.rejected or not wants_another_try(f"{outcome.rejected[0]['message']}."):
                break
            text = corrected
    outcome.report(dry_run=dry_run, as_json=as_json)


@app.command("export")
@filtered
def export_command(
    tenant: Tenant,
    chosen: Filter,
    output: Output = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
) -> None:
    """Write open rejected events as JSON lines, to correct and give to redrive --file. For administrators.

    Example: c360 events rejected export acme --code U1109 --output rejected.jsonl
    """
    count = 0
    with connected(dsn, data_dir) as connection, writable(output) as out:
        for rows in pages(connection, tenant, chosen):
            sent = as_sent(connection, tenant, "rejected_event", [row["rejected_event_id"] for row in rows])
            for row in rows:
                text = sent.get(str(row["rejected_event_id"]))
                if text is not None:
                    print(exported(row, text), file=out)
                    count += 1
    say(f"{count} exported")


@app.command("redrive")
@filtered
def redrive_command(
    tenant: Tenant,
    chosen: Filter,
    ids: Ids = None,
    every: EveryOpen = False,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Corrected lines of export; - is stdin.")
    ] = None,
    patch: Annotated[
        str | None,
        typer.Option(help="JSON merge patch laid over each event first; a member set to null is taken out."),
    ] = None,
    after: Annotated[int, typer.Option(metavar="ID", help="Go on after this one, where a run was stopped.")] = 0,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: Judge = False,
    print_statement: PrintSql = False,
) -> None:
    """Send rejected events through ingest again. Exits 1 when some are refused again. Safe to repeat or run at once.

    Example: c360 events rejected redrive acme --file rejected.jsonl --dry-run
    """
    _check_json(patch)
    _check_choice(ids, chosen, every, file)
    if file is not None and patch is not None:
        raise UsageError("a file has corrections of its own: --patch does not go with it")
    if after and (ids or file is not None):
        raise UsageError("--after goes with a filter or --all")
    if print_statement:
        _print_redrive(tenant, chosen, ids, file, patch, after, dry_run)
        return
    with connected(dsn, data_dir) as connection:
        if file is not None:
            outcome = redriving.redrive_by_file(connection, tenant, file, dry_run=dry_run)
        elif ids:
            outcome = redriving.Outcome()
            outcome.add(redriving.patiently(connection, _REDRIVE, tenant, ids, patch, dry_run))
        else:
            outcome = redriving.redrive_by_filter(connection, tenant, chosen, patch, after, dry_run=dry_run)
    outcome.report(dry_run=dry_run, as_json=as_json)


@app.command("discard")
@filtered
def discard_command(
    tenant: Tenant,
    chosen: Filter,
    ids: Ids = None,
    every: EveryOpen = False,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Give rejected events up. They stay in the table, settled. Safe to repeat.

    Example: c360 events rejected discard acme --code U1108 --yes
    """
    _check_choice(ids, chosen, every)
    if dry_run and not chosen.contains:
        print_sql(_DISCARD, tenant, ids) if ids else print_sql(_DISCARD_BATCH, tenant, chosen.document())
        return
    with connected(dsn, data_dir) as connection:
        if chosen.contains:
            found = list(chosen.ids(connection, tenant, "rejected"))
            if dry_run:
                print_sql(_DISCARD, tenant, found)
                return
            number = len(found)
            documents = [chosen.document(id=page) for page in redriving.in_pages(found)]
        else:
            number = len(ids) if ids else answer(connection, redriving.COUNT, tenant, chosen.document(), "rejected")
            documents = [chosen.document()]
        confirm(f"Discarded events cannot be redriven any more. Discard {number} of tenant {tenant}?", yes)
        count = answer(connection, _DISCARD, tenant, ids) if ids else _discard(connection, tenant, documents)
    print_json({"discarded": count}) if as_json else say(f"{count} discarded")


def _discard(connection: psycopg.Connection, tenant: str, documents: list[str]) -> int:
    count = 0
    for document in documents:
        while settled := redriving.patiently(connection, _DISCARD_BATCH, tenant, document):
            count += settled
    return count


def _print_redrive(
    tenant: str, chosen: Filter, ids: list[int] | None, file: Path | None, patch: str | None, after: int, dry_run: bool
) -> None:
    if file is not None:
        numbers, payloads = [list(part) for part in zip(*redriving.read_corrections(file), strict=True)] or ([], [])
        print_sql(redriving.CORRECT, tenant, numbers, payloads, dry_run)
    elif ids:
        print_sql(_REDRIVE, tenant, ids, patch, dry_run)
    elif chosen.contains:
        raise UsageError("--print-sql does not go with --contains", hint="Find their numbers with list.")
    else:
        print_sql(redriving.BATCH, tenant, chosen.document(), patch, dry_run, after, redriving.BATCH_SIZE)


def _check_choice(ids: list[int] | None, chosen: Filter, every: bool, file: Path | None = None) -> None:
    """Exactly one way of saying which; nothing said must not mean all."""
    if sum((bool(ids), chosen.is_given or every, file is not None)) != 1:
        raise UsageError(
            "say which rejected events are meant, in one way",
            hint="By their numbers, by a filter such as --code U1109 --since 2h, or --all.",
        )


def _check_json(patch: str | None) -> None:
    if patch is None:
        return
    try:
        is_object = isinstance(json.loads(patch), dict)
    except ValueError:
        is_object = False
    if not is_object:
        raise UsageError("--patch is not a JSON object")
