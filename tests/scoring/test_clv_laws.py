"""What holds for any shop: an answer with a status, and no prediction that is no number."""

import math
import random
from datetime import date, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.session import Session
from support.shop import Report, Shop

FIRST = date(2025, 1, 1)
LAST = date(2025, 12, 31)
COUNTED = ("converged", "boundary")
PREDICTIONS = ("probability_alive", "probability_no_purchase", "expected_purchases", "expected_value", "clv")


@pytest.fixture(scope="module")
def customers(module_database):
    """Golden records who have not bought yet."""
    with psycopg.connect(module_database.dsn) as connection:
        shop = Shop(Session(connection))
        found = [shop.customer() for _ in range(120)]
        connection.commit()
        yield shop, found
        connection.rollback()


def orders_of(customer, chance, rate, leaving, values):
    """Until they leave or the year is over; refunds, several on a day, amounts that are missing or zero among them."""
    at = chance.uniform(0, 364)
    number = 0
    while at < 365:
        number += 1
        name = f"{customer.raw_profile_id}-{number}"
        revenue = chance.choice(values)
        properties = {"order_id": name} if revenue is None else {"order_id": name, "revenue": revenue}
        day = FIRST + timedelta(days=int(at))
        yield Report(customer, f"{day} 12:00Z", properties)
        if chance.random() < 0.1:
            yield Report(customer, f"{day} 18:00Z", {"order_id": name}, event="Order Refunded")
        if chance.random() < leaving or number == 20:
            return
        at += chance.expovariate(rate)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    count=st.integers(0, 120),
    rate=st.sampled_from([0.002, 0.02, 0.2, 1.0]),
    leaving=st.sampled_from([0.0, 0.05, 0.4, 1.0]),
    values=st.sampled_from([[10], [None], [0, 5], [0.01, 1e7], [None, 3, 80.5], list(range(1, 200))]),
    model=st.sampled_from(["mbg_nbd", "bg_nbd"]),
    prior=st.sampled_from([0, 0.1]),
)
def test_any_shop_is_answered_and_every_prediction_is_a_number(
    customers, seed, count, rate, leaving, values, model, prior
):
    shop, known = customers
    chance = random.Random(seed)
    with shop.session.connection.transaction(force_rollback=True):
        shop.enter()
        reports = [report for one in known[:count] for report in orders_of(one, chance, rate, leaving, values)]
        if reports:
            shop.send(reports)
        shop.session.call("c360._refresh_purchase_histories", "acme", None)

        fit = shop.session.call("c360.fit_clv", "acme", p_model=model, p_as_of=f"{LAST} 23:00Z", p_prior=prior)
        shop.enter()
        predictions = shop.session.records("SELECT * FROM cdp_clv")

    assert fit["status"] in (*COUNTED, "not_enough", "max_iter", "stalled")
    assert (fit["r"] is None) == (fit["status"] == "not_enough")
    assert bool(fit["missing"]) or fit["status"] != "not_enough"
    assert len(predictions) == (len({report.customer for report in reports}) if fit["status"] in COUNTED else 0)
    for row in predictions:
        said = [row[name] for name in PREDICTIONS if row[name] is not None]
        assert all(math.isfinite(value) and value >= 0 for value in said), row
        assert max(row["probability_alive"], row["probability_no_purchase"]) <= 1
        assert (row["clv"] is None) == (row["expected_value"] is None)
        if fit["spend_status"] not in COUNTED:
            assert row["clv"] is None
    if fit["validation"]:
        figures = [value for value in fit["validation"].values() if isinstance(value, float)]
        assert all(math.isfinite(value) for value in figures)
