"""When a cron expression is due next, in the time zone of a tenant, also where clocks are changed."""

import contextlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c360.domain.schedules import ScheduleProblem, check_schedule, next_time

BERLIN = "Europe/Berlin"


def times(schedule, zone, start, count):
    found, after = [], datetime.fromisoformat(start)
    for _ in range(count):
        after = next_time(schedule, zone, after)
        found.append(after.astimezone(ZoneInfo(zone)).isoformat())
    return found


def test_the_clock_is_that_of_the_tenant():
    assert times("30 3 * * *", "Asia/Ho_Chi_Minh", "2026-06-01T00:00:00+00:00", 2) == [
        "2026-06-02T03:30:00+07:00",
        "2026-06-03T03:30:00+07:00",
    ]


def test_a_time_that_does_not_exist_when_clocks_go_forward_is_due_when_it_is_over():
    assert times("30 2 * * *", BERLIN, "2026-03-28T00:00:00+00:00", 3) == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


def test_a_time_that_comes_twice_when_clocks_go_back_is_due_once():
    assert times("30 2 * * *", BERLIN, "2026-10-24T12:00:00+00:00", 2) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]
    # Asked in the second of the two hours, when the first is over.
    assert times("30 2 * * *", BERLIN, "2026-10-25T01:10:00+00:00", 1) == ["2026-10-26T02:30:00+01:00"]


def test_every_hour_goes_by_elapsed_time_through_both_changes():
    for start in ("2026-03-28T22:00:00+00:00", "2026-10-24T22:00:00+00:00"):
        found = [datetime.fromisoformat(time) for time in times("0 * * * *", BERLIN, start, 8)]
        assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(hours=1)}


@pytest.mark.parametrize(
    ("schedule", "problem"),
    [
        ("", "0 fields"),
        ("* * * *", "4 fields"),
        ("* * * * * *", "6 fields"),
        ("@daily", "1 fields"),
        ("60 * * * *", "bad minute"),
        ("* 24 * * *", "bad hour"),
        ("* * 0 * *", "bad day-of-month"),
        ("0 0 31 2 *", "bad day-of-month"),
        ("* * * 13 *", "bad month"),
        ("* * * * 8", "bad day-of-week"),
        ("*/0 * * * *", "bad minute"),
        ("5-1 * * * *", "bad minute"),
        (", * * * *", "bad minute"),
        ("- * * * *", "bad minute"),
        ("*/ * * * *", "bad minute"),
        ("0 0 * * #", "bad day-of-week"),
        ("0 0 L-1 * *", "bad day-of-month"),
    ],
)
def test_what_cannot_be_read_is_said(schedule, problem):
    with pytest.raises(ScheduleProblem, match=problem):
        check_schedule(schedule)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc", "/etc/passwd", "", "\x00"])
def test_a_time_zone_that_is_unknown_here_is_said(zone):
    with pytest.raises(ScheduleProblem, match="time zone"):
        next_time("0 0 * * *", zone, datetime(2026, 1, 1, tzinfo=UTC))


fields = st.tuples(
    st.one_of(st.just("*"), st.integers(0, 59).map(str), st.integers(1, 59).map("*/{}".format)),
    st.one_of(st.just("*"), st.integers(0, 23).map(str), st.integers(1, 23).map("*/{}".format)),
    st.one_of(st.just("*"), st.integers(1, 28).map(str), st.just("L"), st.just("LW")),
    st.one_of(st.just("*"), st.integers(1, 12).map(str)),
    st.one_of(st.just("*"), st.integers(0, 7).map(str), st.sampled_from(["MON-FRI", "5L", "MON#2"])),
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    fields.map(" ".join), st.sampled_from(["UTC", BERLIN, "America/St_Johns", "Australia/Lord_Howe"]), moments, moments
)
def test_the_next_time_is_later_and_never_goes_back(schedule, zone, one, other):
    earlier, later = sorted((one, other))

    first, second = next_time(schedule, zone, earlier), next_time(schedule, zone, later)

    assert earlier < first <= second
    assert later < second


@given(st.text(max_size=40) | st.text("0123456789*,-/#LW MONJAN", max_size=40))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(ScheduleProblem):
        assert check_schedule(text) == text
