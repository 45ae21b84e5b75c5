"""Cron expressions in the time zone of a tenant: whether one can be read, and when it is due next.

The library is cronsim. Where clocks are put forward, a time that does not exist is due at the next one that does; where
they are put back, a time that comes twice is due the first time. Expressions with a star for minutes or hours go by
elapsed time, as with Debian's cron. Refuses seconds: nothing here is due more often than once a minute.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

_FIELDS = 5
HINT = (
    "A schedule is minute, hour, day of the month, month, day of the week, such as"
    ' "30 3 * * *" for half past three every day or "0 6 * * MON" for Monday at six.'
)


class ScheduleProblem(ValueError):
    """A cron expression or a time zone that cannot be read."""


def next_time(schedule: str, time_zone: str, after: datetime) -> datetime:
    """The first time after `after` that the schedule is due, in UTC."""
    if len(schedule.split()) != _FIELDS:
        raise ScheduleProblem(f"{len(schedule.split())} fields instead of {_FIELDS}")
    try:
        times = CronSim(schedule, after.astimezone(ZoneInfo(time_zone)))
        while True:
            # In the hour that comes twice, the library begins with the first of the two, which may be over.
            if (found := next(times).astimezone(UTC)) > after:
                return found
    except CronSimError as error:
        raise ScheduleProblem(str(error)[:1].lower() + str(error)[1:]) from error
    except StopIteration as error:
        raise ScheduleProblem("no day it names comes within fifty years") from error
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleProblem(f"the time zone {time_zone} is not known here") from error


def check_schedule(schedule: str) -> str:
    """The expression itself. Raises ScheduleProblem where it cannot be read."""
    next_time(schedule, "UTC", datetime(2000, 1, 1, tzinfo=UTC))
    return schedule
