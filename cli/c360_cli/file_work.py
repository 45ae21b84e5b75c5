"""What commands that read a file have in common: its options, a bar, and what is said when they are stopped."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Annotated

import psycopg
import typer
from rich.progress import TextColumn

from c360.domain.errors import DatabaseUnreachable, from_psycopg
from c360.importing.load import Progress
from c360.importing.rows import Reader
from c360_cli.output import progress, say

Kind = Annotated[str | None, typer.Option("--format", help="csv, jsonl, excel or parquet. Default: as the name ends.")]
Delimiter = Annotated[
    str | None,
    typer.Option(help="Of CSV: a character, or comma, semicolon, tab, pipe. Default: what the header suggests."),
]
Encoding = Annotated[
    str | None, typer.Option(help="Of CSV and JSON, such as utf-8, windows-1252, utf-16. Default: as the file says.")
]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="Of Excel. Default: the first one.")]


@contextlib.contextmanager
def course(what: str, reader: Reader, *, leaves_nothing: bool = False) -> Iterator[Progress]:
    """While a file is read: a function to tell how far it came. Who stops it, or a connection that breaks, ends with
    one line that says how much is done.
    """
    started = time.monotonic()
    reached = 0
    for remark in reader.remarks:
        say(remark)
    try:
        with progress(what, TextColumn("{task.fields[rate]}")) as bar:
            task = bar.add_task("", total=reader.size or None, rate="")

            def show(position: int, rows: int, before: int) -> None:
                nonlocal reached
                reached = rows
                bar.update(task, completed=position, rate=rate(rows - before, started))

            yield show
    except KeyboardInterrupt:
        say(_stopped(reader, reached, leaves_nothing))
        raise typer.Exit(130) from None
    except psycopg.Error as error:
        found = from_psycopg(error)
        if not isinstance(found, DatabaseUnreachable):
            raise
        raise DatabaseUnreachable(
            found.message, code=found.code, hint=_stopped(reader, reached, leaves_nothing)
        ) from error


def rate(rows: int, started: float) -> str:
    return f"{rows / max(time.monotonic() - started, 0.001):,.0f} rows/s"


def _stopped(reader: Reader, rows: int, leaves_nothing: bool) -> str:
    if leaves_nothing:
        return "stopped; a dry run leaves nothing behind"
    return f"stopped after row {rows:,} of {reader.path.name}; run the same command again to go on"
