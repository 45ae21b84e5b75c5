"""Customers with a contract: the two published segments of Fader & Hardie 2007, and what must hold for any."""

import math
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import InvalidParameterValue

# Of a thousand customers who are left after 0, 1, 2, ... years; the first seven are fitted to.
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
FIT = "SELECT (fit).* FROM c360.fit_retention(%s, %s, %s, %s) AS fit"


def customers(left, years=7):
    """Periods, whether they left, how many."""
    lost = [before - after for before, after in pairwise(left[: years + 1])]
    return [*range(1, years + 1), years], [*[True] * years, False], [*lost, left[years]]


@pytest.mark.parametrize(
    ("left", "alpha", "beta", "log_likelihood"), [(HIGH_END, 0.668, 3.806, -1611.2), (REGULAR, 0.704, 1.182, -1680.3)]
)
def test_the_published_segments(db, left, alpha, beta, log_likelihood):
    fit = db.records(FIT, *customers(left), 0)[0]

    assert fit["status"] == "converged"
    assert (fit["alpha"], fit["beta"]) == pytest.approx((alpha, beta), abs=6e-4)
    assert fit["log_likelihood"] == pytest.approx(log_likelihood, abs=0.06)
    assert len(fit["standard_errors"]) == 2


def test_the_years_after_are_projected_as_they_came(db):
    said = db.column(
        "SELECT c360.probability_retained(fit, 0, year)"
        " FROM c360.fit_retention(%s, %s, %s) AS fit, generate_series(1, 12) AS year ORDER BY year",
        *customers(HIGH_END),
    )

    assert said == pytest.approx([left / 1000 for left in HIGH_END[1:]], abs=0.02)


def test_expected_periods_are_the_sum_of_what_is_retained(db):
    row = db.records(
        """
        SELECT
            c360.expected_periods(fit, 3, 12, 0.1) AS expected,
            (SELECT sum(c360.probability_retained(fit, 3, k) / 1.1 ^ k) FROM generate_series(1, 12) AS k) AS by_hand
        FROM c360.fit_retention(ARRAY[1, 2, 5, 3], ARRAY[true, false, false, true]) AS fit
        """
    )[0]

    assert row["expected"] == pytest.approx(row["by_hand"], rel=1e-12)


@pytest.mark.parametrize(
    ("periods", "is_lost"),
    [
        ([0, 2], [True, False]),
        ([-1, 2], [False, True]),
        ([None, 2], [False, True]),
        ([1, 2], [None, True]),
        ([5], [False]),
        ([1], [True]),
    ],
)
def test_customers_who_cannot_be_and_too_few_are_refused(db, periods, is_lost):
    with pytest.raises(InvalidParameterValue) as refused:
        db.records("SELECT (c360.fit_retention(%s::integer[], %s::boolean[])).*", periods, is_lost)

    assert refused.value.diag.message_hint


def test_who_has_not_yet_decided_says_nothing(db):
    with_them = db.records(FIT, [1, 2, 3, 0], [True, True, False, False], [10, 5, 20, 7], 0)[0]
    without = db.records(FIT, [1, 2, 3], [True, True, False], [10, 5, 20], 0)[0]

    assert (with_them["excluded"], with_them["customers"]) == (7, 35)
    assert with_them["alpha"] == without["alpha"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.integers(1, 100_000)), min_size=1, max_size=12))
def test_any_customers_are_fitted_or_refused_and_nothing_is_no_number(db, drawn):
    columns = [list(column) for column in zip(*drawn, strict=True)]
    lost = sum(n for _, is_lost, n in drawn if is_lost)
    renewed = sum(n * (periods - is_lost) for periods, is_lost, n in drawn)

    if not lost or not renewed:
        with pytest.raises(InvalidParameterValue), db.connection.transaction():
            db.records(FIT, *columns, 0)
        return
    fit = db.records(FIT, *columns, 0)[0]
    assert fit["status"] in ("converged", "boundary")
    assert all(math.isfinite(fit[name]) and fit[name] > 0 for name in ("alpha", "beta"))
    assert math.isfinite(fit["log_likelihood"])
