"""What `c360 import` shows of presets: whose export a file is, what is left out, the first rows.

Asks and prints; SQL decides.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Annotated, Any

import psycopg
import typer
from rich.table import Table

from c360.importing.load import Wish, preview, propose
from c360.importing.rows import Reader
from c360_cli.connection import connected
from c360_cli.options import DataDir, Dsn, Json, Tenant, confirm
from c360_cli.output import print_json, print_table, printable, say, shown
from c360_cli.tenant_calls import records

_PRESETS = "SELECT * FROM {tenant}.import_presets(%s)"
_LOUD_REASONS = {"needs_source", "no_purpose", "consent"}


def presets_command(
    tenant: Tenant,
    preset: Annotated[str | None, typer.Argument(metavar="PRESET", help="One of them, such as hubspot.")] = None,
    dsn: Dsn = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the systems whose exports `c360 import --preset` knows, and what it makes of their columns.

    Example: c360 import-presets acme shopify
    """
    with connected(dsn, data_dir) as connection:
        lines = records(connection, _PRESETS, tenant, preset)
    if as_json:
        print_json(lines)
        return
    table = Table("preset", "column", "is", box=None)
    for line in printable(lines):
        table.add_row(line["preset"], " / ".join(line["column_names"]), line["target"])
    print_table(table)


def chosen(connection: psycopg.Connection, wish: Wish, reader: Reader, yes: bool, quiet: bool) -> tuple[Wish, bool]:
    """The wish with the preset its header tells, and whether it was told so; a person at a terminal is asked first."""
    if "preset" in wish.options or not wish.options.get("guess", True):
        return wish, False
    proposed = propose(connection, wish, reader)
    if proposed["preset"] is None:
        return wish, False
    wish = replace(wish, options=wish.options | {"preset": proposed["preset"]})
    say(
        f"this is an export of {proposed['preset']}, taken as --preset {proposed['preset']}; "
        "--preset none guesses column by column"
    )
    if not wish.dry_run and not yes and not quiet and sys.stdin.isatty() and sys.stderr.isatty():
        print_mapping(proposed)
        print_sample(preview(connection, wish, reader))
        confirm(f"Import {reader.path.name} like this?", yes)
    return wish, True


def print_mapping(summary: dict[str, Any]) -> None:
    table = Table("column", "is", box=None)
    for column, target in printable(summary["mapping"]).items():
        table.add_row(column, target if isinstance(target, str) else ", ".join(target))
    for left in printable(summary["left_out"]):
        why = left["hint"].partition(";")[0] if left["reason"] in _LOUD_REASONS else left["hint"]
        table.add_row(left["column"], f"left out: {why}")
    print_table(table)


def say_left_out(summary: dict[str, Any]) -> None:
    """What a person can do about columns that should not be lost, once for all it would mend."""
    columns: dict[str, list[str]] = {}
    for left in printable(summary["left_out"]):
        if left["reason"] in _LOUD_REASONS:
            columns.setdefault(left["hint"].partition("; ")[2], []).append(left["column"])
    for remedy, names in columns.items():
        say(f"left out: {', '.join(names)}: {remedy}")


def print_sample(sample: list[dict[str, Any]]) -> None:
    table = Table("row", "is known by", "is", "agrees to", box=None)
    for row in printable(sample):
        if row["code"] is not None:
            table.add_row(str(row["row"]), "", f"refused: {row['code']}", "")
            continue
        table.add_row(
            str(row["row"]),
            "\n".join(f"{kind} {value}" for kind, values in row["identifiers"].items() for value in values),
            "\n".join(f"{name} {_cell(value)}" for name, value in (row["attributes"] | row["traits"]).items()),
            "\n".join(f"{answer['purpose']} {'yes' if answer['is'] else 'no'}" for answer in row["consents"]),
        )
    print_table(table)


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return ", ".join(map(shown, value)) if isinstance(value, list) else shown(value)
