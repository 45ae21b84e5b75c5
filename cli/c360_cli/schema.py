"""`c360 schema`: the tracking plan, which says what properties each event has, as a file and in the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from psycopg.types.json import Jsonb
from rich.table import Table

from c360.domain.errors import UsageError
from c360_cli.connection import connected
from c360_cli.options import DataDir, DryRun, Dsn, Json, Tenant, limit_option
from c360_cli.output import print_json, print_table, printable, say
from c360_cli.sql import print_sql
from c360_cli.tenant_calls import answer, records

app = typer.Typer(
    help="Keep a tracking plan: what properties each event has.\n\nExample: c360 schema infer acme 'Order Completed'",
    no_args_is_help=True,
)

Event = Annotated[str, typer.Argument(metavar="EVENT", help="Name of a track event; or identify, page, screen, group.")]

_SET = "SELECT {tenant}.set_event_schema(%s, %s, %s, %s)"
_REMOVE = "SELECT {tenant}.remove_event_schema(%s, %s)"
_LIST = "SELECT * FROM {tenant}.event_schemas()"
_CHECK = "SELECT * FROM {tenant}.check_event(%s)"
_TYPES = ("identify", "page", "screen", "group")
_PARTS = {"type", "mode", "schema"}


@app.command("infer")
def infer_command(
    tenant: Tenant,
    event: Event,
    limit: Annotated[int, limit_option("How many of the last events to look at.")] = 1000,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print the plan that the last events of a kind follow, to correct and apply: properties and types, no values.

    Example: c360 schema infer acme 'Order Completed'
    """
    with connected(dsn, data_dir) as connection:
        found = answer(connection, "SELECT {tenant}.infer_event_schema(%s, NULL, %s)", tenant, event, limit)
    if found is None:
        raise UsageError(
            f'no event "{event}" has arrived', code="U1114", hint=f"`c360 events tail {tenant}` shows which have."
        )
    _print_plan({event: {"mode": "warn", "schema": found}}, as_json)


@app.command("show")
def show_command(
    tenant: Tenant,
    event: Annotated[str | None, typer.Argument(metavar="EVENT", help="Only this one.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print the plan in force, in the form that `c360 schema apply` takes.

    Example: c360 schema show acme
    """
    with connected(dsn, data_dir) as connection:
        stated = records(connection, _LIST, tenant)
    _print_plan({_title(row): _entry(row) for row in stated if event in {None, row["event_name"]}}, as_json)


@app.command("apply")
def apply_command(
    tenant: Tenant,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The plan as YAML or JSON, see `c360 schema show`.")],
    prune: Annotated[
        bool, typer.Option("--prune", help="Take events that the file does not name out of the plan.")
    ] = False,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Put the schemas of a file into the plan, all or none; in force at once. Safe to repeat.

    Example: c360 schema apply acme plan.yaml
    """
    wanted = list(_read_plan(file))
    done: dict[str, list[str]] = {"set": [], "unchanged": [], "removed": []}
    with connected(dsn, data_dir) as connection, connection.transaction():
        known = {(row["event_type"], row["event_name"]): row for row in records(connection, _LIST, tenant)}
        named = {_kind(name, kind) for name, kind, _, _ in wanted}
        gone = [row for key, row in known.items() if prune and key not in named]
        if dry_run:
            _print_changes(tenant, wanted, gone)
            return
        for name, kind, mode, schema in wanted:
            before = known.get(_kind(name, kind))
            version = answer(connection, _SET, tenant, name, Jsonb(schema), mode, kind)
            done["unchanged" if before and before["version"] == version else "set"].append(name)
        for row in gone:
            answer(connection, _REMOVE, tenant, row["event_name"], row["event_type"])
            done["removed"].append(_title(row))
    if as_json:
        print_json(done)
        return
    for what, names in done.items():
        if names:
            say(f"{what}: {', '.join(names)}")


def _print_changes(tenant: str, wanted: list[tuple[str, str, str, dict[str, Any]]], gone: list[dict[str, Any]]) -> None:
    for name, kind, mode, schema in wanted:
        print_sql(_SET, tenant, name, Jsonb(schema), mode, kind)
    for row in gone:
        print_sql(_REMOVE, tenant, row["event_name"], row["event_type"])


def _kind(name: str, kind: str) -> tuple[str, str]:
    """Type and name as the database has them."""
    return kind, name.strip() if kind == "track" else kind


@app.command("check")
def check_command(
    tenant: Tenant,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Events as JSON lines, or one JSON array.")],
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Try events from a file against the plan; nothing is recorded. Ends with 1 where one does not follow.

    Example: c360 schema check acme events.jsonl
    """
    found = []
    with connected(dsn, data_dir) as connection:
        for number, event in enumerate(_read_events(file), 1):
            for row in records(connection, _CHECK, tenant, Jsonb(event)):
                found.append({"number": number, "event": event.get("event") or event.get("type"), **row})
    if as_json:
        print_json(found)
    elif found:
        table = Table("number", "event", "where", "keyword", "demanded", "mode", box=None)
        for row in found:
            table.add_row(str(row["number"]), printable(row["event"]), *_what(row), row["mode"])
        print_table(table)
    else:
        say("all events follow the plan.")
    if found:
        raise typer.Exit(1)


@app.command("violations")
def violations_command(
    tenant: Tenant,
    event: Annotated[str | None, typer.Argument(metavar="EVENT", help="Only of this one.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List what events that were taken did not follow, most frequent first; `c360 events rejected` has the others.

    Example: c360 schema violations acme
    """
    with connected(dsn, data_dir) as connection:
        found = records(connection, "SELECT * FROM {tenant}.event_violations(%s)", tenant, event)
    if as_json:
        print_json(found)
        return
    table = Table("event", "version", "where", "keyword", "demanded", "count", "last", "examples", box=None)
    for row in found:
        examples = " ".join(map(str, row["event_ids"]))
        last = f"{row['last_seen_at']:%Y-%m-%d %H:%M}"
        table.add_row(_title(row), str(row["version"]), *_what(row), str(row["violation_count"]), last, examples)
    print_table(table)


def _what(row: dict[str, Any]) -> tuple[str, str, str]:
    return (
        printable(row["path"] or "/"),
        row["keyword"],
        printable(json.dumps(row["demanded"], ensure_ascii=False)[:60]),
    )


def _title(row: dict[str, Any]) -> str:
    return str(row["event_name"])


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    is_clear = row["event_type"] == ("track" if row["event_name"] not in _TYPES else row["event_name"])
    return ({} if is_clear else {"type": row["event_type"]}) | {"mode": row["mode"], "schema": row["schema"]}


def _print_plan(events: dict[str, Any], as_json: bool) -> None:
    plan = {"events": events}
    if as_json:
        print_json(plan)
    else:
        print(yaml.safe_dump(plan, sort_keys=False, allow_unicode=True), end="")


def _read_plan(file: Path) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Name, type, mode and schema of each event of a file."""
    try:
        plan = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{file} cannot be read: {error}", hint="It is YAML or JSON in UTF-8.") from error
    events = plan.get("events") if isinstance(plan, dict) else None
    if not isinstance(events, dict):
        raise UsageError(f"{file} has no events", hint="Begin with `events:`, see `c360 schema show`.")
    for name, entry in events.items():
        if not isinstance(entry, dict) or "schema" not in entry or entry.keys() - _PARTS:
            raise UsageError(
                f'event "{name}" of {file} cannot be read',
                hint="It has schema, and perhaps mode and type.",
            )
        kind = entry.get("type") or (name if name in _TYPES else "track")
        yield str(name), kind, entry.get("mode", "warn"), entry["schema"]


def _read_events(file: Path) -> Iterator[dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        events = json.loads(text) if text.lstrip().startswith("[") else list(_parsed_lines(file, text))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{file} cannot be read: {error}", hint="One event a line, or a list.") from error
    for event in events:
        if not isinstance(event, dict):
            raise UsageError(f"{file} holds something that is no event", hint="An event is a JSON object.")
        yield event


def _parsed_lines(file: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise UsageError(
                    f"{file}: line {number} is not JSON: {error}", hint="One event a line, or a list."
                ) from error
