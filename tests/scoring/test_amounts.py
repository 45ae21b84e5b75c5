"""Amounts, currencies and order numbers are read as shops send them; nothing a shop may send raises."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

LARGEST = 999_999_999_999_999


@pytest.mark.parametrize(
    ("sent", "currency", "minor"),
    [
        (12.5, "USD", 1250),
        ("12.50", "USD", 1250),
        (" 12.5 ", "USD", 1250),
        (0, "USD", 0),
        (-3, "USD", -300),
        (0.005, "USD", 1),
        (1_250_000, "VND", 1_250_000),
        ("1.5", "KWD", 1500),
        (9_999_999_999_999.99, "USD", LARGEST),
        (10_000_000_000_000, "USD", None),
        (1e300, "USD", None),
        ("1e300", "USD", None),
        ("NaN", "USD", None),
        ("Infinity", "USD", None),
        ("$12.50", "USD", None),
        ("1.234,50", "USD", None),
        ("", "USD", None),
        (None, "USD", None),
        (True, "USD", None),
        ({"amount": 5}, "USD", None),
        ([5, 6], "USD", None),
    ],
)
def test_an_amount_is_read_into_minor_units_or_not_at_all(db, sent, currency, minor):
    assert db.call("c360._amount_minor", Jsonb(sent), currency) == minor


def test_a_number_at_the_end_of_numeric_is_no_amount(db):
    assert db.value("SELECT c360._amount_minor(to_jsonb(('1' || repeat('0', 131071))::numeric), 'KWD')") is None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
    | st.floats(allow_nan=False, allow_infinity=False)
)
def test_no_text_and_no_number_raises(db, sent):
    minor = db.call("c360._amount_minor", Jsonb(sent), "KWD")

    assert minor is None or abs(minor) <= LARGEST


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("USD", 2), ("EUR", 2), ("VND", 0), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("XXX", 2)],
)
def test_minor_units_follow_iso_4217(db, currency, digits):
    assert db.call("c360._currency_exponent", currency) == digits


@pytest.mark.parametrize(
    ("kind", "properties", "minor"),
    [
        ("order", {"revenue": 25, "total": 30, "value": 1}, 2500),
        ("order", {"total": 30, "value": 1}, 3000),
        ("order", {"value": 1}, 100),
        ("order", {"revenue": "n/a", "total": "30"}, 3000),
        ("order", {"revenue": -5}, None),
        ("order", {"revenue": -5, "total": 7}, 700),
        ("order", {}, None),
        ("order", [], None),
        ("order", "text", None),
        ("order", None, None),
        ("refund", {"total": -30}, 3000),
        ("refund", {"total": 30}, 3000),
        ("refund", {}, None),
    ],
)
def test_revenue_counts_before_total_and_total_before_value(db, kind, properties, minor):
    assert db.call("c360._purchase_amount", kind, Jsonb(properties), "USD") == minor


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("A-17", "A-17"),
        (" A-17 ", "A-17"),
        (1017, "1017"),
        ("undefined", None),
        ("NULL", None),
        ("", None),
        (0, None),
        (None, None),
        (True, None),
        ({"id": 1}, None),
    ],
)
def test_a_placeholder_is_no_order_number(db, sent, number):
    assert db.call("c360._order_number", Jsonb(sent)) == number


def test_an_order_number_of_any_length_can_be_indexed(db):
    first, second = (db.call("c360._order_number", Jsonb("7" * 10_000 + end)) for end in "ab")

    assert first != second
    assert len(first) < 100
