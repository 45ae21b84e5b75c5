"""How times and lengths of time are read: one grammar, and nothing of it depends on the machine."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from c360.domain.errors import UsageError
from c360_cli.times import day_of, moment_text, read_moment, read_span, span_text

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1))  # noqa: DTZ001


@given(MOMENTS, OFFSETS)
def test_a_time_with_a_zone_is_that_moment(moment, zone):
    aware = moment.replace(tzinfo=zone)

    assert read_moment(aware.isoformat()) == aware


@given(MOMENTS)
def test_a_time_without_a_zone_is_utc(moment):
    assert read_moment(moment.isoformat()) == moment.replace(tzinfo=UTC)
    assert read_moment(moment.date().isoformat()) == datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


@given(st.integers(0, 20_000), st.sampled_from(["s", "m", "h", "d", "w"]))
def test_how_long_ago_is_a_time_and_the_same_span_in_words(count, unit):
    words = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
    span = read_span(f"{count}{unit}")
    early = datetime.now(UTC)
    moment = read_moment(f"{count}{unit}")

    assert span == read_span(f"{count} {words[unit]}") == timedelta(**{words[unit]: count})
    assert early - span <= moment <= datetime.now(UTC) - span


@given(st.text(max_size=20))
def test_any_other_text_is_refused_with_the_name_of_the_option(text):
    for read, said in ((moment_text, read_moment(text)), (span_text, read_span(text))):
        if said is None:
            with pytest.raises(UsageError, match="--since") as refused:
                read("--since", text)
            assert (refused.value.code, bool(refused.value.hint)) == ("U9100", True)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00+14", "9999-12-31T23:59-12", "999999999w", "99999y", "-1d", "", "1 month"]
)
def test_what_no_calendar_has_is_refused(text):
    assert read_moment(text) is None


def test_a_day_is_that_of_the_tenant():
    assert str(day_of("day", "2026-06-30T20:00Z", ZoneInfo("Asia/Ho_Chi_Minh"))) == "2026-07-01"
    assert str(day_of("day", "2026-06-30", ZoneInfo("America/New_York"))) == "2026-06-30"


@pytest.mark.parametrize(
    ("text", "interval"), [("90m", "5400 seconds"), ("36h", "1 days 43200 seconds"), ("0d", "0 days")]
)
def test_a_span_is_an_interval_of_the_database(text, interval):
    assert span_text("--within", text) == interval
