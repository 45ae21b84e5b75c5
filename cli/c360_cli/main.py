"""The command `c360`: gathers the groups and turns errors into text and exit codes.

Exit codes: 0 done, 1 refused, 2 wrong usage. Data goes to stdout, everything said about it to stderr.
"""

from __future__ import annotations

import sys
from typing import Annotated

import psycopg
import typer

from c360 import __version__
from c360.domain.errors import C360Error, UsageError, from_psycopg
from c360_cli import db, score, status, tenant

app = typer.Typer(
    name="c360",
    help="Customer 360 in PostgreSQL.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

app.add_typer(db.app, name="db")
app.add_typer(score.app, name="score")
app.add_typer(tenant.app, name="tenant")
status.register(app)
app.command("doctor")(db.doctor_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"c360 {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Customer 360 in PostgreSQL."""


def run() -> None:
    """Entry point of the command."""
    try:
        app()
    except psycopg.Error as error:
        sys.exit(_refuse(from_psycopg(error)))
    except C360Error as error:
        sys.exit(_refuse(error))


def _refuse(error: C360Error) -> int:
    print(f"{error.code}: {error.message}", file=sys.stderr)
    if error.detail:
        print(f"  detail: {error.detail}", file=sys.stderr)
    if error.hint:
        print(f"  hint: {error.hint}", file=sys.stderr)
    return 2 if isinstance(error, UsageError) else 1
