"""Options that many commands share, declared once so that they read and behave the same everywhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from c360.domain.errors import UsageError
from c360_cli.times import moment_text, span_text

# As many as the database gives at a time.
MOST_ROWS = 100_000

Tenant = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant, such as acme.")]
Who = Annotated[
    str, typer.Argument(metavar="IDENTIFIER", help="type=value, such as email=an@shop.vn, or a profile id.")
]
Dsn = Annotated[
    str | None,
    typer.Option("--dsn", help="Address of the database. Default: C360_DSN, DATABASE_URL, PG*, else the embedded one."),
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the embedded PostgreSQL. Default: C360_DATA_DIR."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write there, readable by you alone. Default: stdout."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the SQL that would run, and run nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


def readable(file: Path | None) -> Path | None:
    """For options that name a file to read: refuses one that cannot be before anything is connected to."""
    if file is not None:
        try:
            file.open("rb").close()
        except OSError as error:
            raise UsageError(
                f"{file} cannot be read: {error.strerror}", hint="Name a file that you may read."
            ) from error
    return file


def limit_option(what: str, *, least: int = 1) -> Any:
    """The option --limit: how many rows at most."""
    return typer.Option("--limit", "-n", min=least, max=MOST_ROWS, help=what)


def time_option(name: str, what: str) -> Any:
    """An option for a point in time, which comes to the command as ISO 8601 with a zone."""
    return typer.Option(name, metavar="TIME", help=what, callback=_moment)


def span_option(name: str, what: str) -> Any:
    """An option for a length of time, which comes to the command as an interval of PostgreSQL."""
    return typer.Option(name, metavar="SPAN", help=what, callback=_span)


def _moment(parameter: typer.CallbackParam, value: str | None) -> str | None:
    return None if value is None else moment_text(parameter.opts[0], value)


def _span(parameter: typer.CallbackParam, value: str | None) -> str | None:
    return None if value is None else span_text(parameter.opts[0], value)


def confirm(question: str, yes: bool) -> None:
    """Go on only with --yes or a yes. No ends with exit code 1; nobody there to answer is wrong usage."""
    if yes:
        return
    # By hand: input() and its like leave a blank on stdout, which belongs to the data.
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        print(file=sys.stderr)
        raise UsageError("nobody is there to answer", hint="If it is meant, repeat with --yes.")
    if answer.strip().lower() not in {"y", "yes"}:
        print("nothing was changed.", file=sys.stderr)
        raise typer.Exit(1)
