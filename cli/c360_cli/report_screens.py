"""What reports look like on a screen. Formats; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.bar import Bar
from rich.table import Table

from c360_cli.output import print_table, say

_WIDTH = 30
# A line of so many marks fits a terminal.
_LONGEST_LINE = 60
_MOST_DAYS = 31
_MOST_MONTHS = 13
_MARKS = "▁▂▃▄▅▆▇█"
_TITLES = {
    "events": "events",
    "active_profiles": "active",
    "new_profiles": "new",
    "returning_profiles": "returning",
    "orders": "orders",
    "revenue": "revenue",
    "refunds": "refunds",
    "refunded_value": "refunded",
}
# Who was active on two days would be counted twice.
_NOT_TO_ADD = {"active_profiles", "returning_profiles"}


def print_overview(days: list[dict[str, Any]]) -> None:
    """Each figure as a line over the days with what it comes to; then the days themselves, if they are few."""
    table = Table("figure", box=None)
    for title in ("total", "a day"):
        table.add_column(title, justify="right")
    table.add_column(f"{days[0]['day']} to {days[-1]['day']}")
    for name, title in _TITLES.items():
        values = [Decimal(day[name]) for day in days if day[name] is not None]
        if values:
            total = "" if name in _NOT_TO_ADD else f"{sum(values):,}"
            table.add_row(title, total, f"{sum(values) / len(values):,.1f}", sparkline(values))
    print_table(table)
    if len(days) <= _MOST_DAYS:
        print()
        print_table(_days(days))


def print_cohorts(rows: list[dict[str, Any]], figure: str) -> None:
    """A row for each month in which customers were first seen, a column for each month after it."""
    if not rows:
        say("Nobody was first seen in these months.")
        return
    table = Table("first seen", box=None)
    months = min(max(row["months_after"] for row in rows) + 1, _MOST_MONTHS)
    for title in ("customers", *(f"+{number}" if number else "same" for number in range(months))):
        table.add_column(title, justify="right")
    for cohort in dict.fromkeys(row["cohort"] for row in rows):
        own = [row for row in rows if row["cohort"] == cohort and row["months_after"] < months]
        table.add_row(cohort[:7], f"{own[0]['size']:,}", *(_part(row[figure], row["size"]) for row in own))
    print_table(table)
    did = "bought" if figure == "buyers" else "was active"
    say(f"Which part of them {did} in the month.")


def print_rfm(rows: list[dict[str, Any]]) -> None:
    """The segments of the last day there is, and what changed since the first."""
    if not rows:
        say("No segments were kept in these days. Keep those of today with: c360 report refresh TENANT")
        return
    first, last = rows[0]["day"], rows[-1]["day"]
    before = {row["segment"]: row["customers"] for row in rows if row["day"] == first}
    now = [row for row in rows if row["day"] == last]
    most = max(row["customers"] for row in now) or 1
    table = Table("segment", box=None)
    for title in ("customers", f"since {first}", "orders", "revenue"):
        table.add_column(title, justify="right")
    table.add_column(f"customers on {last}", min_width=_WIDTH)
    for row in now:
        change = row["customers"] - before.get(row["segment"], 0)
        table.add_row(
            row["segment"] or "masked",
            f"{row['customers']:,}",
            f"{change:+,}" if change and row["segment"] else "",
            _shown(row["orders"]),
            _shown(row["revenue"]),
            Bar(most, 0, row["customers"], width=_WIDTH),
        )
    print_table(table)


def print_clv(rows: list[dict[str, Any]]) -> None:
    """The tenths of the last day there is: each with its part of what all of them bring."""
    if not rows:
        say(
            "No tenths were kept in these days. They need a fit: c360 score fit TENANT, then c360 report refresh TENANT"
        )
        return
    last = rows[-1]["day"]
    now = [row for row in rows if row["day"] == last]
    figure = "expected_purchases" if now[0]["clv"] is None else "clv"
    values = [Decimal(row[figure] or 0) for row in now]
    whole = sum(values) or Decimal(1)
    table = Table("tenth", box=None)
    for title in ("customers", "expected purchases", "value", "part of all"):
        table.add_column(title, justify="right")
    table.add_column(f"{'value' if figure == 'clv' else 'purchases'} on {last}", min_width=_WIDTH)
    for row, value in zip(now, values, strict=True):
        table.add_row(
            str(row["decile"]),
            f"{row['customers']:,}",
            _rounded(row["expected_purchases"]),
            _rounded(row["clv"]),
            "" if row[figure] is None else f"{value / whole:.0%}",
            Bar(float(max(values)) or 1, 0, float(value), width=_WIDTH),
        )
    print_table(table)
    say(f"What the next {now[0]['months']} months bring, by the fit of that day.")
    if not now[0]["is_validated"]:
        say("That fit had not been judged by time it did not know.")


def print_funnel(steps: list[dict[str, Any]]) -> None:
    """Each step with its part of the first one and of the one before."""
    first = steps[0]["profiles"]
    table = Table("step", box=None)
    for title in ("customers", "of all", "of the step before"):
        table.add_column(title, justify="right")
    table.add_column("customers", min_width=_WIDTH)
    before = first
    for row in steps:
        count = row["profiles"]
        parts = ("" if whole == 0 else f"{count / whole:.0%}" for whole in (first, before))
        table.add_row(
            f"{row['step']} {row['event_name']}", f"{count:,}", *parts, Bar(first or 1, 0, count, width=_WIDTH)
        )
        before = count
    print_table(table)


def sparkline(values: Sequence[Decimal]) -> str:
    """A mark for each value, of many values one for several of them together; what is nothing is a blank."""
    size = -(-len(values) // _LONGEST_LINE)
    sums = [sum(values[start : start + size]) for start in range(0, len(values), size)]
    most = max(sums)
    return "".join(" " if value <= 0 else _MARKS[int(value / most * (len(_MARKS) - 1))] for value in sums)


def _days(days: list[dict[str, Any]]) -> Table:
    table = Table("day", box=None)
    for title in _TITLES.values():
        table.add_column(title, justify="right")
    table.add_column("active", min_width=_WIDTH)
    most = max(day["active_profiles"] for day in days) or 1
    for day in days:
        cells = (_shown(day[name]) for name in _TITLES)
        table.add_row(day["day"], *cells, Bar(most, 0, day["active_profiles"], width=_WIDTH))
    return table


def _shown(value: Any) -> str:
    return "" if value is None else f"{Decimal(value):,}"


def _rounded(value: str | None) -> str:
    return "" if value is None else f"{Decimal(value):,.2f}"


def _part(count: int | None, size: int) -> str:
    return "" if count is None else f"{count / size:.0%}"
