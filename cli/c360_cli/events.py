"""`c360 events`: watch events arrive, load them from files, and settle the rejected ones."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from c360.domain.errors import IngestRefused, UsageError
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Yes, confirm
from c360_cli.output import print_json, print_table, printable, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records
from c360_cli.unmasked import as_sent_if_allowed

app = typer.Typer(help="Watch events arrive, and settle rejected ones.", no_args_is_help=True)
rejected = typer.Typer(help="List, correct, redrive and discard rejected events.", no_args_is_help=True)
app.add_typer(rejected, name="rejected")

Tenant = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant, such as acme.")]
Limit = Annotated[int, typer.Option(min=1, help="Most events to show.")]
Ids = Annotated[list[int], typer.Argument(metavar="ID...", help="Numbers of rejected events.")]

_SECONDS_BETWEEN_LOOKS = 0.5
# Ids are given before commit: an event may appear after one with a higher id. Look back this far each time.
_LOOK_BACK = 1_000
_BATCH = 1_000
_BATCH_BYTES = 400 * 1024
# As text: an event that jsonb does not take must cost no other.
_INGEST = "SELECT {tenant}.ingest_request(%s, 'batch', %s)"
# For an event that is larger than a request may be: it is refused alone, with its reason.
_INGEST_LARGE = "SELECT {tenant}.ingest(p_source => %s, p_batch => %s::jsonb)"
_REDRIVE = "SELECT {tenant}.redrive_rejected_events(%s::bigint[], %s::jsonb)"
_DISCARD = "SELECT {tenant}.discard_rejected_events(%s::bigint[])"


@app.command("tail")
def tail_command(
    tenant: Tenant,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new events until interrupted.")] = False,
    limit: Limit = 20,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show the last events, oldest first."""
    with connected(dsn, data_dir) as connection:
        events = records(connection, "SELECT * FROM {tenant}.recent_events(%s)", tenant, limit)
        _print_events(events, as_json)
        if not follow:
            return
        try:
            for fresh in _new_events(connection, tenant, events):
                _print_events(fresh, as_json)
        except KeyboardInterrupt:
            raise typer.Exit(0) from None


def _new_events(
    connection: psycopg.Connection, tenant: str, shown: list[dict[str, Any]]
) -> Iterator[list[dict[str, Any]]]:
    first = shown[0]["event_id"] - 1 if shown else 0
    seen = {event["event_id"] for event in shown}
    highest = max(seen, default=0)
    while True:
        after = max(first, highest - _LOOK_BACK)
        rows = records(connection, "SELECT * FROM {tenant}.recent_events(%s, %s)", tenant, 2 * _LOOK_BACK, after)
        fresh = [row for row in rows if row["event_id"] not in seen]
        if fresh:
            yield fresh
        seen = {row["event_id"] for row in rows}
        highest = max(seen, default=highest)
        if not fresh:
            time.sleep(_SECONDS_BETWEEN_LOOKS)


@app.command("load")
def load_command(
    tenant: Tenant,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Events as JSON lines, or one JSON array.")],
    source: Annotated[
        str, typer.Option(help="Touchpoint the events come from; part of their deduplication key.")
    ] = "file",
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Ingest events from a file. Safe to repeat when the events carry messageIds."""
    events = _read_events(file)
    totals = {"accepted": 0, "duplicates": 0, "rejected": 0}
    batches = [(_INGEST if _fits(batch) else _INGEST_LARGE, f"[{','.join(batch)}]") for batch in _batches(events)]
    if dry_run:
        for query, batch in batches:
            print_sql(query, tenant, source, batch)
        return
    with connected(dsn, data_dir) as connection:
        for query, batch in track(batches, "loading", console=Console(stderr=True), transient=True):
            outcome: dict[str, Any] = answer(connection, query, tenant, source, batch)
            totals["accepted"] += outcome["accepted"]
            totals["duplicates"] += outcome["duplicates"]
            totals["rejected"] += len(outcome["rejected"])
    if as_json:
        print_json(totals)
    else:
        say(", ".join(f"{count} {name}" for name, count in totals.items()))


@rejected.command("list")
def list_command(
    tenant: Tenant,
    every: Annotated[bool, typer.Option("--all", help="Also those redriven or discarded.")] = False,
    limit: Limit = 100,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List rejected events, newest first."""
    with connected(dsn, data_dir) as connection:
        status = None if every else "rejected"
        rows = records(connection, "SELECT * FROM {tenant}.rejected_events(%s, %s)", tenant, status, limit)
    if as_json:
        print_json(rows)
        return
    table = Table("id", "received", "source", "code", "reason", "status", box=None)
    for row in rows:
        table.add_row(
            str(row["rejected_event_id"]),
            f"{row['received_at']:%Y-%m-%d %H:%M:%S}",
            row["source"],
            row["code"],
            row["reason"],
            row["status"],
        )
    print_table(table)


@rejected.command("show")
def show_command(
    tenant: Tenant,
    rejected_event_id: Annotated[int, typer.Argument(metavar="ID", help="Number of the rejected event.")],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show one rejected event as it was sent; to readers and writers, what they may see of it."""
    query = "SELECT * FROM {tenant}.rejected_events(NULL, 1, ARRAY[%s::bigint])"
    with connected(dsn, data_dir) as connection:
        rows = records(connection, query, tenant, rejected_event_id)
        sent = as_sent_if_allowed(connection, tenant, "rejected_event", rejected_event_id)
    if not rows:
        raise IngestRefused(
            f"rejected event {rejected_event_id} does not exist",
            code="U1404",
            hint=f"List them with: c360 events rejected list {tenant} --all",
        )
    if sent is not None:
        rows[0]["payload"] = sent
    else:
        say("Masked and unknown values are left out; administrators of the tenant see the event as it was sent.")
    if as_json:
        print_json(rows[0])
        return
    for name in ("rejected_event_id", "received_at", "source", "message_id", "code", "reason", "status", "settled_at"):
        say(f"{name + ':':20}{'' if rows[0][name] is None else rows[0][name]}")
    print(rows[0]["payload"])


@rejected.command("redrive")
def redrive_command(
    tenant: Tenant,
    ids: Ids,
    patch: Annotated[
        str | None, typer.Option(help="JSON object laid over each event first; a member set to null is taken out.")
    ] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Send rejected events through ingest again. Exits 1 when some are refused again. Safe to repeat."""
    _check_json(patch)
    if dry_run:
        print_sql(_REDRIVE, tenant, ids, patch)
        return
    with connected(dsn, data_dir) as connection:
        outcome = answer(connection, _REDRIVE, tenant, ids, patch)
    if as_json:
        print_json(outcome)
    else:
        for item in outcome["rejected"]:
            say(f"{item['rejected_event_id']}: {item['code']}: {item['message']}")
        say(f"{outcome['redriven']} redriven, {outcome['duplicates']} duplicates, {len(outcome['rejected'])} rejected")
    if outcome["rejected"]:
        raise typer.Exit(1)


@rejected.command("discard")
def discard_command(
    tenant: Tenant,
    ids: Ids,
    yes: Yes = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Give rejected events up. They stay in the table, settled. Safe to repeat."""
    if dry_run:
        print_sql(_DISCARD, tenant, ids)
        return
    confirm(f"Discarded events cannot be redriven any more. Discard {len(ids)} of tenant {tenant}?", yes)
    with connected(dsn, data_dir) as connection:
        count = answer(connection, _DISCARD, tenant, ids)
    print_json({"discarded": count}) if as_json else say(f"{count} discarded")


def _print_events(events: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        for event in events:
            print_json(event)
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for event in events:
        payload = event["payload"]
        table.add_row(
            Text(f"{event['occurred_at']:%Y-%m-%d %H:%M:%S}", "dim"),
            Text(event["source"], "cyan"),
            Text(printable(event["event_name"]), "bold"),
            Text(printable(str(payload.get("userId") or payload.get("anonymousId") or ""))),
            Text(printable(event["message_id"]), "dim"),
        )
    if events:
        print_table(table)


def _batches(events: list[str]) -> Iterator[list[str]]:
    """Events by the thousand, fewer where they would not fit into a request."""
    batch: list[str] = []
    size = 0
    for event in events:
        size += len(event.encode()) + 1
        if batch and (size > _BATCH_BYTES or len(batch) == _BATCH):
            yield batch
            batch, size = [], len(event.encode()) + 1
        batch.append(event)
    if batch:
        yield batch


def _fits(batch: list[str]) -> bool:
    return len(batch) > 1 or len(batch[0].encode()) <= _BATCH_BYTES


def _read_events(file: Path) -> list[str]:
    """The events of a file, each as JSON text. Bytes that are no UTF-8 become halves of surrogate pairs, which Python
    takes for letters and writes as \\udcff: the database refuses the event, and keeps it readable.
    """
    try:
        text = file.read_text(encoding="utf-8-sig", errors="surrogateescape")
        if text.lstrip().startswith("["):
            return [json.dumps(event) for event in json.loads(text, strict=False)]
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", code="usage") from error
    except ValueError as error:
        raise UsageError(f"{file} cannot be read: {error}", code="usage") from error
    lines = (line for line in text.split("\n") if line.strip())
    return [_event(file, number, line.strip()) for number, line in enumerate(lines, start=1)]


def _event(file: Path, number: int, line: str) -> str:
    """A line as it is, where it is JSON; else as near to it as can be told. One that begins like an event and is none
    becomes a JSON string, to be refused alone.
    """
    try:
        json.loads(line)
        line.encode()
    except ValueError:
        pass
    else:
        return line
    try:
        return json.dumps(json.loads(line, strict=False))
    except ValueError as error:
        if not line.startswith("{"):
            raise UsageError(f"{file}: line {number} is not JSON: {error}", code="usage") from error
        return json.dumps(line)


def _check_json(patch: str | None) -> None:
    if patch is None:
        return
    try:
        is_object = isinstance(json.loads(patch), dict)
    except ValueError:
        is_object = False
    if not is_object:
        raise UsageError("--patch is not a JSON object", code="usage")
