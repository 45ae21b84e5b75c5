"""What every command prints alike: JSON and tables on stdout, remarks on stderr. Formats; decides nothing."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import select
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from c360.domain.errors import UsageError

# Where nobody looks at a screen, lines are not broken for one.
_WIDTH_WITHOUT_TERMINAL = 200
# As long as an id.
_LONGEST_NAME = 36


def writable(output: Path | None) -> IO[str]:
    """The file of --output, readable by its owner alone, else stdout. Raises UsageError."""
    if output is None:
        return os.fdopen(os.dup(1), "w", encoding="utf-8")
    try:
        return os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error


def check_writable(output: Path) -> None:
    """Before long work whose answer goes to a file. Raises UsageError."""
    if output.is_dir() or not os.access(output if output.exists() else output.parent, os.W_OK):
        raise UsageError(f"{output} cannot be written", hint="Name a file in a folder that you may write to.")


def print_json(value: Any) -> None:
    """One line of JSON: a list, an object, or, where a command follows something, one line each time."""
    print(json.dumps(value, ensure_ascii=False, default=_plain), flush=True)


def print_rendered(text: str) -> None:
    """JSON as the database has written it, numbers with all their digits, on one line."""
    print(text.replace("\n", ""), flush=True)


def console(*, markup: bool = True) -> Console:
    """Where tables and trees go: as wide as the terminal, wide without one."""
    width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(width=width, highlight=False, markup=markup, emoji=False)


def print_table(table: Table) -> None:
    """Cells are shown as they are: what customers send is never read as markup, and nothing is cut.

    What does not fit goes on in the next line; first of all not the first column, by which other commands call the row.
    """
    for place, column in enumerate(table.columns):
        column.overflow = "fold"
        column.no_wrap = place == 0 and all(len(str(cell)) <= _LONGEST_NAME for cell in column.cells)
    screen = console(markup=False)
    with screen.capture() as shown:
        screen.print(table)
    print("\n".join(line.rstrip() for line in shown.get().splitlines()), flush=True)


def printable(value: Any) -> Any:
    """What customers sent, without anything a terminal would obey; inside lists and objects too."""
    if isinstance(value, str):
        return "".join(letter if letter.isprintable() else "·" for letter in value)
    if isinstance(value, dict):
        return {printable(name): printable(item) for name, item in value.items()}
    return [printable(item) for item in value] if isinstance(value, list) else value


def without_control(text: str) -> str:
    """A remark or an error, which may quote a file or a customer, without anything a terminal would obey."""
    return "\n".join(printable(line) for line in text.split("\n"))


def shown(value: Any) -> str:
    """A value of a customer as people read it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "nothing" if value is None else str(printable(value))


def progress(what: str, *more: ProgressColumn) -> Progress:
    """A bar on stderr that leaves nothing behind, and is not there where nobody looks at it."""
    screen = Console(stderr=True)
    return Progress(
        TextColumn(what),
        BarColumn(),
        TaskProgressColumn(),
        *more,
        TimeRemainingColumn(),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    )


@contextlib.contextmanager
def working(what: str) -> Iterator[None]:
    """Turns on stderr while the database works on one thing, and is not there where nobody looks at it.

    Whoever stops it is told that nothing came of it: what takes one call is one transaction.
    """
    try:
        with Console(stderr=True).status(f"{what} ..."):
            yield
    except KeyboardInterrupt:
        say(f"{what}: stopped; nothing was changed.")
        raise typer.Exit(130) from None


class Steps:
    """How far work has come that is committed a step at a time."""

    def __init__(self, bar: Progress, total: int | None) -> None:
        self.done = 0
        self.total = total
        self._bar = bar
        self._task = bar.add_task("", total=total)

    def advance(self, count: int) -> None:
        self.done += count
        self._bar.advance(self._task, count)


@contextlib.contextmanager
def in_steps(what: str, unit: str, total: int | None = None) -> Iterator[Steps]:
    """A bar for work that is committed a step at a time. Whoever stops it, or an error, learns how far it came."""
    with progress(what) as bar:
        steps = Steps(bar, total)
        try:
            yield steps
        except KeyboardInterrupt:
            bar.stop()
            say(f"{what}: {_stopped(steps, unit)}")
            raise typer.Exit(130) from None
        except psycopg.Error:
            bar.stop()
            if steps.done:
                say(f"{what}: {_stopped(steps, unit)}")
            raise


def _stopped(steps: Steps, unit: str) -> str:
    of = "" if steps.total is None else f" of {steps.total:,}"
    return f"stopped after {steps.done:,}{of} {unit}, which stay done; run it again to go on."


def say(text: str) -> None:
    """A remark for the person at the terminal; stdout belongs to the data. Work goes on when nobody listens."""
    with contextlib.suppress(BrokenPipeError):
        print(without_control(text), file=sys.stderr, flush=True)


@contextlib.contextmanager
def until_interrupted(is_following: bool = True) -> Iterator[None]:
    """Whoever follows something ends it with Ctrl-C: then it is done, and nothing went wrong."""
    try:
        yield
    except KeyboardInterrupt:
        if not is_following:
            raise


def pause(seconds: float) -> None:
    """Wait between two looks at what comes. Raises BrokenPipeError as soon as nobody reads stdout any more."""
    if isinstance(sys.stdout, io.StringIO):  # nobody has ever read
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    watched = select.poll()
    # No event is asked for: that the other end is gone is told always.
    watched.register(sys.stdout.fileno(), 0)
    if watched.poll(seconds * 1000):
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def say_warnings(connection: psycopg.Connection) -> None:
    """What the database warns of from now on, with its hint."""

    def tell(notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            say(": ".join(["warning", *filter(None, (notice.message_primary, notice.message_hint))]))

    connection.add_notice_handler(tell)


def _plain(value: Any) -> Any:
    """Times as ISO 8601, numbers as numbers, everything else as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)
