"""The command `c360`: gathers the groups and turns errors into text and exit codes.

Exit codes: 0 done, 1 refused, 2 wrong usage. Data goes to stdout, everything said about it to stderr.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import psycopg
import typer

from c360 import __version__
from c360.domain.errors import C360Error, UsageError, from_psycopg

# Group: the module of the same name has `app`.
GROUPS = (
    "db",
    "events",
    "identity",
    "key",
    "profile",
    "score",
    "tenant",
    "topic",
    "webhook",
)
# Command: the module named here has `register(app)`, which adds it.
COMMANDS = {
    "doctor": "db",
    "gateway": "run",
    "relay": "run",
    "status": "status",
    "top": "status",
    "up": "run",
    "worker": "run",
}


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command line for these arguments; loads only what they name, because loading all takes two seconds."""
    app = typer.Typer(
        name="c360",
        help="Customer 360 in PostgreSQL.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        callback=_options,
    )
    wanted = arguments[0] if arguments else ""
    if wanted == "--version":
        return app
    is_known = wanted in GROUPS or wanted in COMMANDS
    for group in GROUPS:
        if group == wanted or not is_known:
            app.add_typer(_module(group).app, name=group)
    for module in dict.fromkeys(COMMANDS.values()):
        if module == COMMANDS.get(wanted) or not is_known:
            _module(module).register(app)
    return app


def _module(name: str) -> Any:
    return importlib.import_module(f"c360_cli.{name}")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"c360 {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Customer 360 in PostgreSQL."""


def run() -> None:
    """Entry point of the command."""
    try:
        application(sys.argv[1:])()
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
