"""Customers of a shop that sold CDs, as the papers on these models tell of them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import psycopg
import pytest

from support.session import Session

CALIBRATED_UNTIL = date(1997, 9, 30)


@dataclass(frozen=True)
class Customers:
    """Repeat purchases, recency and age in weeks, mean value of repeat purchases, purchases in the 39 weeks after."""

    x: list[int]
    recency: list[float]
    age: list[float]
    mean: list[float]
    held_out: list[int]


@pytest.fixture(scope="session")
def cdnow() -> Customers:
    bought: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    text = (files("c360.demo") / "data" / "cdnow_sample_transactions.csv").read_text()
    for row in csv.DictReader(text.splitlines()):
        bought[row["id"]][date.fromisoformat(row["date"])] += float(row["amount"])
    found = Customers([], [], [], [], [])
    for days in bought.values():
        known = sorted(day for day in days if day <= CALIBRATED_UNTIL)
        repeats = known[1:]
        found.x.append(len(repeats))
        found.recency.append((known[-1] - known[0]).days / 7)
        found.age.append((CALIBRATED_UNTIL - known[0]).days / 7)
        found.mean.append(sum(days[day] for day in repeats) / len(repeats) if repeats else 0.0)
        found.held_out.append(len(days) - len(known))
    return found


@pytest.fixture(scope="module")
def module_db(module_database: Any) -> Iterator[Session]:
    with psycopg.connect(module_database.dsn, autocommit=True) as connection:
        yield Session(connection)
