"""Options that are days of a tenant, in its time zone: 2026-06-30, or a time, or how long ago it is."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import typer

from c360_cli.tenant_calls import answer
from c360_cli.times import day_of, moment_text

_ZONE = "SELECT {tenant}.tenant_metadata() ->> 'time_zone'"


def day_option(name: str, what: str) -> Any:
    """An option whose text local_day() makes a day of; what is no time is refused before anything is connected to."""
    return typer.Option(name, metavar="DAY", help=what, callback=_checked)


def local_day(connection: psycopg.Connection[Any], tenant: str, text: str | None) -> date | None:
    """The day that a checked text means for a tenant."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return day_of("day", text, ZoneInfo(answer(connection, _ZONE, tenant)))


def _checked(parameter: typer.CallbackParam, value: str | None) -> str | None:
    if value is not None:
        moment_text(parameter.opts[0], value)
    return value
