"""`c360 events`: watch events arrive, and load them from files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.table import Table
from rich.text import Text

from c360.domain.errors import UsageError
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, limit_option
from c360_cli.output import pause, print_json, print_table, printable, progress, say, until_interrupted
from c360_cli.rejected import app as rejected
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records

app = typer.Typer(help="Watch events arrive, and settle rejected ones.", no_args_is_help=True)
app.add_typer(rejected, name="rejected")

Limit = Annotated[int, limit_option("Most events to show.")]

_SECONDS_BETWEEN_LOOKS = 0.5
# Ids are given before commit: an event may appear after one with a higher id. Look back this far each time.
_LOOK_BACK = 1_000
_BATCH = 1_000
_BATCH_BYTES = 400 * 1024
# As text: an event that jsonb does not take must cost no other.
_INGEST = "SELECT {tenant}.ingest_request(%s, 'batch', %s)"
# For an event that is larger than a request may be: it is refused alone, with its reason.
_INGEST_LARGE = "SELECT {tenant}.ingest(p_source => %s, p_batch => %s::jsonb)"


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
    with until_interrupted(follow), connected(dsn, data_dir) as connection:
        events = records(connection, "SELECT * FROM {tenant}.recent_events(%s)", tenant, limit)
        _print_events(events, as_json)
        if follow:
            for fresh in _new_events(connection, tenant, events):
                _print_events(fresh, as_json)


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
            pause(_SECONDS_BETWEEN_LOOKS)


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
    with connected(dsn, data_dir) as connection, progress("loading") as bar:
        for query, batch in bar.track(batches):
            outcome: dict[str, Any] = answer(connection, query, tenant, source, batch)
            totals["accepted"] += outcome["accepted"]
            totals["duplicates"] += outcome["duplicates"]
            totals["rejected"] += len(outcome["rejected"])
    if as_json:
        print_json(totals)
    else:
        say(", ".join(f"{count} {name}" for name, count in totals.items()))


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
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{file} cannot be read: {error}") from error
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
            raise UsageError(f"{file}: line {number} is not JSON: {error}") from error
        return json.dumps(line)
