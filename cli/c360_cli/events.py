"""`c360 events`: watch events arrive, and load them from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.table import Table
from rich.text import Text

from c360.importing.events import FileEvent, events_of
from c360.importing.formats import reader_of
from c360.importing.source import readable
from c360_cli.connection import connected
from c360_cli.file_work import Delimiter, Encoding, Kind, Sheet, course
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, limit_option
from c360_cli.output import pause, print_json, print_table, printable, say, until_interrupted
from c360_cli.rejected import app as rejected
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records

app = typer.Typer(
    help="Watch events arrive, and settle rejected ones.\n\nExample: c360 events tail acme --follow",
    no_args_is_help=True,
)
app.add_typer(rejected, name="rejected")

Limit = Annotated[int, limit_option("Most events to show.")]

_SECONDS_BETWEEN_LOOKS = 0.5
# Ids are given before commit: an event may appear after one with a higher id. Look back this far each time.
_LOOK_BACK = 1_000
_BATCH = 1_000
_BATCH_BYTES = 400 * 1024
# As text: an event that jsonb does not take must cost no other.
# As an import: the times of a file are as they are, however long ago it was sent.
_INGEST = "SELECT {tenant}.ingest_request(%s, 'import', %s)"
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
    """Show the last events, oldest first.

    Example: c360 events tail acme --follow
    """
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
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines, one JSON array, CSV or Excel.")],
    source: Annotated[
        str, typer.Option(help="Touchpoint the events come from; part of their deduplication key.")
    ] = "file",
    kind: Kind = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Ingest events from a file. Safe to repeat, also where it was interrupted: the same file brings nothing twice.

    Example: c360 events load acme events.jsonl --source web
    """
    reader = reader_of(file, kind, delimiter=delimiter, encoding=encoding, sheet=sheet)
    batches = _batches(events_of(reader))
    if dry_run:
        with readable(file):
            for batch in batches:
                print_sql(_query(batch), tenant, source, _body(batch))
        return
    totals = {"accepted": 0, "duplicates": 0, "rejected": 0}
    with connected(dsn, data_dir) as connection, course("loading", reader) as show, readable(file):
        for batch in batches:
            outcome: dict[str, Any] = answer(connection, _query(batch), tenant, source, _body(batch))
            totals["accepted"] += outcome["accepted"]
            totals["duplicates"] += outcome["duplicates"]
            totals["rejected"] += len(outcome["rejected"])
            show(batch[-1].position, batch[-1].number, 0)
    if as_json:
        print_json(totals | reader.described)
    else:
        say(", ".join(f"{count:,} {name}" for name, count in totals.items()))


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


def _batches(events: Iterable[FileEvent]) -> Iterator[list[FileEvent]]:
    """Events by the thousand, fewer where they would not fit into a request."""
    batch: list[FileEvent] = []
    size = 0
    for event in events:
        length = len(event.text.encode()) + 1
        size += length
        if batch and (size > _BATCH_BYTES or len(batch) == _BATCH):
            yield batch
            batch, size = [], length
        batch.append(event)
    if batch:
        yield batch


def _body(batch: list[FileEvent]) -> str:
    return f"[{','.join(event.text for event in batch)}]"


def _query(batch: list[FileEvent]) -> str:
    fits = len(batch) > 1 or len(batch[0].text.encode()) <= _BATCH_BYTES
    return _INGEST if fits else _INGEST_LARGE
