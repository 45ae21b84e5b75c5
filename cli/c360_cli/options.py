"""Options that many commands share, declared once so that they read and behave the same everywhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from c360.domain.errors import UsageError

Dsn = Annotated[
    str | None,
    typer.Option("--dsn", help="Address of the database. Default: C360_DSN, DATABASE_URL, PG*, else the embedded one."),
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the embedded PostgreSQL. Default: C360_DATA_DIR."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the SQL that would run, and run nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


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
