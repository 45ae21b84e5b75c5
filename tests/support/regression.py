"""Logistic regression as a textbook has it, to compare with."""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import fmean, pstdev


def sigmoid(leaning: float) -> float:
    return 1 / (1 + exp(-leaning))


def solved(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """Gaussian elimination with pivots."""
    rows = [[*line, value] for line, value in zip(matrix, vector, strict=True)]
    for at in range(len(rows)):
        best = max(range(at, len(rows)), key=lambda other: abs(rows[other][at]))
        rows[at], rows[best] = rows[best], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for other in range(len(rows)):
            if other != at:
                factor = rows[other][at]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[at], strict=True)]
    return [row[-1] for row in rows]


def dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def by_hand(x: list[list[float]], y: list[bool], ridge: float = 0.0) -> tuple[list[float], list[float], float]:
    """IRLS on standardised columns: coefficients of the columns as they were, standard errors, log-likelihood."""
    columns = list(zip(*x, strict=True))
    means, deviations = [fmean(column) for column in columns], [pstdev(column) for column in columns]
    z = [[1.0, *((v - m) / d for v, m, d in zip(row, means, deviations, strict=True))] for row in x]
    size = len(z[0])
    beta = [0.0] * size
    for _ in range(30):
        p = [sigmoid(dot(row, beta)) for row in z]
        weights = [one * (1 - one) for one in p]
        information = [
            [
                sum(w * row[a] * row[b] for w, row in zip(weights, z, strict=True)) + (ridge if a == b > 0 else 0)
                for b in range(size)
            ]
            for a in range(size)
        ]
        slope = [
            sum(row[a] * (done - one) for row, done, one in zip(z, y, p, strict=True)) - (ridge * beta[a] if a else 0)
            for a in range(size)
        ]
        beta = [b + step for b, step in zip(beta, solved(information, slope), strict=True)]
    slopes = [b / d for b, d in zip(beta[1:], deviations, strict=True)]
    unit = [[float(a == b) for b in range(size)] for a in range(size)]
    errors = [sqrt(solved(information, unit[a])[a]) / deviations[a - 1] for a in range(1, size)]
    p = [sigmoid(dot(row, beta)) for row in z]
    likelihood = sum(log(one if done else 1 - one) for one, done in zip(p, y, strict=True))
    return [beta[0] - dot(slopes, means), *slopes], errors, likelihood
