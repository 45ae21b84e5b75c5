"""Logistic regression: what a textbook's algorithm finds, and an honest no where there is nothing to find."""

from __future__ import annotations

import random

import psycopg
import pytest

from support.regression import by_hand, dot, sigmoid

FIT = "SELECT to_jsonb(c360.fit_logistic(%s::double precision[], %s::boolean[], %s))"
SAY = """
    SELECT c360.logistic_probability(c360.fit_logistic(%s::double precision[], %s::boolean[]), said.line)
    FROM (SELECT %s::double precision[]) AS said (line)
"""


def cases(seed, count=600):
    """Three columns of very different size; the last says nothing."""
    chance = random.Random(seed)
    x = [[chance.gauss(0, 1), chance.gauss(1000, 50), chance.gauss(5, 0.01)] for _ in range(count)]
    y = [chance.random() < sigmoid(0.8 * row[0] - 0.03 * (row[1] - 1000) - 0.4) for row in x]
    return x, y


def fit(db, x, y, ridge=0.0):
    return db.value(FIT, x, y, ridge)


@pytest.mark.parametrize("ridge", [0.0, 5.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_finds_what_the_textbook_finds(db, seed, ridge):
    x, y = cases(seed)

    said = fit(db, x, y, ridge)

    coefficients, errors, likelihood = by_hand(x, y, ridge)
    assert said["status"] == "converged"
    assert said["coefficients"] == pytest.approx(coefficients, rel=1e-8)
    assert said["log_likelihood"] == pytest.approx(likelihood, rel=1e-8)
    assert (said["positives"], said["negatives"]) == (sum(y), len(y) - sum(y))
    assert said["standard_errors"] == (pytest.approx(errors, rel=1e-8) if ridge == 0 else None)


@pytest.mark.parametrize("is_whole", [True, False])
def test_cases_that_a_line_divides_are_told_and_a_ridge_helps(db, is_whole):
    """is_whole: all did on one side and none on the other; otherwise all on one side, and half of the other."""
    x, _ = cases(4)
    if is_whole:
        y = [row[0] > 0 for row in x]
    else:
        x = [[float(row[0] > 0.5), *row[1:]] for row in x]
        y = [row[0] == 1 or number % 2 == 0 for number, row in enumerate(x)]

    bare, drawn = fit(db, x, y), fit(db, x, y, 1.0)

    assert (bare["status"], bare["coefficients"], bare["standard_errors"]) == ("separated", None, None)
    assert drawn["status"] == "converged"
    assert drawn["coefficients"] == pytest.approx(by_hand(x, y, 1.0)[0], rel=1e-7)


def test_probabilities_are_those_of_the_coefficients(db):
    x, y = cases(5)
    coefficients, _, _ = by_hand(x, y)

    said = [db.value(SAY, x, y, row) for row in (x[0], x[1], [1e300, 0.0, 0.0], None, [1.0], [1.0, None, 2.0])]

    expected = [sigmoid(coefficients[0] + dot(row, coefficients[1:])) for row in x[:2]]
    assert said[:2] == pytest.approx(expected, rel=1e-7)
    assert said[2] == pytest.approx(1)
    assert said[3:] == [None, None, None]


def few(x, y):
    return x[:250], [number < 99 for number in range(250)]


def no_number(x, y):
    x[3][1] = float("nan")
    return x, y


def constant(x, y):
    return [[row[0], 0.1, row[2]] for row in x], y


def made_of_others(x, y):
    return [[*row, row[0] * 2 + 1] for row in x], y


def too_short(x, y):
    return x[:-1], y


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (few, "not enough cases: 99 did, 151 did not"),
        (no_number, "a value is no number"),
        (constant, "same number in all cases"),
        (made_of_others, "made of others"),
        (too_short, "do not fit"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_the_reason(db, spoil, message):
    with pytest.raises(psycopg.Error) as refused:
        fit(db, *spoil(*cases(6)))

    assert refused.value.sqlstate == "22023"
    assert message in str(refused.value)
    assert refused.value.diag.message_hint
