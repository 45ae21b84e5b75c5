"""What conditions may say, and how what they may not say is answered: with the place, what is wrong, and what fits."""

import pytest

from c360.domain.errors import ScoringRefused
from c360.domain.tenants import Attribute, DataType, Segment, TenantSpec
from c360.governance.segments import check_segments, compile_segments, members_query, read_segment_condition

COLUMNS = {
    "city": DataType.TEXT,
    "email": DataType.TEXT,
    "total_orders": DataType.INTEGER,
    "total_revenue": DataType.NUMERIC,
    "tags": DataType.TEXT_LIST,
    "last_seen_at": DataType.TIMESTAMP,
    "settings": DataType.JSON,
}


def tenant(**conditions):
    attributes = tuple(
        Attribute(name=name, data_type=kind, is_masked=name == "email") for name, kind in COLUMNS.items()
    )
    segments = tuple(Segment(name=name, condition=text) for name, text in conditions.items())
    return TenantSpec(slug="acme", display_name="Acme", attributes=attributes, segments=segments)


def read(text):
    return read_segment_condition(tenant(), text)


def refusal(text):
    with pytest.raises(ScoringRefused) as refused:
        read(text)
    assert refused.value.code == "U3302"
    assert refused.value.hint
    return refused.value


@pytest.mark.parametrize(
    "text",
    [
        "total_orders > 3",
        "total_orders BETWEEN 1 AND 3 OR city IN ('Hue', 'Hanoi')",
        "city LIKE 'H%' AND city NOT ILIKE '%x'",
        "'vip' = ANY (tags)",
        "tags && ARRAY['vip', 'new']",
        "city IS NOT NULL AND (total_orders > 3) IS NOT TRUE",
        "city IS DISTINCT FROM 'Hue'",
        "coalesce(total_revenue, 0) / total_orders > 10.5",
        "greatest(total_orders, 1) % 2 = 0",
        "last_seen_at > now() - interval '30 days'",
        "last_seen_at::date >= date '2026-01-31'",
        "date_part('year', last_seen_at) = 2026",
        "lower(btrim(city)) = 'hue'",
        "settings ->> 'plan' = 'gold' AND settings ? 'plan'",
        "days_since(last_seen_at) < 7",
        "event_count('Order Completed', '30 days') >= 2 AND has_event('page')",
        "first_event_at('page') < last_event_at('page', '2 weeks')",
        "in_segment('vip') AND NOT in_segment('lost')",
        "CASE WHEN total_orders > 3 THEN true ELSE false END",
        "CASE city WHEN 'Hue' THEN 1 WHEN 'Hanoi' THEN 2 END = 1",
        "event_sum('Order Completed', 'total', '30 days') > 100",
        "true",
    ],
)
def test_what_may_be_said_reads_the_same_when_it_is_written_anew(text):
    written = read(text).whole.text

    assert read(written).whole.text == written
    assert read(written).whole.sql == read(text).whole.sql


@pytest.mark.parametrize(
    ("text", "what", "place", "hint"),
    [
        ("citty = 'Hue'", "no column citty", 1, "city"),
        ("total_orders > 3 AND citi = 'x'", "no column citi", 22, "city"),
        ("city = 'Huế' AND evnt_count('a') > 1", "evnt_count", 18, "event_count"),
        ("city ~ '^(a+)+$'", "operator ~", 6, "LIKE"),
        ("city = 'a' AND (SELECT true)", "subquery", 16, "columns"),
        ("email = 'an@shop.vn'", "masked", 1, "not masked"),
        ("in_segment(city)", "in_segment takes texts", 1, "in_segment('vip')"),
        ("event_count('a', city) > 1", "event_count takes texts", 1, "30 days"),
        ("event_count('a', '30 moons') > 1", "no length of time", 1, "30 days"),
        ("event_count('a', '99 years') > 1", "no length of time", 1, "ten years"),
        ("last_seen_at > 'now'::timestamptz", "no moment", 21, "2026"),
        ("acme.city = 'a'", "not a bare name", 1, "name alone"),
        ("city LIKE '%a%b%c%d%'", "LIKE takes", None, "LIKE"),
        ("city COLLATE \"C\" = 'a'", "COLLATE", None, "columns"),
        ("total_orders > $1", "parameter", 16, "columns"),
    ],
)
def test_what_may_not_be_said_is_answered_with_place_and_hint(text, what, place, hint):
    refused = refusal(text)

    assert what in refused.message
    assert hint in refused.hint
    if place is not None:
        assert refused.detail == f"At character {place} of the condition."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "-- nothing",
        "total_orders >",
        "total_orders > 3; DROP TABLE x",
        "true) FROM pg_class --",
        "true FROM pg_class",
        "true UNION SELECT false",
        "true LIMIT 1",
        "true INTO x",
        "true AS x",
        "*",
        "true, false",
        "DISTINCT true",
        "zero \0 byte",
        "city = 'a' -- it ends here\n FROM x",
    ],
)
def test_what_is_not_one_expression_is_refused(text):
    refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "NOT " * 500 + "true",
        "1" + " + 1" * 900 + " > 0",
        " OR ".join(["city = 'a'"] * 200),
        " AND ".join(f"has_event('e{number}')" for number in range(13)),
        "city = '" + "x" * 301 + "'",
        "city = 'a' OR " * 400 + "true",
        "total_orders > " + "9" * 40,
        "total_orders > 1e999",
    ],
)
def test_what_is_too_large_is_refused(text):
    refusal(text)


def test_the_same_question_is_asked_once():
    condition = read("event_count('a') > 1 AND event_count('a') < 5")

    assert len(condition.whole.joins) == 1


def test_quotes_of_values_and_names_stay_what_they_are():
    condition = read("city = 'it''s $$ $body$ \\ E''x'' -- '")

    sql = members_query(tenant(), condition)

    assert "$$" not in sql
    assert "$body$" not in sql
    assert condition.whole.text == "city = 'it''s $$ $body$ \\ E''x'' -- '"


def test_segments_come_after_those_they_are_made_of():
    order = [segment.name for segment in compile_segments(tenant(a="in_segment('b')", b="in_segment('c')", c="true"))]

    assert order == ["c", "b", "a"]


def test_a_circle_is_named_and_what_is_made_of_it_says_so():
    spec = tenant(a="in_segment('b')", b="in_segment('a')", c="in_segment('a')", d="in_segment('d')", e="true")

    problems = {segment.name: segment.problem for segment in compile_segments(spec)}

    assert "a -> b -> a" in problems["a"]
    assert "a -> b -> a" in problems["b"]
    assert "made of segment a" in problems["c"]
    assert "d -> d" in problems["d"]
    assert problems["e"] is None


def test_a_segment_that_is_not_there_is_guessed():
    with pytest.raises(ScoringRefused) as refused:
        check_segments(tenant(loyal="true", best="in_segment('loyl')"), ["best"])

    assert refused.value.hint == "Did you mean loyal?"
