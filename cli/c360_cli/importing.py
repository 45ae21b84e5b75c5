"""`c360 import`: customers from a CSV, JSON Lines or Parquet file. Parses options and prints; c360.importing works."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from c360.domain.errors import UsageError
from c360.importing.formats import reader_of
from c360.importing.load import Wish, load
from c360.importing.source import readable
from c360_cli.connection import connected
from c360_cli.file_work import Delimiter, Encoding, Kind, Sheet, course, rate
from c360_cli.import_preset import chosen, presets_command, print_mapping, print_sample, say_left_out
from c360_cli.options import DataDir, Dsn, Json, Tenant, Yes
from c360_cli.output import check_writable, print_json, printable, say, writable
from c360_cli.tenant_calls import records

_REJECTS = "SELECT * FROM {tenant}.import_rejects(%s, 1000, %s)"


def register(app: typer.Typer, panel: str) -> None:
    app.command("import", rich_help_panel=panel)(import_command)
    app.command("import-presets", rich_help_panel=panel)(presets_command)


def import_command(
    tenant: Tenant,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header, JSON, Excel or Parquet.")],
    source: Annotated[str, typer.Option(help="System the rows come from; keys are unique within it.")] = "import",
    key: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column that names a record in its system.")] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=TARGET", help="What a column means; an empty target leaves it out."),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(help="System the file comes from, such as shopify; none: guess. Default: as the header tells."),
    ] = None,
    guess: Annotated[bool, typer.Option(help="Guess what the other columns mean, by their names.")] = True,
    full_extract: Annotated[
        bool, typer.Option("--full-extract", help="The file has all records: mark those it lacks as gone.")
    ] = False,
    reject_invalid: Annotated[
        bool, typer.Option("--reject-invalid", help="Refuse rows with a value its attribute cannot hold.")
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write refused rows there, as JSON Lines. For admins.")
    ] = None,
    kind: Kind = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do all of it, say the outcome, take it back.")] = False,
) -> None:
    """Import customers from a file. Safe to repeat, and goes on where it was interrupted.

    Example: c360 import acme customers.csv --source crm --key 'Customer ID' --dry-run
    """
    if dry_run and rejects is not None:
        raise UsageError("a dry run keeps no refused rows", hint="Its answer shows the first ten.")
    if rejects is not None:
        if rejects.exists() and file.exists() and rejects.samefile(file):
            raise UsageError("--rejects would overwrite the file to import", hint="Name another file.")
        check_writable(rejects)
    mapping = _mapping(mapped or [])
    named = {name for name, target in mapping.items() if target}
    reader = reader_of(file, kind, delimiter=delimiter, encoding=encoding, sheet=sheet, named=named)
    options = {
        "key": key,
        "full_extract": full_extract,
        "reject_invalid": reject_invalid,
        "guess": guess,
        "preset": preset,
    }
    wish = Wish(
        tenant,
        source,
        mapping,
        {name: value for name, value in options.items() if value is not None},
        dry_run,
    )
    with connected(dsn, data_dir) as connection:
        wish, is_detected = chosen(connection, wish, reader, yes, as_json)
        started = time.monotonic()
        with course("importing", reader, leaves_nothing=dry_run) as show, readable(file):
            summary = load(connection, wish, reader, show)
        if rejects is not None:
            _write_rejects(connection, tenant, summary, rejects)
    summary["detected"] = is_detected
    summary["seconds"] = round(time.monotonic() - started, 2)
    if as_json:
        print_json(summary)
    else:
        _print_summary(summary, rate(summary["rows"] - summary["resumed_after"], started))


def _mapping(mapped: list[str]) -> dict[str, Any]:
    """{"column": target, or a list of several, or None}."""
    mapping: dict[str, Any] = {}
    for item in mapped:
        column, equals, target = item.rpartition("=")
        if not equals or not column:
            raise UsageError(f"--map {item} is not COLUMN=TARGET")
        known = mapping.get(column)
        several = known if isinstance(known, list) else [known]
        mapping[column] = [*several, target] if known and target else target or None
    return mapping


def _write_rejects(connection: psycopg.Connection, tenant: str, summary: dict[str, Any], file: Path) -> None:
    """Refused rows as JSON Lines {row_number, code, reason, content}, whole even when the import was interrupted."""
    with writable(file) as out:
        for row in _rejects(connection, tenant, summary["import_id"]):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _rejects(connection: psycopg.Connection, tenant: str, number: int) -> Iterator[dict[str, Any]]:
    after = 0
    while rows := records(connection, _REJECTS, tenant, number, after):
        yield from rows
        after = rows[-1]["row_number"]


def _unusable(name: str) -> str:
    if name.startswith("consents."):
        return "answers that say neither yes nor no; they count only where a column says who objects, and as objections"
    return "values it cannot hold; golden records pass them over"


def _print_summary(summary: dict[str, Any], rate: str) -> None:
    print_mapping(summary)
    if summary.get("sample"):
        print_sample(summary["sample"])
    say_left_out(summary)
    for reject in printable(summary["first_rejects"]):
        say(f"row {reject['row']}: {reject['code']}: {reject['reason']}")
    for attribute, count in summary["unusable"].items():
        say(f"{attribute}: {count:,} {_unusable(attribute)}")
    if summary["resumed_after"]:
        say(f"went on after row {summary['resumed_after']:,}")
    gone = "" if summary["gone"] is None else f", {summary['gone']:,} gone"
    kept_out = f", {summary['suppressed']:,} of erased persons kept out" if "suppressed" in summary else ""
    say(
        f"{summary['status']}: {summary['rows']:,} rows: {summary['new']:,} new, {summary['changed']:,} changed, "
        f"{summary['unchanged']:,} unchanged, {summary['rejected']:,} rejected{gone}{kept_out} ({rate})"
    )
