"""Amounts, currencies and order numbers are read as shops send them; nothing a shop may send raises."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

LARGEST = 999_999_999_999_999


def read(db, sent, default="USD", stated=None):
    """What an amount comes to: minor units and their currency, or None."""
    amount, currency = db.row("SELECT * FROM c360._read_amount(%s, %s, %s)", Jsonb(sent), stated, default)
    minor = db.call("c360._amount_minor", amount, currency)
    return None if minor is None else (minor, currency)


@pytest.mark.parametrize(
    ("sent", "currency", "minor"),
    [
        *(
            (twelve, "USD", 1250)
            for twelve in (12.5, "12.50", " 12.5 ", "$12.50", "12,50", "12.50 USD", "US$ 12.50", "\uff11\uff12.50")
        ),
        *((less, "USD", -300) for less in (-3, "-3", "-$3.00", "$-3", "(3.00)", "3.00-", "\u22123")),
        *((whole, "EUR", 1200) for whole in ("\u20ac 12", "12 EUR", "12,- \u20ac", "12.--", "+12", "EUR12")),
        (0, "USD", 0),
        (0.005, "USD", 1),
        (1_250_000, "VND", 1_250_000),
        *(
            (dong, "VND", 1_234_567)
            for dong in (
                "1.234.567 \u20ab",
                "1,234,567\u0111",
                "1 234 567 VND",
                "1.234.567 VN\u0110",
                "\u20ab1.234.567",
            )
        ),
        *((dong, "VND", 1_234) for dong in ("1.234", "1,234", "1.234 \u0111\u1ed3ng")),
        *(
            (mixed, "USD", 123_456)
            for mixed in ("1,234.56", "1.234,56", "1 234,56", "1\u00a0234.56", "1'234.56", "1\u2019234.56")
        ),
        ("1.234.567", "USD", 123_456_700),
        ("1,00,000.50", "INR", 10_000_050),
        *(
            (clear, "USD", minor)
            for clear, minor in (("1234.567", 123_457), ("0.125", 13), ("1,234.567", 123_457), ("19.9900", 1999))
        ),
        ("1.5", "KWD", 1500),
        ("12.500", "KWD", 12_500),
        *(
            (digits, "USD", 123_450)
            for digits in ("\u0661\u066c\u0662\u0663\u0664\u066b\u0665\u0660", "\u06f1\u06f2\u06f3\u06f4\u066b\u06f5")
        ),
        *((thousands, "IDR", 1_500_000) for thousands in ("Rp 15.000", "15,000", "15.000 IDR", "Rp15.000,-")),
        ("2.500 Ft", "HUF", 250_000),
        *((unbroken, "EUR", 123_400) for unbroken in ("1.234,-", "1.234,- \u20ac", "1,234.-")),
        *((rupees, "INR", 50_000) for rupees in ("Rs. 500/-", "\u20b9500", "500/-")),
        *((booked, "USD", -500) for booked in ("$ (5.00)", "(5.00) USD", "($5.00)")),
        (9_999_999_999_999.99, "USD", LARGEST),
    ],
)
def test_an_amount_is_read_where_it_has_one_reading(db, sent, currency, minor):
    assert read(db, sent, currency) == (minor, currency)


@pytest.mark.parametrize(
    ("sent", "currency"),
    [
        *((either, "USD") for either in ("1.234", "1,234", "12,500", "$1.234", "1.000")),
        ("1,234", "KWD"),
        *(
            (odd, "USD")
            for odd in (
                "1,2345,678",
                "5..00",
                "10 - 20",
                "10/20",
                "12%",
                "500k",
                "5 pts",
                "1e300",
                ".",
                "1 2",
                "--5",
                "5--",
                "5,-20",
                "(5",
                "-(5)",
                "5 (19% VAT)",
                "1e3",
                "\u00bd",
            )
        ),
        *((word, "USD") for word in ("NaN", "Infinity", "fifteen", "free", "", None, True, {"amount": 5}, [5, 6])),
        *((far, "USD") for far in (10_000_000_000_000, 1e300, "1" * 200)),
    ],
)
def test_an_amount_with_two_readings_or_none_is_not_read(db, sent, currency):
    assert read(db, sent, currency) is None


@pytest.mark.parametrize(
    ("sent", "stated", "default", "expected"),
    [
        ("12", None, "VND", (12, "VND")),
        ("12 EUR", None, "USD", (1200, "EUR")),
        ("\u20ac12", "EUR", "USD", (1200, "EUR")),
        ("12 EUR", "USD", "USD", None),
        ("$12", "AUD", "USD", (1200, "AUD")),
        ("$12", None, "CAD", (1200, "CAD")),
        ("$12", None, "VND", (1200, "USD")),
        ("$12 USD", None, "CAD", (1200, "USD")),
        *(("12 kr", None, default, expected) for default, expected in (("USD", None), ("SEK", (1200, "SEK")))),
        *((dollars, None, "USD", (1200, "CAD")) for dollars in ("CAD $12", "$12 CAD", "CA$ 12", "C $12")),
        *((dollars, "CAD", "USD", (1200, "CAD")) for dollars in ("$12 CAD", "$12")),
        *((dollars, None, "CAD", (1200, "USD")) for dollars in ("US $12", "USD $12.00")),
        *(("\u00a51,200", None, default, expected) for default, expected in (("JPY", (1200, "JPY")), ("USD", None))),
        ("$12 EUR", None, "USD", None),
        ("12", "XXX", "USD", (1200, "XXX")),
    ],
)
def test_a_sign_beside_an_amount_says_its_currency_or_contradicts_it(db, sent, stated, default, expected):
    assert read(db, sent, default, stated) == expected


def test_a_number_at_the_end_of_numeric_is_no_amount(db):
    assert db.value("SELECT c360._amount_minor(('1' || repeat('0', 131071))::numeric, 'KWD')") is None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
    | st.text("0123456789., -+()'$\u20ac\u20abEURusd", max_size=20)
    | st.floats(allow_nan=False, allow_infinity=False)
)
def test_no_text_and_no_number_raises(db, sent):
    found = read(db, sent, "KWD")

    assert found is None or abs(found[0]) <= LARGEST


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("USD", 2), ("EUR", 2), ("VND", 0), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("XXX", 2)],
)
def test_minor_units_follow_iso_4217(db, currency, digits):
    assert db.call("c360._currency_exponent", currency) == digits


@pytest.mark.parametrize(
    ("kind", "properties", "minor", "is_unreadable"),
    [
        ("order", {"revenue": 25, "total": 30, "value": 1}, 2500, False),
        ("order", {"total": 30, "value": 1}, 3000, False),
        ("order", {"value": 1}, 100, False),
        ("order", {"revenue": "n/a", "total": "30"}, 3000, False),
        ("order", {"revenue": -5}, None, True),
        ("order", {"revenue": -5, "total": 7}, 700, False),
        ("order", {"revenue": "n/a"}, None, True),
        *(("order", nothing, None, False) for nothing in ({}, [], "text", None, {"revenue": None, "total": " "})),
        ("refund", {"total": -30, "currency": "USD"}, 3000, False),
        ("refund", {"total": 30, "currency": "USD"}, 3000, False),
        ("refund", {"total": 100, "refund_amount": 30, "currency": "USD"}, 3000, False),
        ("refund", {}, None, False),
        ("refund", {"total": None, "products": []}, None, False),
    ],
)
def test_the_first_amount_that_can_be_read_counts(db, kind, properties, minor, is_unreadable):
    found = db.row(
        "SELECT amount_minor, is_unreadable FROM c360._purchase_amount(%s, %s, 'USD')", kind, Jsonb(properties)
    )

    assert found == (minor, is_unreadable)


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("A-17", "A-17"),
        (" A-17 ", "A-17"),
        (1017, "1017"),
        (1017.0, "1017"),
        ("1017.0", "1017"),
        *((nobody, None) for nobody in ("undefined", "NULL", "(not set)", "n/a", "", 0, None, True, {"id": 1})),
    ],
)
def test_an_order_number_is_one_however_it_is_spelled(db, sent, number):
    assert db.value("SELECT c360._order_key(%s)", Jsonb(sent)) == number


def test_an_order_number_of_any_length_can_be_indexed(db):
    first, second = (db.value("SELECT c360._order_key(%s)", Jsonb("7" * 10_000 + end)) for end in "ab")

    assert first != second
    assert len(first) < 100
