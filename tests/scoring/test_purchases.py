"""Orders and refunds become purchases once, whoever reports them, in whatever order and however oddly."""

import pytest

from support.shop import Report, Shop

DAY = "2026-03-02 10:00Z"
LATER = "2026-03-09 10:00Z"


@pytest.fixture
def shop(db):
    return Shop(db)


def test_an_order_counts_with_its_revenue(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", revenue="25.50", total=30)

    facts = shop.facts(anna)
    assert (facts["total_orders"], float(facts["total_revenue"])) == (1, 25.5)
    assert facts["last_purchase_at"].isoformat() == "2026-03-02T10:00:00+00:00"


def test_other_events_are_no_purchases(shop):
    anna = shop.customer()

    written = shop.send([Report(anna, DAY, {"revenue": 5}, event="Product Viewed")])

    assert written == 0
    assert shop.facts(anna) is None


def test_the_same_order_from_browser_and_server_is_one(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=30, source="web")
    shop.order(anna, DAY, order_id="A1", total=30, source="server")

    assert shop.facts(anna)["total_orders"] == 1
    assert shop.session.value("SELECT report_count FROM cdp_purchases") == 2


def test_the_same_order_twice_in_one_batch_is_one(shop):
    anna = shop.customer()

    shop.send([Report(anna, DAY, {"order_id": "A1", "total": 30}, source=source) for source in ("web", "server")])

    assert shop.facts(anna)["total_orders"] == 1
    assert shop.session.value("SELECT report_count FROM cdp_purchases") == 2


def test_orders_without_a_number_are_each_an_order(shop):
    anna = shop.customer()

    shop.send([Report(anna, DAY, {"total": 10}), Report(anna, DAY, {"total": 10, "order_id": "undefined"})])
    shop.order(anna, DAY, total=10, order_id="null")

    assert shop.facts(anna)["total_orders"] == 3


def test_the_same_events_again_change_no_purchase(shop):
    anna = shop.customer()
    shop.order(anna, DAY, order_id="A1", total=30)
    event = shop.session.row("SELECT received_at, ARRAY[event_id] FROM cdp_behavioral_events")

    written = shop.session.call("c360._record_purchases", "acme", *event)

    assert written == 0
    assert shop.session.value("SELECT report_count FROM cdp_purchases") == 1


def test_a_report_with_an_amount_beats_one_without_whoever_comes_first(shop):
    anna, nobody = shop.customer(), shop.customer()

    shop.order(nobody, DAY, order_id="A1")
    shop.order(anna, LATER, order_id="A1", total=30)
    shop.order(anna, LATER, order_id="A2", total=30)
    shop.order(nobody, DAY, order_id="A2")

    assert shop.facts(anna)["total_orders"] == 2
    assert shop.facts(nobody) is None


def test_whoever_loses_an_order_to_a_better_report_is_rebuilt_too(shop):
    anna, nobody = shop.customer(), shop.customer()
    shop.order(nobody, DAY, order_id="A1")
    shop.session.execute("DELETE FROM cdp_resolution_queue")

    shop.order(anna, LATER, order_id="A1", total=30)

    assert shop.queued() == {anna.raw_profile_id, nobody.raw_profile_id}


def test_a_purchase_follows_its_observation_to_another_golden_record(shop):
    anna, twin = shop.customer(), shop.customer()
    shop.order(twin, DAY, order_id="A1", total=30)

    shop.link(twin.raw_profile_id, anna)

    assert shop.facts(anna)["total_orders"] == 1
    assert shop.facts(twin) is None


def test_a_partial_refund_is_taken_off_its_order(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=30)
    shop.refund(anna, LATER, order_id="A1", total=12)

    facts = shop.facts(anna)
    assert (facts["total_orders"], facts["total_revenue"], facts["unmatched_refunds"]) == (1, 18, 0)


def test_a_refund_is_never_a_purchase(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=30)
    shop.refund(anna, LATER, order_id="A1", total=12)

    assert shop.facts(anna)["last_purchase_at"].isoformat() == "2026-03-02T10:00:00+00:00"


def test_refunds_add_up_but_never_beyond_the_order(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=30)
    shop.order(anna, DAY, order_id="A2", total=100)
    for _ in range(4):
        shop.refund(anna, LATER, order_id="A1", total=-12)

    assert shop.facts(anna)["total_revenue"] == 100


def test_a_refund_without_an_amount_takes_back_the_whole_order(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=30)
    shop.refund(anna, LATER, order_id="A1")

    assert shop.facts(anna)["total_revenue"] == 0


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({"products": [{"product_id": "s1", "price": 10, "quantity": 1}]}, 90),
        ({"products": [{"price": 10, "quantity": 2}, {"price": "$5.00"}]}, 75),
        ({"products": [{"total": 15}, {"subtotal": "2,50"}]}, 82.5),
        ({"products": [{"price": -10, "quantity": "3"}]}, 70),
        ({"products": {"price": 10}}, 90),
        ({"total": 30, "products": [{"price": 10}]}, 70),
        ({"refund_amount": 5, "total": 100}, 95),
        ({"total": "", "products": []}, 0),
    ],
)
@pytest.mark.parametrize("currency", [{}, {"currency": "USD"}])
def test_a_refund_takes_its_amount_or_its_items_or_else_the_order(shop, said, left, currency):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=100)
    shop.refund(anna, LATER, order_id="A1", **said, **currency)

    facts = shop.facts(anna)
    assert (float(facts["total_revenue"]), facts["unreadable_amounts"]) == (left, 0)


BASKET = [
    {"product_id": "p1", "sku": "p1-s", "price": 10, "quantity": 2},
    {"product_id": "p1", "sku": "p1-l", "price": 15, "quantity": 1},
    {"product_id": "p2", "price": "$20.00", "quantity": 3},
    {"sku": "p3", "total": 5},
]


@pytest.mark.parametrize(
    ("products", "left", "unreadable"),
    [
        ([{"product_id": "p2", "quantity": 1}], 80, 0),
        ([{"product_id": "p2"}], 40, 0),
        ([{"product_id": "p2", "quantity": 9}], 40, 0),
        ([{"sku": "p1-s", "quantity": 1}, {"sku": "p1-l"}], 75, 0),
        ([{"product_id": "p1", "sku": "p1-l"}, {"sku": "p3"}], 80, 0),
        ([{"productId": "p2", "quantity": "1", "price": None}, {"price": 5}], 75, 0),
        ([{"product_id": "p1", "quantity": 1}], 100, 1),
        ([{"product_id": "p1", "sku": "p1-xl"}], 100, 1),
        ([{"product_id": "p9"}, {"product_id": "p2", "quantity": 1}], 80, 1),
        ([{"product_id": "p2", "quantity": "many"}], 100, 1),
        ([{"product_id": "p2", "price": "ten"}], 100, 1),
        ([{"name": "Tea"}], 100, 1),
    ],
)
@pytest.mark.parametrize(
    "total", [{}, {"total": 0}, {"total": "0.00", "currency": "USD"}], ids=["", "of 0", "of 0 USD"]
)
@pytest.mark.parametrize("comes_first", [True, False], ids=["before its order", "after its order"])
def test_a_refund_of_products_without_a_price_takes_that_of_the_order(
    shop, products, left, unreadable, total, comes_first
):
    anna = shop.customer()

    if comes_first:
        shop.refund(anna, LATER, order_id="A1", products=products, **total)
    shop.order(anna, DAY, order_id="A1", total=100, products=BASKET)
    if not comes_first:
        shop.refund(anna, LATER, order_id="A1", products=products, **total)

    facts = shop.facts(anna)
    assert (facts["total_revenue"], facts["unreadable_amounts"], facts["unmatched_refunds"]) == (left, unreadable, 0)


def test_the_products_may_be_in_another_report_of_the_order(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=100, source="server")
    shop.order(anna, LATER, order_id="A1", total=100, products=BASKET)
    shop.refund(anna, LATER, order_id="A1", products=[{"product_id": "p2"}])

    assert shop.facts(anna)["total_revenue"] == 40


def test_products_of_an_unknown_order_are_an_unmatched_refund(shop):
    anna = shop.customer()

    shop.refund(anna, LATER, order_id="A1", products=[{"product_id": "p2"}])

    facts = shop.facts(anna)
    assert (facts["unmatched_refunds"], facts["unreadable_amounts"]) == (1, 0)


@pytest.mark.parametrize(
    "products", [[{"product_id": "p2", "price": 1e300, "quantity": 1e300}], [{"id": {}}], [[1]], 5, "p2"]
)
def test_products_of_any_shape_are_survived(shop, products):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=100, products=products)
    shop.refund(anna, LATER, order_id="A1", products=products)

    assert (shop.facts(anna)["total_revenue"], shop.facts(anna)["unreadable_amounts"]) == (100, 1)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        *(({"total": amount}, 100) for amount in ("fifteen", "n/a", "1.234", "NaN", True, {}, "10 EUR")),
        ({"products": [{"product_id": "s1", "quantity": 1}]}, 100),
        ({"products": [{"price": 10, "quantity": "many"}]}, 100),
        ({"products": ["s1", None, 5]}, 100),
        ({"products": "s1"}, 100),
        ({"products": [{"price": 10}, {"price": "ten"}]}, 90),
        ({"total": "fifteen", "products": [{"price": 10}]}, 90),
    ],
)
def test_what_cannot_be_read_of_a_refund_takes_nothing_and_is_counted(shop, said, left):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=100)
    shop.refund(anna, LATER, order_id="A1", currency="USD", **said)

    facts = shop.facts(anna)
    assert (facts["total_revenue"], facts["unreadable_amounts"], facts["unmatched_refunds"]) == (left, 1, 0)


def test_an_order_without_a_usable_number_is_an_order_of_its_own_that_no_refund_finds(shop):
    anna = shop.customer()

    for number in ("(not set)", "(not set)", "", None):
        shop.order(anna, DAY, order_id=number, total=40)
    shop.refund(anna, LATER, order_id="(not set)")

    facts = shop.facts(anna)
    assert (facts["total_orders"], facts["total_revenue"], facts["unmatched_refunds"]) == (4, 160, 1)


@pytest.mark.parametrize("again", ["1001", 1001.0, "1001.0", " 1001 "])
def test_an_order_number_spelled_otherwise_is_the_same_order(shop, again):
    anna = shop.customer()

    shop.order(anna, DAY, order_id=1001, total=50)
    shop.order(anna, DAY, order_id=again, total=50)
    shop.refund(anna, LATER, order_id=again, total=20)

    facts = shop.facts(anna)
    assert (facts["total_orders"], facts["total_revenue"]) == (1, 30)


def test_an_order_whose_amount_names_another_currency_is_in_that(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total="\u20ac 12")
    shop.order(anna, DAY, order_id="A2", total="$12.00")

    facts = shop.facts(anna)
    assert (facts["total_orders"], facts["total_revenue"], facts["other_currency_orders"]) == (2, 12, 1)


def test_a_refund_may_come_before_its_order(shop):
    anna = shop.customer()

    shop.refund(anna, LATER, order_id="A1", total=12)
    shop.order(anna, DAY, order_id="A1", total=30)

    assert shop.facts(anna)["total_revenue"] == 18


def test_a_refund_reaches_the_customer_of_the_order_whoever_sends_it(shop):
    anna, clerk = shop.customer(), shop.customer()
    shop.order(anna, DAY, order_id="A1", total=30)
    shop.session.execute("DELETE FROM cdp_resolution_queue")

    shop.refund(clerk, LATER, order_id="A1", total=12)

    assert shop.facts(anna)["total_revenue"] == 18
    assert shop.facts(clerk)["total_orders"] == 0
    assert shop.queued() == {anna.raw_profile_id, clerk.raw_profile_id}


@pytest.mark.parametrize(
    "properties", [{"order_id": "other", "total": 5}, {"total": 5}, {"order_id": "A1", "total": 5, "currency": "EUR"}]
)
def test_a_refund_that_fits_no_order_is_counted_and_changes_nothing(shop, properties):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=30)
    shop.refund(anna, LATER, **properties)

    facts = shop.facts(anna)
    assert (facts["total_revenue"], facts["unmatched_refunds"]) == (30, 1)


def test_other_currencies_are_counted_and_never_added(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=30, currency="usd")
    shop.order(anna, DAY, order_id="A2", total=20)
    shop.order(anna, DAY, order_id="A3", total=700_000, currency="VND")
    shop.order(anna, DAY, order_id="A4", total=9, currency="dollars")

    facts = shop.facts(anna)
    assert (facts["total_orders"], facts["total_revenue"], facts["avg_order_value"]) == (4, 50, 25)
    assert facts["other_currency_orders"] == 2


def test_value_is_unknown_when_every_order_is_in_another_currency(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=30, currency="EUR")

    assert shop.facts(anna)["total_revenue"] is None


def test_a_refund_without_currency_means_the_one_of_its_order_also_in_other_decimals(shop):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=700_000, currency="VND")
    shop.refund(anna, LATER, order_id="A1", total=200_000)
    shop.session.execute("UPDATE c360.tenants SET default_currency = 'VND' WHERE tenant = 'acme'")

    facts = shop.facts(anna)
    assert (facts["total_revenue"], facts["unmatched_refunds"]) == (500_000, 0)


def test_a_tenant_that_counts_in_dong_has_no_decimals(shop):
    shop.session.execute("UPDATE c360.tenants SET default_currency = 'VND' WHERE tenant = 'acme'")
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", revenue="1250000")
    shop.refund(anna, LATER, order_id="A1", total="250000")

    assert str(shop.facts(anna)["total_revenue"]) == "1000000"


@pytest.mark.parametrize("amount", ["NaN", "free", -5, 1e300, None, {}, [], ""])
def test_an_order_without_a_readable_amount_is_an_order_without_value(shop, amount):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=amount)
    shop.order(anna, DAY, order_id="A2", total=30)

    facts = shop.facts(anna)
    assert (facts["total_orders"], facts["total_revenue"], facts["unpriced_orders"]) == (2, 30, 1)


@pytest.mark.parametrize("properties", [None, [], "text", 5, {"order_id": {}}, {"order_id": "x" * 100_000}])
def test_properties_of_any_shape_are_survived(shop, properties):
    anna = shop.customer()

    shop.send([Report(anna, DAY, properties), Report(anna, DAY, properties, event="Order Refunded")])

    assert shop.facts(anna)["total_orders"] == 1


def test_an_order_and_its_refund_at_the_same_time_both_reach_the_customer(connect, in_background, wait_until_blocked):
    till, office = Shop(connect()), Shop(connect())
    anna, clerk = till.customer(), till.customer()
    till.session.execute("DELETE FROM tenant_acme.cdp_resolution_queue")
    till.session.commit()
    till.enter()
    office.enter()
    till.order(anna, DAY, order_id="A1", total=30)

    waiting = in_background(office.refund, clerk, LATER, order_id="A1", total=12)
    wait_until_blocked(office.session)
    till.session.commit()
    waiting.result()

    assert (
        office.session.value("SELECT count(*) FROM cdp_resolution_queue WHERE raw_profile_id = %s", anna.raw_profile_id)
        == 2
    )


def test_the_facts_of_one_golden_record_are_read_by_index(shop):
    anna = shop.customer()
    shop.send(Report(anna, DAY, {"order_id": f"A{number}", "total": 1}) for number in range(10))
    crowd = [shop.customer() for _ in range(200)]
    shop.send(Report(crowd[number % 200], DAY, {"order_id": f"B{number}", "total": 1}) for number in range(5000))
    shop.send(Report(crowd[number], DAY, {"order_id": f"B{number}"}, event="Order Refunded") for number in range(200))
    shop.session.execute("ANALYZE cdp_purchases, cdp_profile_links")
    before = rows_read_one_by_one(shop)

    facts = shop.facts(anna)

    assert facts["total_orders"] == 10
    assert rows_read_one_by_one(shop) == before


def rows_read_one_by_one(shop):
    return shop.session.value(
        "SELECT sum(seq_tup_read) FROM pg_stat_xact_user_tables"
        " WHERE schemaname = 'tenant_acme' AND relname = 'cdp_purchases'"
    )


@pytest.mark.parametrize("currency", ["{{currency}}", "N/A", "dollars"])
def test_a_currency_that_cannot_be_read_is_not_that_of_the_tenant(shop, currency):
    anna = shop.customer()

    shop.order(anna, DAY, order_id="A1", total=30, currency=currency)

    facts = shop.facts(anna)
    assert (facts["total_orders"], facts["total_revenue"]) == (1, None)
