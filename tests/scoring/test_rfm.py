"""RFM: the published figures, a table small enough to verify on paper, and every order of arrival the same."""

import csv
import random
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.shop import Report, Shop

AS_OF = "2026-06-01 12:00Z"
SCORES = ("recency_score", "frequency_score", "monetary_score")


@pytest.fixture
def shop(db):
    return Shop(db)


def play_published_orders(shop, seed):
    rows = list(csv.DictReader((files("c360.demo") / "data" / "rfm_data_orders.csv").read_text().splitlines()))
    customers = {name: shop.customer() for name in sorted({row["customer_id"] for row in rows})}
    reports = [
        Report(
            customers[row["customer_id"]],
            f"{row['order_date']} 12:00Z",
            {"order_id": f"R{number}", "revenue": row["revenue"]},
        )
        for number, row in enumerate(rows)
    ]
    random.Random(seed).shuffle(reports)
    for start in range(0, len(reports), 1000):
        shop.send(reports[start : start + 1000])


@pytest.mark.parametrize("seed", [1, 2])
def test_champions_of_the_published_orders_are_those_of_the_r_package(shop, seed):
    play_published_orders(shop, seed)

    summary = {row["segment"]: row for row in shop.session.call_rows("c360.rfm_summary", "acme", "2006-12-31")}

    champions = summary["Champions"]
    assert (champions["customers"], champions["orders"], champions["revenue"]) == (158, 1234, 120178)
    assert sum(row["customers"] for row in summary.values()) == 995
    assert sum(row["orders"] for row in summary.values()) == 4906


def test_five_customers_score_as_calculated_by_hand(shop):
    """Recency 10 20 30 40 50 days, orders 5 4 3 2 1, value 500 400 300 200 100.

    Percentiles plus one: recency 19 27 35 43, orders 2.8 3.6 4.4 5.2, value 181 261 341 421.
    """
    customers = [shop.customer() for _ in range(5)]
    for customer, day, orders in zip(
        customers, ("05-22", "05-12", "05-02", "04-22", "04-12"), (5, 4, 3, 2, 1), strict=True
    ):
        shop.send(Report(customer, f"2026-{day} 09:00Z", {"revenue": 100}) for _ in range(orders))

    rfm = shop.rfm(AS_OF)

    found = [rfm[customer.profile_id] for customer in customers]
    assert [row["recency_days"] for row in found] == [10, 20, 30, 40, 50]
    assert [tuple(row[score] for score in SCORES) for row in found] == [
        (5, 4, 5),
        (4, 3, 4),
        (3, 2, 3),
        (2, 1, 2),
        (1, 1, 1),
    ]
    assert [row["segment"] for row in found] == [
        "Champions",
        "Potential Loyalist",
        "Need Attention",
        "Hibernating",
        "Lost",
    ]


def test_equal_customers_get_equal_scores(shop):
    customers = [shop.customer() for _ in range(7)]
    for customer in customers:
        shop.order(customer, "2026-05-01 09:00Z", revenue=10)

    rows = shop.rfm(AS_OF).values()

    assert len({tuple(row[score] for score in SCORES) for row in rows}) == 1


def test_two_orders_on_one_day_are_two_orders(shop):
    anna = shop.customer()

    shop.order(anna, "2026-05-01 09:00Z", revenue=10)
    shop.order(anna, "2026-05-01 18:00Z", revenue=10)

    assert shop.rfm(AS_OF)[anna.profile_id]["frequency"] == 2


def test_days_are_days_of_the_tenants_time_zone(shop):
    anna = shop.customer()
    shop.order(anna, "2026-05-31 17:30Z", revenue=10)

    in_utc = shop.rfm("2026-06-01 16:00Z")[anna.profile_id]["recency_days"]
    shop.session.execute("UPDATE c360.tenants SET time_zone = 'Asia/Ho_Chi_Minh' WHERE tenant = 'acme'")
    in_saigon = shop.rfm("2026-06-01 16:00Z")[anna.profile_id]["recency_days"]

    assert (in_utc, in_saigon) == (1, 0)


def test_a_later_order_is_left_out_and_counted(shop):
    anna, ben = shop.customer(), shop.customer()
    shop.order(anna, "2026-05-01 09:00Z", revenue=10)
    shop.order(anna, "2026-07-01 09:00Z", revenue=90)
    shop.order(ben, "2026-07-01 09:00Z", revenue=90)

    rfm = shop.rfm(AS_OF)

    row = rfm[anna.profile_id]
    assert (row["frequency"], row["monetary"], row["future_orders"], row["recency_days"]) == (1, 10, 1, 31)
    assert ben.profile_id not in rfm


def test_a_later_refund_does_not_reach_back(shop):
    anna = shop.customer()
    shop.order(anna, "2026-05-01 09:00Z", order_id="A1", revenue=10)
    shop.refund(anna, "2026-07-01 09:00Z", order_id="A1", revenue=10)

    assert shop.rfm(AS_OF)[anna.profile_id]["monetary"] == 10
    assert shop.rfm("2026-08-01")[anna.profile_id]["monetary"] == 0


def test_an_order_without_value_counts_in_frequency_only(shop):
    anna = shop.customer()
    shop.order(anna, "2026-05-01 09:00Z")
    shop.order(anna, "2026-05-02 09:00Z", revenue=50, currency="EUR")

    row = shop.rfm(AS_OF)[anna.profile_id]

    assert (row["frequency"], row["monetary"], row["unpriced_orders"], row["other_currency_orders"]) == (2, 0, 1, 1)


def test_absorbed_golden_records_are_not_scored(shop):
    anna, twin = shop.customer(), shop.customer()
    shop.order(twin, "2026-05-01 09:00Z", revenue=10)
    shop.session.execute(
        "UPDATE cdp_master_profiles SET status = 'merged', merged_into = %s WHERE master_profile_id = %s",
        anna.profile_id,
        twin.profile_id,
    )

    assert shop.rfm(AS_OF) == {}


def test_nobody_has_bought_anything_yet(shop):
    shop.customer()

    assert shop.rfm(AS_OF) == {}
    assert len(shop.session.call_rows("c360.rfm_summary", "acme", AS_OF)) == 11


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["Order Completed", "Order Completed", "Order Refunded"]),
        st.integers(0, 3),  # who
        st.integers(1, 28),  # day
        st.sampled_from([None, "A", "B", "C"]),  # order number
        st.sampled_from([None, 10, "20.5", -7, "NaN"]),  # revenue
        st.sampled_from([None, "EUR"]),  # currency
        st.sampled_from(["web", "server"]),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, data=st.data())
def test_the_order_and_the_batches_events_come_in_make_no_difference(shop, events, data):
    shuffled = data.draw(st.permutations(list(enumerate(events))))
    cut = data.draw(st.integers(0, len(events)))

    first = what_becomes_of(shop, [list(enumerate(events))])
    second = what_becomes_of(shop, [shuffled[:cut], shuffled[cut:]])

    assert first == second


def what_becomes_of(shop, batches):
    """Scores and kept purchases of customers 0 to 3 after these batches; leaves nothing behind."""
    shop.session.execute("SAVEPOINT play")
    customers = [shop.customer() for _ in range(4)]
    names = {customer.profile_id: number for number, customer in enumerate(customers)}
    for batch in filter(None, batches):
        shop.send(
            Report(
                customers[who],
                f"2026-05-{day:02} 09:00Z",
                {"order_id": order, "revenue": revenue, "currency": currency},
                event=event,
                source=source,
                message_id=f"m{number}",
            )
            for number, (event, who, day, order, revenue, currency, source) in batch
        )
    outcome = (
        {names[profile]: {**row, "master_profile_id": None} for profile, row in shop.rfm(AS_OF).items()},
        shop.session.rows("SELECT source, message_id, amount_minor, report_count FROM cdp_purchases ORDER BY 1, 2"),
    )
    shop.session.execute("ROLLBACK TO SAVEPOINT play")
    return outcome
