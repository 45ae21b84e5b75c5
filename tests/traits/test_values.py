"""What each aggregate answers, in which type; numbers as shops write them; nobody's value stops another's."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from c360.governance.tenants import as_owner


@pytest.fixture
def shopper(traits):
    """Somebody who looked at products, some of them long ago, and ordered."""
    for at, category in (
        ("2026-01-10T10:00:00Z", "toys"),
        ("2026-05-10T10:00:00Z", "shoes"),
        ("2026-05-11T10:00:00Z", "books"),
        ("2026-05-12T10:00:00Z", "books"),
        ("2026-05-13T10:00:00Z", "shoes"),
        ("2026-05-14T10:00:00Z", " "),
    ):
        traits.did("an", "Product Viewed", at, category=category, cart={"total": 10}, odd=[1])
    traits.did("an", "Order Completed", order_id="o1", total="1.234,50 kr", currency="SEK")
    traits.did("an", "Order Completed", order_id="o2", total=100, currency="SEK")
    traits.did("an", "Order Completed", order_id="o3", total="a lot", currency="SEK")
    traits.know("binh", city="Hue")
    traits.work()
    return traits


def test_each_aggregate_says_what_its_name_says(shopper):
    viewed = "'Product Viewed', 'category'"
    shopper.state(
        sum_of="event_sum('Order Completed', 'total')",
        average="event_average('Order Completed', 'total')",
        least_of="event_min('Order Completed', 'total')",
        most_of="event_max('Order Completed', 'total')",
        first_of=f"first_value({viewed})",
        last_of=f"last_value({viewed})",
        often=f"most_frequent({viewed})",
        often_lately=f"most_frequent({viewed}, '21 days')",
        listed=f"unique_values({viewed})",
        listed_lately=f"unique_values({viewed}, '21 days')",
        nested="event_sum('Product Viewed', 'cart.total')",
        none_at_all="event_sum('Product Viewed', 'odd')",
        views="event_count('Product Viewed')",
    )

    shopper.fill()

    assert shopper.of("an") == {
        "sum_of": Decimal("1334.50"),
        "average": Decimal("667.25"),
        "least_of": 100,
        "most_of": Decimal("1234.50"),
        "first_of": "toys",
        "last_of": "shoes",
        "often": "shoes",
        "often_lately": "shoes",
        "listed": ["books", "shoes", "toys"],
        "listed_lately": ["books", "shoes"],
        "nested": 60,
        "none_at_all": None,
        "views": 6,
    }
    assert shopper.of("binh")["views"] == 0
    assert {name for name, value in shopper.of("binh").items() if value is not None} == {"views"}


def test_types_are_what_postgresql_says(traits):
    traits.know("an", city="Hue", birthday="1990-05-17")
    traits.work()
    traits.state(
        a_text="upper(city)",
        a_list="ARRAY[city, 'x']",
        an_integer="length(city)",
        a_bigint="event_count('identify') + 10000000000",
        a_numeric="1.50",
        a_double="days_since(timestamptz '2026-05-31 00:00:00Z')",
        a_boolean="city IN ('Hue', 'Hanoi')",
        a_date="(timestamptz '2026-05-31 23:00:00Z')::date",
        a_moment="timestamptz '2026-05-31 23:00:00Z'",
        a_case="CASE WHEN city = 'Hue' THEN 'near' WHEN city IS NULL THEN 'unknown' ELSE 'far' END",
        short_case="CASE city WHEN 'Hue' THEN 1 END",
    )

    traits.fill()

    assert traits.of("an") == {
        "a_text": "HUE",
        "a_list": ["Hue", "x"],
        "an_integer": 3,
        "a_bigint": 10000000001,
        "a_numeric": Decimal("1.50"),
        "a_double": 1.5,
        "a_boolean": True,
        "a_date": date(2026, 5, 31),
        "a_moment": datetime(2026, 5, 31, 23, tzinfo=UTC),
        "a_case": "near",
        "short_case": 1,
    }
    assert traits.listed("a_moment")["data_type"] == "timestamp with time zone"


def test_days_are_those_of_the_time_zone_of_the_tenant(traits):
    with as_owner(traits.db.connection):
        traits.db.call("c360.apply_metadata", {"tenant": "acme", "time_zone": "Asia/Ho_Chi_Minh"})
    traits.did("an", "Product Viewed", "2026-05-31T23:00:00Z", category="toys")
    traits.work()
    traits.state(
        day="(last_event_at('Product Viewed'))::date", hour="date_part('hour', last_event_at('Product Viewed'))"
    )

    traits.fill()

    assert traits.of("an") == {"day": date(2026, 6, 1), "hour": 6}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("1.234,50 kr", Decimal("1234.50")),
        ("$5.00", None),
        ("(12)", -12),
        ("twelve", None),
        (None, None),
        (True, None),
        ([5], None),
        (10**15, None),
        (1e300, None),
        (0.1234567, Decimal("0.123457")),
        (-3, -3),
        ("", None),
    ],
)
def test_numbers_are_read_as_amounts_are_and_others_left_out(traits, sent, read):
    properties = {"price": sent, "currency": "SEK"}

    with as_owner(traits.db.connection):
        found = traits.db.call("tenant_acme.event_number", properties, ["price"])

    assert found == read


def test_ties_are_the_same_whatever_the_order(traits):
    at = "2026-05-10T10:00:00Z"
    for category in ("b", "a", "B", "c"):
        traits.did("an", "Product Viewed", at, category=category)
    traits.did("binh", "Product Viewed", at, category="a")
    traits.did("binh", "Product Viewed", "2026-05-10T11:00:00Z", category="z")
    traits.work()
    viewed = "'Product Viewed', 'category'"
    traits.state(often=f"most_frequent({viewed})", first_of=f"first_value({viewed})", last_of=f"last_value({viewed})")

    traits.fill()

    assert traits.of("an") == {"often": "B", "first_of": "B", "last_of": "B"}
    assert traits.of("binh") == {"often": "z", "first_of": "a", "last_of": "z"}


def test_a_list_is_bounded_and_long_texts_are_cut(traits):
    for number in range(105):
        traits.did("an", "Product Viewed", category=f"c{number:03}" if number else "x" * 600)
    traits.work()
    traits.state(
        listed="unique_values('Product Viewed', 'category')", longest="most_frequent('Product Viewed', 'category')"
    )

    traits.fill()

    assert traits.of("an")["listed"] == [f"c{number:03}" for number in range(1, 101)]
    assert len(traits.of("an")["longest"]) <= 500


def test_who_the_expression_fails_for_has_no_value_and_the_others_have(traits):
    for who, city in (("an", "7"), ("binh", "Hue"), ("chi", "8"), ("dung", "9")):
        traits.know(who, city=city)
    traits.work()
    traits.state(number="city::integer", other="city")

    traits.fill()

    assert [traits.of(who)["number"] for who in ("an", "binh", "chi", "dung")] == [7, None, 8, 9]
    assert traits.of("binh")["other"] == "Hue"
    assert "22P02" in traits.listed("number")["problem"]

    traits.know("binh", city="10")
    traits.work()
    traits.fill()
    assert traits.of("binh")["number"] == 10
    assert traits.listed("number")["problem"] is None


def test_values_nobody_thought_of_raise_nothing(traits):
    traits.know("an", city="Hue")
    traits.work()
    traits.state(
        divided="1 / (total_orders - total_orders)",
        no_number="'NaN'::double precision",
        endless="'infinity'::numeric",
        too_large="2147483647 + length(city)",
        huge="1e30 * 1e30",
    )

    traits.fill()

    found = traits.of("an")
    assert (found["divided"], found["too_large"], found["huge"]) == (None, None, Decimal("1e60"))
    assert str(found["no_number"]) == "nan"
    assert "22003" in traits.listed("too_large")["problem"]


def test_a_value_is_explained_by_what_it_looks_at(traits):
    with as_owner(traits.db.connection):
        traits.db.call("c360.apply_metadata", {"tenant": "acme", "time_zone": "Asia/Tokyo"})
    traits.did("an", "Product Viewed", category="toys")
    traits.know("an", city="Hue")
    traits.work()
    traits.state(
        told="city || ' ' || most_frequent('Product Viewed', 'category')",
        moment="last_event_at('Product Viewed')",
        number="city::integer",
    )
    traits.fill()

    told, moment, number = (
        traits.db.call("tenant_acme.explain_trait", name, traits.id_of("an")) for name in ("told", "moment", "number")
    )

    assert (told["kept"], told["is_kept"]) == ("Hue toys", True)
    assert told["values"] == {"city": "Hue", "most_frequent('Product Viewed', 'category')": "toys"}
    assert (moment["kept"], moment["is_kept"]) == ("2026-05-20T10:00:00+00:00", True)
    assert (number["kept"], number["now"], number["failure"]) == (None, None, "22P02")
