"""Orders in other currencies count in that of the tenant, at the rate of their day; without one they are said."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from c360.governance.tenants import as_owner
from support.observations import resolve
from support.shop import Shop

DAY = "2026-03-02 10:00Z"


@pytest.fixture
def shop(db):
    return Shop(db)


def rates(db, *given, dry_run=False):
    listed = [{"currency": currency, "day": day, "rate": rate} for currency, day, rate in given]
    return db.call("c360.set_currency_rates", "acme", listed, dry_run)


def refused(db, *given):
    with pytest.raises(psycopg.Error) as caught:
        rates(db, *given)
    db.rollback()
    return caught.value.sqlstate


def value(shop, customer):
    facts = shop.facts(customer)
    return facts["total_orders"], facts["total_revenue"], facts["other_currency_orders"]


def test_an_order_counts_at_the_latest_rate_on_or_before_its_day(shop, db):
    anna = shop.customer()
    shop.order(anna, DAY, order_id="A1", total=100, currency="EUR")
    assert value(shop, anna) == (1, None, 1)

    rates(db, ("EUR", "2026-03-03", 1.5))
    assert value(shop, anna) == (1, None, 1)
    rates(db, ("EUR", "2026-01-01", 1.1))
    assert value(shop, anna) == (1, 110, 0)
    rates(db, ("EUR", "2026-03-02", 1.2))
    assert value(shop, anna) == (1, 120, 0)


def test_the_day_is_one_of_the_tenant(shop, db):
    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "time_zone": "Asia/Ho_Chi_Minh"})
    anna = shop.customer()
    shop.order(anna, "2026-03-02 16:59:59Z", order_id="A1", total=100, currency="EUR")
    shop.order(anna, "2026-03-02 17:00:00Z", order_id="A2", total=100, currency="EUR")

    rates(db, ("EUR", "2026-03-02", 1), ("EUR", "2026-03-03", 2))

    assert value(shop, anna) == (2, 300, 0)


def test_digits_of_both_currencies_are_minded_and_an_order_is_rounded_once(shop, db):
    anna = shop.customer()
    rates(db, ("VND", "2026-01-01", "0.0000395"), ("KWD", "2026-01-01", "3.255"))
    shop.order(anna, DAY, order_id="A1", total=250000, currency="VND")
    shop.order(anna, DAY, order_id="A2", total=1.234, currency="KWD")

    # 9.875 and 4.01667 in cents, each by itself.
    assert value(shop, anna) == (2, Decimal("9.88") + Decimal("4.02"), 0)


def test_a_currency_without_minor_units_may_be_the_one_of_the_tenant(shop, db):
    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "default_currency": "VND"})
    anna = shop.customer()
    rates(db, ("USD", "2026-01-01", "25400.5"))
    shop.order(anna, DAY, order_id="A1", total=9.99, currency="USD")

    assert value(shop, anna) == (1, 253751, 0)


def test_a_refund_counts_at_the_rate_of_its_order(shop, db):
    anna = shop.customer()
    rates(db, ("EUR", "2026-01-01", 1.5), ("EUR", "2026-04-01", 9))
    shop.order(anna, DAY, order_id="A1", total=100, currency="EUR")
    shop.refund(anna, "2026-04-02 10:00Z", order_id="A1", total=40, currency="EUR")

    facts = shop.facts(anna)
    assert (facts["total_revenue"], facts["refunded_value"], facts["total_refunds"]) == (90, 60, 1)


def test_value_and_refunds_add_up_to_the_orders(shop, db):
    anna = shop.customer()
    rates(db, ("EUR", "2026-01-01", "1.3333"))
    shop.order(anna, DAY, order_id="A1", total="0.05", currency="EUR")
    shop.refund(anna, DAY, order_id="A1", total="0.02", currency="EUR")

    facts = shop.facts(anna)
    assert facts["total_revenue"] + facts["refunded_value"] == Decimal("0.07")


def test_scores_and_golden_records_use_the_rates(shop, db):
    anna = shop.customer()
    shop.order(anna, DAY, order_id="A1", total=100, currency="EUR")
    resolve(db)
    db.call("c360.refresh_scores", "acme", "2026-06-30")
    warnings = "SELECT purchase_warnings FROM tenant_acme.cdp_profile_metrics WHERE master_profile_id = %s"
    assert db.value(warnings, anna.profile_id) == {"other_currency_orders": 1}

    assert rates(db, ("EUR", "2026-01-01", 1.5))["orders"] == 1
    resolve(db)
    db.call("c360.refresh_scores", "acme", "2026-06-30")

    assert shop.rfm("2026-06-30")[anna.profile_id]["monetary"] == 150
    golden = "SELECT total_revenue FROM tenant_acme.cdp_master_profiles WHERE master_profile_id = %s"
    assert db.value(golden, anna.profile_id) == 150
    assert db.value(warnings, anna.profile_id) is None


def test_setting_a_rate_queues_those_it_concerns_and_nobody_else(shop, db):
    before, within, after, other = (shop.customer() for _ in range(4))
    shop.order(before, "2026-01-31 10:00Z", total=1, currency="EUR")
    shop.order(within, "2026-02-15 10:00Z", total=1, currency="EUR")
    shop.order(after, "2026-03-01 10:00Z", total=1, currency="EUR")
    shop.order(other, "2026-02-15 10:00Z", total=1, currency="GBP")
    rates(db, ("EUR", "2026-01-01", 1), ("EUR", "2026-03-01", 3))
    resolve(db)

    answer = rates(db, ("EUR", "2026-02-01", 2), ("EUR", "2026-03-01", 3))

    assert answer == {"set": 1, "removed": 0, "unchanged": 1, "orders": 1, "dry_run": False}
    assert shop.queued() == {within.raw_profile_id}


def test_a_rate_is_taken_away_with_null(shop, db):
    anna = shop.customer()
    shop.order(anna, DAY, order_id="A1", total=100, currency="EUR")
    rates(db, ("EUR", "2026-01-01", 1.1), ("EUR", "2026-03-01", 1.5))

    assert rates(db, ("EUR", "2026-03-01", None), ("GBP", "2026-03-01", None))["removed"] == 1

    assert value(shop, anna) == (1, 110, 0)


def test_a_dry_run_answers_the_same_and_changes_nothing(shop, db):
    anna = shop.customer()
    shop.order(anna, DAY, order_id="A1", total=100, currency="EUR")
    resolve(db)

    dry = rates(db, ("EUR", "2026-01-01", 1.1), dry_run=True)

    assert (db.value("SELECT count(*) FROM tenant_acme.cdp_currency_rates"), shop.queued()) == (0, set())
    assert {**dry, "dry_run": False} == rates(db, ("EUR", "2026-01-01", 1.1))


def test_rates_into_another_currency_are_not_used(shop, db):
    anna = shop.customer()
    rates(db, ("EUR", "2026-01-01", 1.1))
    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "default_currency": "GBP"})
    shop.order(anna, DAY, order_id="A1", total=100, currency="EUR")

    assert value(shop, anna) == (1, None, 1)
    assert db.call_rows("c360.list_currency_rates", "acme") == []


@pytest.mark.parametrize(
    "given",
    [
        ("EURO", "2026-01-01", 1),
        ("XXX", "2026-01-01", 1),
        ("usd", "2026-01-01", 1),
        (None, "2026-01-01", 1),
        ("EUR", "2026-02-30", 1),
        ("EUR", "today", 1),
        ("EUR", "01/02/2026", 1),
        ("EUR", "2026-01-01", 0),
        ("EUR", "2026-01-01", "0.000"),
        ("EUR", "2026-01-01", -1),
        ("EUR", "2026-01-01", "NaN"),
        ("EUR", "2026-01-01", "1,1"),
        ("EUR", "2026-01-01", "1e400"),
        ("EUR", "2026-01-01", True),
        ("EUR", "2026-01-01", "9" * 13),
    ],
)
def test_what_is_no_rate_is_refused(db, given):
    assert refused(db, given) == "U3151"


def test_all_rates_are_set_or_none(db):
    assert refused(db, ("EUR", "2026-01-01", 1), ("GBP", "2026-13-01", 1)) == "U3151"
    assert refused(db, ("EUR", "2026-01-01", 1), ("eur", "2026-01-01", 2)) == "U3151"

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_currency_rates") == 0


def test_two_sessions_that_set_the_same_rates_both_succeed(connect, in_background, wait_until_blocked):
    one, other = connect(), connect()
    rates(one, ("EUR", "2026-01-01", 1), ("GBP", "2026-01-01", 1))

    setting = in_background(rates, other, ("GBP", "2026-01-01", 2), ("EUR", "2026-01-01", 2))
    wait_until_blocked(other)
    one.commit()

    assert setting.result()["set"] == 2
    assert other.column("SELECT rate FROM tenant_acme.cdp_currency_rates") == [2, 2]
