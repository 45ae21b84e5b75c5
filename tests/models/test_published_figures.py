"""The figures of the papers: Fader, Hardie & Lee 2005, Batislam et al. 2007, Fader & Hardie 2013."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

PUBLISHED = {
    "bg_nbd": ((0.2425945, 4.4136, 0.79292, 2.42590), -9582.429),
    "mbg_nbd": ((0.5248, 6.1830, 0.8914, 1.6140), -9582.13),
}


def fitted(db, model, customers):
    [fit] = db.rows(
        "SELECT to_jsonb(fit) FROM c360.fit_purchases(%s, %s, %s, %s) AS fit",
        model,
        customers.x,
        customers.recency,
        customers.age,
    )[0]
    return fit


def asked(db, function, model, *values):
    r, alpha, a, b = PUBLISHED[model][0]
    row = f"ROW('{model}', NULL, {r}, {alpha}, {a}, {b}, NULL, NULL, NULL, NULL, NULL)::c360.purchase_fit"
    numbers = ", ".join(str(value) for value in values)
    return db.value(f"SELECT c360.{function}({row}, {numbers})")


@pytest.mark.parametrize("model", PUBLISHED)
def test_parameters_and_likelihood_of_the_papers(db, cdnow, model):
    parameters, likelihood = PUBLISHED[model]

    fit = fitted(db, model, cdnow)

    assert (fit["status"], fit["customers"], fit["excluded"]) == ("converged", 2357, 0)
    assert [fit[name] for name in ("r", "alpha", "a", "b")] == pytest.approx(parameters, rel=1e-4)
    assert fit["log_likelihood"] == pytest.approx(likelihood, abs=0.006)
    assert all(0 < error < 1 for error in fit["standard_errors"])


def test_spend_of_the_paper(db, cdnow):
    [fit] = db.rows("SELECT to_jsonb(fit) FROM c360.fit_spend(%s, %s) AS fit", cdnow.x, cdnow.mean)[0]

    assert (fit["status"], fit["customers"], fit["excluded"]) == ("converged", 946, 1411)
    assert [fit[name] for name in ("p", "q", "v")] == pytest.approx((6.25, 3.74, 15.44), rel=2e-3)
    assert fit["log_likelihood"] == pytest.approx(-4055.92, abs=0.006)
    first = db.column(
        "SELECT c360.expected_value(fit, x, mean) FROM c360.fit_spend(%s, %s) AS fit,"
        " unnest(%s::integer[], %s::double precision[]) WITH ORDINALITY AS customer (x, mean, place) ORDER BY place",
        cdnow.x,
        cdnow.mean,
        cdnow.x[:10],
        cdnow.mean[:10],
    )
    assert first == pytest.approx([24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17], abs=0.006)


@pytest.mark.parametrize(
    ("customer", "weeks", "purchases"),
    [
        ((2, 30.43, 38.86), 39, 1.226),
        ((26, 30.857, 31), 52, 25.7566),
        ((10, 20, 39), 52, 0.34746),
        ((15, 20, 39), 52, 0.042834),
        ((20, 20, 39), 52, 0.0041590),
        ((25, 20, 39), 52, 0.00035837),
        ((0, 0, 0), 52, 1.444),
    ],
)
def test_expected_purchases_of_the_papers(db, customer, weeks, purchases):
    assert asked(db, "expected_purchases", "bg_nbd", *customer, weeks) == pytest.approx(purchases, rel=4e-4)


def test_who_is_alive_in_the_paper(db):
    assert asked(db, "probability_alive", "bg_nbd", 26, 30.857, 31) == pytest.approx(0.96885, abs=5e-6)
    assert asked(db, "probability_alive", "bg_nbd", 0, 0, 30) == 1


def test_what_the_next_39_weeks_brought(db, cdnow):
    expected = db.column(
        "SELECT c360.expected_purchases(fit, x, recency, age, 39) FROM c360.fit_purchases('bg_nbd', %s, %s, %s) AS fit,"
        " unnest(%s::integer[], %s::double precision[], %s::double precision[]) WITH ORDINALITY"
        " AS customer (x, recency, age, place) ORDER BY place",
        cdnow.x,
        cdnow.recency,
        cdnow.age,
        cdnow.x,
        cdnow.recency,
        cdnow.age,
    )
    by_frequency = [
        [purchases for x, purchases in zip(cdnow.x, expected, strict=True) if min(x, 7) == frequency]
        for frequency in range(8)
    ]

    assert sum(cdnow.held_out) == 1882
    assert sum(expected) == pytest.approx(1653, abs=0.5)
    assert [sum(group) / len(group) for group in by_frequency] == pytest.approx(
        [0.2251, 0.5231, 1.0441, 1.5203, 2.1639, 2.6538, 3.5040, 6.1572], abs=6e-5
    )


def test_predictions_for_each_customer_are_those_of_lifetimes(db):
    """What lifetimes 0.11.3 answers for customers of CDNOW and the parameters above, every fifth kind of them."""
    rows = list(csv.DictReader((Path(__file__).parent / "data" / "cdnow_by_lifetimes.csv").read_text().splitlines()))
    x = [int(row["x"]) for row in rows]
    recency, age, mean = ([float(row[name]) for row in rows] for name in ("recency", "age", "mean"))
    customers = (
        "unnest(%s::integer[], %s::double precision[], %s::double precision[], %s::double precision[])"
        " WITH ORDINALITY AS customer (x, recency, age, mean, place) ORDER BY place"
    )

    for model, ((r, alpha, a, b), _likelihood) in PUBLISHED.items():
        fit = f"ROW('{model}', NULL, {r}, {alpha}, {a}, {b}, NULL, NULL, NULL, NULL, NULL)::c360.purchase_fit"
        for function, column in (
            (f"c360.expected_purchases({fit}, x, recency, age, 39)", f"{model}_39"),
            (f"c360.probability_alive({fit}, x, recency, age)", f"{model}_alive"),
        ):
            found = db.column(f"SELECT {function} FROM {customers}", x, recency, age, mean)
            assert found == pytest.approx([float(row[column]) for row in rows], rel=0, abs=1e-9), column

    spend = "ROW(NULL, 6.25, 3.74, 15.44, NULL, NULL, NULL, NULL, NULL, NULL)::c360.spend_fit"
    r, alpha, a, b = PUBLISHED["bg_nbd"][0]
    fit = f"ROW('bg_nbd', NULL, {r}, {alpha}, {a}, {b}, NULL, NULL, NULL, NULL, NULL)::c360.purchase_fit"
    value = f"c360.expected_value({spend}, x, mean)"
    # Months of lifetimes are 4.345 weeks.
    clv = (
        f"c360.probability_alive({fit}, x, recency, age)"
        f" * c360.discounted_purchases_if_alive({fit}, x, age, 4.345, 12, 0.01) * {value}"
    )
    for function, column in ((value, "value"), (clv, "clv")):
        found = db.column(f"SELECT {function} FROM {customers}", x, recency, age, mean)
        assert found == pytest.approx([float(row[column]) for row in rows], rel=0, abs=1e-9), column
