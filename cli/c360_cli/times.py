"""How people write times and lengths of time on the command line: the same in every option. Reads; connects to nothing.

A time is a day (2026-06-30), a time of a day (2026-06-30T14:00, with +07 or Z, else UTC), now, or how long ago it is
(30m, 2h, 7d, 4w). A length of time is written like the last of them, or in words: 3 days.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from c360.domain.errors import UsageError

MOMENT_HINT = "Write a day (2026-06-30), a time (2026-06-30T14:00+07, UTC without a zone), or how long ago: 2h, 7d."
SPAN_HINT = "Write how many of what: 30m, 2h, 7d, 4w, or '3 days'. A year is 365 days."

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_WORDS = {
    "sec": "s",
    "second": "s",
    "min": "m",
    "minute": "m",
    "hour": "h",
    "day": "d",
    "week": "w",
    "year": "y",
}
_SPAN = re.compile(r"([0-9]{1,9}) ?([a-z]+)")


def read_span(text: str) -> timedelta | None:
    """A length of time; None for what is none."""
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None:
        return None
    unit = _UNITS.get(match[2]) or _UNITS.get(_WORDS.get(match[2].removesuffix("s"), ""))
    try:
        return None if unit is None else int(match[1]) * unit
    except OverflowError:
        return None


def read_moment(text: str, zone: ZoneInfo | None = None) -> datetime | None:
    """A point in time; None for what is none. `zone` is that of times which say none, UTC by default."""
    said = text.strip()
    try:
        if said.lower() == "now":
            return datetime.now(UTC)
        if (ago := read_span(said)) is not None:
            return datetime.now(UTC) - ago
        moment = datetime.fromisoformat(said)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone or UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment_text(name: str, text: str) -> str:
    """A point in time as every database reads it. Raises UsageError with the name of what says it."""
    moment = read_moment(text)
    if moment is None:
        raise UsageError(f'{name}: "{text}" is no time', hint=MOMENT_HINT)
    return moment.isoformat()


def start_text(option: str, text: str | None) -> str | None:
    """Where reading a topic begins, as a timestamptz: a time, or beginning. None stays what it is."""
    return "-infinity" if text == "beginning" else None if text is None else moment_text(option, text)


def second_text(moment: datetime | None) -> str:
    """A time to the second, for tables; nothing for None."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def span_text(name: str, text: str) -> str:
    """A length of time as every database reads it. Raises UsageError with the name of what says it."""
    span = read_span(text)
    if span is None:
        raise UsageError(f'{name}: "{text}" is no length of time', hint=SPAN_HINT)
    days, seconds = span.days, span.seconds
    parts = [f"{days} days" if days else "", f"{seconds} seconds" if seconds else ""]
    return " ".join(part for part in parts if part) or "0 days"


def day_of(name: str, text: str, zone: ZoneInfo) -> date:
    """The day of a time in a zone. Raises UsageError with the name of what says it."""
    moment = read_moment(text, zone)
    if moment is None:
        raise UsageError(f'{name}: "{text}" is no time', hint=MOMENT_HINT)
    return moment.astimezone(zone).date()
