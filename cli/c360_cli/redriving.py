"""Sending rejected events through ingest again, batch by batch, each in a transaction of its own."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import typer

from c360.domain.errors import UsageError
from c360_cli import exact_json
from c360_cli.output import in_steps, print_json, progress, say
from c360_cli.rejected_filter import Filter
from c360_cli.tenant_calls import answer

BATCH = "SELECT {tenant}.redrive_rejected_batch(%s::jsonb, %s::jsonb, %s, %s, %s)"
CORRECT = "SELECT {tenant}.redrive_corrected_events(%s::bigint[], %s::text[], %s)"
COUNT = "SELECT {tenant}.count_rejected_events(%s::jsonb, %s)"

BATCH_SIZE = 200
_EXAMPLES = 20
_ATTEMPTS = 12
_LONGEST_PAUSE = 5.0
_AGAIN = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
Item = TypeVar("Item")


@dataclass
class Outcome:
    """What became of the events of several calls."""

    redriven: int = 0
    duplicates: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    most_examples: int | None = None
    is_stopped: bool = False

    def add(self, told: dict[str, Any]) -> None:
        self.redriven += told["redriven"]
        self.duplicates += told["duplicates"]
        self.codes.update(item["code"] for item in told["rejected"])
        room = None if self.most_examples is None else self.most_examples - len(self.rejected)
        self.rejected += told["rejected"][:room]
        self.unknown += told.get("unknown", [])

    def report(self, *, dry_run: bool, as_json: bool) -> None:
        """Print it; ends the command with 1 when something is left to do."""
        if as_json:
            print_json(
                {
                    "dry_run": dry_run,
                    "redriven": self.redriven,
                    "duplicates": self.duplicates,
                    "codes": dict(sorted(self.codes.items())),
                    "rejected": self.rejected,
                    "unknown": self.unknown,
                }
            )
        else:
            self._say(dry_run)
        if self.is_stopped:
            raise typer.Exit(130)
        if self.codes or self.unknown:
            raise typer.Exit(1)

    def _say(self, dry_run: bool) -> None:
        for item in self.rejected:
            say(f"{item['rejected_event_id']}: {item['code']}: {item['message']}")
        if self.codes.total() > len(self.rejected):
            say(f"and {self.codes.total() - len(self.rejected)} more")
        if self.unknown:
            say(f"no longer there: {', '.join(map(str, self.unknown))}")
        refused = ", ".join(f"{count} {code}" for code, count in sorted(self.codes.items()))
        said = f"{self.redriven} redriven, {self.duplicates} duplicates, {self.codes.total()} rejected"
        say(said + (f" ({refused})" if refused else ""))
        if dry_run:
            say("A dry run: nothing was changed.")


def redrive_by_filter(
    connection: psycopg.Connection, tenant: str, chosen: Filter, patch: str | None, after: int, *, dry_run: bool
) -> Outcome:
    """All open ones of a filter, from the oldest on."""
    outcome = Outcome(most_examples=_EXAMPLES)
    documents = (
        (chosen.document(id=page) for page in in_pages(sorted(chosen.ids(connection, tenant, "rejected"))))
        if chosen.contains
        else iter([chosen.document()])
    )
    with progress("redriving") as bar:
        total = None if chosen.contains else answer(connection, COUNT, tenant, chosen.document(), "rejected")
        task = bar.add_task("", total=total)
        done = after
        try:
            for document in documents:
                for told in _rounds(connection, tenant, document, patch, after, dry_run):
                    outcome.add(told)
                    done = told["next_after"] or done
                    bar.advance(task, told["redriven"] + told["duplicates"] + len(told["rejected"]))
        except KeyboardInterrupt:
            outcome.is_stopped = True
            say(f"Stopped. What was redriven stays so; go on with --after {done}.")
        except psycopg.Error:
            if done != after:
                say(f"What was redriven stays so; go on with --after {done}.")
            raise
    return outcome


def _rounds(
    connection: psycopg.Connection, tenant: str, document: str, patch: str | None, after: int, dry_run: bool
) -> Iterator[dict[str, Any]]:
    while True:
        told = patiently(connection, BATCH, tenant, document, patch, dry_run, after, BATCH_SIZE)
        yield told
        if not told["has_more"]:
            return
        after = told["next_after"]


def redrive_by_file(connection: psycopg.Connection, tenant: str, file: Path, *, dry_run: bool) -> Outcome:
    """Corrected events out of lines of {rejected_event_id, payload}."""
    outcome = Outcome()
    corrections = read_corrections(file)
    with in_steps("redriving", "corrections", len(corrections)) as steps:
        for page in in_pages(corrections):
            ids, payloads = [list(part) for part in zip(*page, strict=True)]
            outcome.add(patiently(connection, CORRECT, tenant, ids, payloads, dry_run))
            steps.advance(len(page))
    return outcome


def read_corrections(file: Path) -> list[tuple[int, str]]:
    """Number and text of each corrected event; a payload that is a string is the text itself, as export writes it."""
    try:
        lines = Path("/dev/stdin" if str(file) == "-" else file).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from error
    corrections: dict[int, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rejected_event_id, text = _correction(line)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UsageError(
                f"{file}: line {number} is no correction: {error}",
                hint='Write {"rejected_event_id": 17, "payload": {...}} into each line, as export does.',
            ) from error
        if rejected_event_id in corrections:
            raise UsageError(f"{file}: line {number} corrects {rejected_event_id} once more")
        corrections[rejected_event_id] = text
    return list(corrections.items())


def _correction(line: str) -> tuple[int, str]:
    plain = json.loads(line)
    number, payload = plain["rejected_event_id"], plain["payload"]
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError("rejected_event_id is no number")
    if isinstance(payload, str):
        if "\0" in payload:
            raise ValueError("no database text can hold U+0000")
        payload.encode()
        return number, payload
    try:
        return number, exact_json.write(exact_json.read(line)["payload"])
    except ValueError:
        return number, json.dumps(payload)


def patiently(connection: psycopg.Connection, query: str, tenant: str, *parameters: Any) -> Any:
    """A call that gives way to whoever sends events: again, after a pause, until it gets its locks."""
    for attempt in range(1, _ATTEMPTS):
        try:
            return answer(connection, query, tenant, *parameters)
        except _AGAIN:
            time.sleep(min(_LONGEST_PAUSE, 0.1 * 2**attempt))
    return answer(connection, query, tenant, *parameters)


def in_pages(items: Iterable[Item]) -> Iterator[list[Item]]:
    """As many at a time as a transaction takes."""
    source = iter(items)
    while page := list(itertools.islice(source, BATCH_SIZE)):
        yield page
