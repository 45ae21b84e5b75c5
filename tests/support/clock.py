"""The day it is for a test. That of its transaction, so midnight may come while it runs."""

from __future__ import annotations

from datetime import date, timedelta

from support.session import Session


def today(db: Session) -> date:
    """The day of UTC when the transaction began."""
    day: date = db.value("SELECT (now() AT TIME ZONE 'UTC')::date")
    return day


def days_ago(db: Session, days: int) -> str:
    """The first moment of a day."""
    return f"{today(db) - timedelta(days=days)}T00:00:00Z"
