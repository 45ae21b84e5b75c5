"""What must hold of every model, whatever its parameters and customers."""

from __future__ import annotations

import math

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

MODELS = st.sampled_from(["bg_nbd", "mbg_nbd"])
PARAMETER = st.floats(1e-3, 1e3)
CUSTOMER = st.integers(0, 2000).flatmap(
    lambda x: st.floats(1, 2000).flatmap(
        lambda age: st.tuples(st.just(x), st.floats(0.01, age) if x else st.just(0.0), st.just(age))
    )
)


def fit_of(model, r, alpha, a, b):
    return f"ROW('{model}', NULL, {r!r}, {alpha!r}, {a!r}, {b!r}, NULL, NULL, NULL, NULL, NULL)::c360.purchase_fit"


@settings(max_examples=50, deadline=None)
@given(model=MODELS, parameters=st.tuples(*[PARAMETER] * 4), customer=CUSTOMER, horizon=st.floats(0.01, 5000))
def test_predictions_are_numbers_that_can_be(module_db, model, parameters, customer, horizon):
    fit = fit_of(model, *parameters)
    x, recency, age = customer

    alive, none, soon, late = module_db.row(
        f"SELECT c360.probability_alive(fit, {x}, {recency!r}, {age!r}),"
        f" c360.probability_no_purchase(fit, {x}, {recency!r}, {age!r}, {horizon!r}),"
        f" c360.expected_purchases(fit, {x}, {recency!r}, {age!r}, {horizon!r}),"
        f" c360.expected_purchases(fit, {x}, {recency!r}, {age!r}, {2 * horizon!r}) FROM (SELECT {fit} AS fit) AS given"
    )

    assert 0 <= alive <= 1
    assert 0 <= none <= 1
    assert none >= 1 - alive - 1e-12
    assert math.isfinite(soon)
    assert -1e-9 <= soon <= late * (1 + 1e-7) + 1e-9
    # Somebody who buys nothing with so much probability cannot be expected to buy less.
    assert soon >= (1 - none) * (1 - 1e-6) - 1e-9


@settings(max_examples=25, deadline=None)
@given(model=MODELS, parameters=st.tuples(*[st.floats(0.05, 20)] * 4), customer=CUSTOMER)
@example(model="bg_nbd", parameters=(10.0, 20.0, 1.0, 1.0), customer=(123, 1.0, 1.0))
def test_a_short_time_brings_as_much_as_the_rate_says(module_db, model, parameters, customer):
    r, alpha = parameters[:2]
    x, recency, age = customer
    short = 1e-4 * (alpha + age) / (r + x)
    fit = fit_of(model, *parameters)

    alive, bought = module_db.row(
        f"SELECT c360.probability_alive(fit, {x}, {recency!r}, {age!r}),"
        f" c360.expected_purchases(fit, {x}, {recency!r}, {age!r}, {short!r}) FROM (SELECT {fit} AS fit) AS given"
    )

    assert bought == pytest.approx(alive * 1e-4, rel=1e-3, abs=1e-9)


def test_a_of_one_is_no_exception(module_db):
    around = [
        module_db.value(f"SELECT c360.expected_purchases({fit_of('bg_nbd', 0.24, 4.4, a, 2.4)}, 2, 30, 38, 39)")
        for a in (1 - 1e-6, 1 - 1e-12, 1.0, 1 + 1e-12, 1 + 1e-6)
    ]

    assert around == pytest.approx([around[2]] * 5, rel=1e-5)
    assert around[1:4] == pytest.approx([around[2]] * 3, rel=1e-11)
    assert around == sorted(around, reverse=True)


@settings(max_examples=25, deadline=None)
@given(
    model=MODELS,
    customers=st.lists(CUSTOMER.map(lambda one: (min(one[0], 50), one[1] if one[0] else 0.0, one[2])), min_size=1),
    prior=st.sampled_from([0, 0.1]),
)
def test_a_fit_is_finite_and_has_a_status_or_says_what_is_missing(module_db, model, customers, prior):
    x, recency, age = (list(column) for column in zip(*customers, strict=True))
    ask = "SELECT to_jsonb(fit) FROM c360.fit_purchases(%s, %s, %s, %s, NULL, %s) AS fit"
    if not any(x):
        with pytest.raises(psycopg.Error, match="nobody bought again"):
            module_db.value(ask, model, x, recency, age, prior)
        return

    fit = module_db.value(ask, model, x, recency, age, prior)

    assert fit["status"] in {"converged", "boundary", "max_iter", "stalled"}
    assert all(0 < fit[name] < math.inf for name in ("r", "alpha", "a", "b"))
    assert math.isfinite(fit["log_likelihood"])
    assert bool(fit["standard_errors"]) == (fit["status"] == "converged")
    assert fit["customers"] == len(customers)


def test_customers_who_are_alike_count_as_often_as_they_are(module_db):
    one_by_one = module_db.value(
        "SELECT to_jsonb(fit) FROM c360.fit_purchases('bg_nbd', %s, %s, %s) AS fit",
        [0, 0, 1, 1, 2, 3, 3, 0],
        [0.0, 0.0, 2.0, 2.0, 5.0, 9.0, 9.0, 0.0],
        [10.0, 10.0, 10.0, 10.0, 10.0, 11.0, 11.0, 9.0],
    )
    counted = module_db.value(
        "SELECT to_jsonb(fit) FROM c360.fit_purchases('bg_nbd', %s, %s, %s, %s) AS fit",
        [3, 0, 2, 1, 0],
        [9.0, 0.0, 5.0, 2.0, 0.0],
        [11.0, 10.0, 10.0, 10.0, 9.0],
        [2.0, 2.0, 1.0, 2.0, 1.0],
    )

    assert one_by_one == counted


@pytest.mark.parametrize(
    ("x", "recency", "age"),
    [
        ([1], [5.0], [4.0]),
        ([0], [1.0], [4.0]),
        ([1], [0.0], [4.0]),
        ([-1], [0.0], [4.0]),
        ([1], [math.nan], [4.0]),
        ([1], [1.0], [math.nan]),
        ([1], [1.0], [math.inf]),
        ([None], [1.0], [4.0]),
        ([1, 2], [1.0], [4.0, 4.0]),
    ],
)
def test_customers_that_cannot_be_are_refused_with_their_number(db, x, recency, age):
    with pytest.raises(psycopg.Error, match="1 customers cannot be"):
        db.value("SELECT c360.fit_purchases('bg_nbd', %s, %s, %s)", [*x, 2], [*recency, 2.0], [*age, 9.0])


@pytest.mark.parametrize("model", ["bg_nbd", "mbg_nbd"])
@pytest.mark.parametrize(
    ("x", "recency"), [([5] * 50, [38.0] * 50), ([1] * 30, [10.0] * 30), ([1, 2, 3] * 20, [35.0, 37.0, 38.5] * 20)]
)
def test_where_nothing_varies_the_fit_is_on_the_boundary_and_a_prior_brings_it_back(db, model, x, recency):
    ask = "SELECT to_jsonb(fit) FROM c360.fit_purchases(%s, %s, %s, %s, NULL, %s) AS fit"

    free, held = (db.value(ask, model, x, recency, [39.0] * len(x), prior) for prior in (0, 0.1))

    assert (free["status"], free["standard_errors"], held["status"]) == ("boundary", None, "converged")
    assert held["log_likelihood"] <= free["log_likelihood"]


def test_customers_of_no_age_say_nothing_and_are_counted(db):
    fit = db.value(
        "SELECT to_jsonb(fit) FROM c360.fit_purchases('mbg_nbd', %s, %s, %s) AS fit",
        [0, 0, 1, 2, 0],
        [0.0, 0.0, 3.0, 5.0, 0.0],
        [0.0, 0.0, 9.0, 8.0, 7.0],
    )

    assert (fit["customers"], fit["excluded"]) == (3, 2)


def test_spend_needs_ten_customers_and_leaves_out_what_is_worth_nothing(module_db):
    with pytest.raises(psycopg.Error, match="only 9 customers bought again for a positive value"):
        module_db.value("SELECT c360.fit_spend(%s, %s)", [1] * 9 + [0, 3], [5.0] * 9 + [0.0, -2.0])
    with pytest.raises(psycopg.Error, match="1 customers cannot be"):
        module_db.value("SELECT c360.fit_spend(%s, %s)", [1] * 11, [5.0] * 10 + [math.nan])


def test_models_there_are_none_of_are_refused(db):
    with pytest.raises(psycopg.Error, match='there is no model "pareto"'):
        db.value("SELECT c360.fit_purchases('pareto', ARRAY[1], ARRAY[1.0], ARRAY[2.0])")
