"""Which rejected events a command means: the options that list, count, summary, export, redrive and discard share."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Annotated, Any

import psycopg
import typer

from c360.domain.errors import UsageError
from c360_cli.options import time_option
from c360_cli.tenant_calls import records

_FIND = "SELECT found FROM {tenant}.find_rejected_events(%s, %s::jsonb, %s, %s, %s) AS found"
_PAGE = 10_000
_LISTS = {"code", "source", "event", "message_id"}

Codes = Annotated[list[str] | None, typer.Option("--code", metavar="CODE", help="Refused for this reason; repeatable.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="From this touchpoint; repeatable.")]
Events = Annotated[
    list[str] | None, typer.Option("--event", help="Of this name, of others than track: of this type; repeatable.")
]
MessageIds = Annotated[list[str] | None, typer.Option("--message-id", help="With this messageId; repeatable.")]
Since = Annotated[
    str | None, time_option("--since", "Received then or later: 2026-05-01T08:00Z, or so long ago: 30m, 2h, 7d, 4w.")
]
Until = Annotated[str | None, time_option("--until", "Received before: a time, or so long ago.")]
Contains = Annotated[
    str | None, typer.Option("--contains", metavar="TEXT", help="With this text in what was sent; administrators only.")
]


@dataclass(frozen=True)
class Filter:
    """The options as they were given, without a default among them."""

    code: Codes = None
    source: Sources = None
    event: Events = None
    message_id: MessageIds = None
    since: Since = None
    until: Until = None
    contains: Contains = None

    @property
    def is_given(self) -> bool:
        return any(getattr(self, field.name) is not None for field in fields(self))

    def document(self, **more: Any) -> str:
        """The filter as the functions of the database take it; the text is not part of it."""
        members = {
            "code": self.code,
            "source": self.source,
            "event": self.event,
            "message_id": self.message_id,
            "since": self.since,
            "until": self.until,
            **more,
        }
        return json.dumps({name: value for name, value in members.items() if value is not None})

    def ids(
        self, connection: psycopg.Connection, tenant: str, status: str | None, before: int | None = None
    ) -> Iterator[int]:
        """Numbers of those that contain the text, newest first."""
        document = self.document()
        while True:
            page = records(connection, _FIND, tenant, self.contains, document, status, before, _PAGE)
            yield from (row["found"] for row in page)
            if len(page) < _PAGE:
                return
            before = page[-1]["found"]


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a filter: it is called with `chosen`, a Filter."""
    own = inspect.signature(command, eval_str=True)
    options = inspect.signature(Filter, eval_str=True).parameters

    @functools.wraps(command)
    def run(**given: Any) -> None:
        chosen = {name: given.pop(name) or None if name in _LISTS else given.pop(name) for name in options}
        if chosen["contains"] == "":
            raise UsageError("--contains is empty")
        if chosen["contains"] is not None and not _is_utf8(chosen["contains"]):
            raise UsageError("--contains is no UTF-8")
        command(chosen=Filter(**chosen), **given)

    parameters: list[inspect.Parameter] = []
    for name, parameter in own.parameters.items():
        parameters += options.values() if name == "chosen" else [parameter]
    by_name = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    run.__signature__ = own.replace(parameters=by_name)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in by_name}
    return run


def _is_utf8(text: str) -> bool:
    """Bytes of an argument that are none arrive as halves of surrogate pairs."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)
