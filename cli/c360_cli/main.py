"""The command `c360`: gathers the groups and turns errors into text and exit codes.

Exit codes: 0 done, also when the reader of the output had enough; 1 refused; 2 wrong usage; 130 Ctrl-C. Data goes to
stdout, everything said about it to stderr.
"""

from __future__ import annotations

import errno
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import psycopg
import typer
from typer.exceptions import TyperException

from c360 import __version__
from c360.domain.errors import C360Error, UsageError, from_psycopg
from c360_cli.output import say, without_control
from c360_cli.wrong_usage import with_help, wrong_usage

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_MAKE_ROOM = "Make room where the output goes, and run it again."
_LOOK_AT_FILE = "Check that it is there, that it is a file, and that you may read or write it."

_RUN, _OPERATE, _TENANTS, _CUSTOMERS, _MESSAGES = (
    "Run",
    "Look after the system",
    "Tenants and their data",
    "Customers",
    "Messages to other systems",
)
# Command: the module named here has `register(app, panel)`, which adds its commands.
COMMANDS = {
    "up": "run",
    "gateway": "run",
    "relay": "run",
    "worker": "run",
    "psql": "psql",
    "status": "status",
    "top": "status",
    "doctor": "db",
    "import": "importing",
    "import-presets": "importing",
}
_PANELS = {"run": _RUN, "psql": _OPERATE, "status": _OPERATE, "db": _OPERATE, "importing": _TENANTS}
# Group: the module of the same name has `app`. In this order, under these titles, `c360 --help` shows them.
GROUPS = {
    "db": _OPERATE,
    "tenant": _TENANTS,
    "key": _TENANTS,
    "events": _TENANTS,
    "schema": _TENANTS,
    "retention": _TENANTS,
    "lake": _TENANTS,
    "job": _TENANTS,
    "profile": _CUSTOMERS,
    "identity": _CUSTOMERS,
    "review": _CUSTOMERS,
    "session": _CUSTOMERS,
    "score": _CUSTOMERS,
    "rates": _CUSTOMERS,
    "trait": _CUSTOMERS,
    "segment": _CUSTOMERS,
    "consent": _CUSTOMERS,
    "activation": _CUSTOMERS,
    "agent": _CUSTOMERS,
    "report": _CUSTOMERS,
    "webhook": _MESSAGES,
    "topic": _MESSAGES,
    "kafka": _MESSAGES,
    "aws": _MESSAGES,
}


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command line for these arguments; loads only what they name, because loading all takes two seconds."""
    app = typer.Typer(
        name="c360",
        help="Customer 360 in PostgreSQL.\n\nExample: c360 up",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        callback=_options,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    wanted = arguments[0] if arguments else ""
    if wanted == "--version":
        return app
    is_known = wanted in GROUPS or wanted in COMMANDS
    for module in dict.fromkeys(COMMANDS.values()):
        if module == COMMANDS.get(wanted) or not is_known:
            _module(module).register(app, _PANELS[module])
    for group, panel in GROUPS.items():
        if group == wanted or not is_known:
            app.add_typer(_module(group).app, name=group, rich_help_panel=panel)
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
    code = ended(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:  # what was printed before a refusal, which stays one
        _drop_output()
    # Nothing is left to interrupt, and an interpreter that is ending would show where it was.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


def ended(arguments: Sequence[str]) -> int:
    """Runs a command; answers its exit code, whatever ends it."""
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = io.StringIO()
    try:
        _check_texts(arguments)
        code = _invoked(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return 0
    except SystemExit as ended:
        # What draws boxes makes this of a reader that is gone.
        if isinstance(ended.__context__, BrokenPipeError):
            return 0
        raise
    except KeyboardInterrupt:
        say("interrupted.")
        return 130
    except (psycopg.Error, C360Error, OSError) as error:
        return _refuse(_named(error, arguments))
    return code


def _named(error: Exception, arguments: Sequence[str]) -> C360Error:
    """An error as c360 says it; raises what it has no name for."""
    if isinstance(error, psycopg.Error):
        return from_psycopg(error)
    if isinstance(error, UsageError):
        return with_help(error, command_for(arguments), arguments)
    if isinstance(error, C360Error):
        return error
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        _drop_output()
        return C360Error(f"the output cannot be written: {error.strerror}", code="U9019", hint=_MAKE_ROOM)
    if isinstance(error, OSError) and error.filename is not None:
        return UsageError(f"{error.filename}: {error.strerror}", hint=_LOOK_AT_FILE)
    raise error


def _invoked(arguments: Sequence[str]) -> int:
    """Run the command that is named, with its exit code as the answer. Raises UsageError for what it cannot be."""
    command = command_for(arguments)
    if "_C360_COMPLETE" in os.environ:
        command(prog_name="c360")
    try:
        # Not by calling the command, which would answer a reader that is gone and Ctrl-C in its own way.
        with command.make_context("c360", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return 1
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # the help has been printed
            return 2
        raise wrong_usage(error, command, arguments) from error
    return 0


def command_for(arguments: Sequence[str]) -> Any:
    """What reads these arguments."""
    return typer.main.get_command(application(arguments))


def _drop_output() -> None:
    """What is still to be written goes nowhere, so that the end of the interpreter does not stumble over it."""
    if not isinstance(sys.stdout, io.StringIO):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _check_texts(arguments: Sequence[str]) -> None:
    """Bytes that are no text stay in arguments as half surrogate pairs, which no database takes."""
    for number, argument in enumerate(arguments, 1):
        if any("\ud800" <= letter <= "\udfff" for letter in argument):
            hint = "Look at the locale of the shell."
            raise UsageError(f"argument {number} is no UTF-8 text", hint=hint)


def _refuse(error: C360Error) -> int:
    print(without_control(f"{error.code}: {error.message}"), file=sys.stderr)
    if error.detail:
        print(without_control(f"  detail: {error.detail}"), file=sys.stderr)
    if error.hint:
        print(without_control(f"  hint: {error.hint}"), file=sys.stderr)
    return 2 if isinstance(error, UsageError) else 1
