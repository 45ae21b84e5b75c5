"""How long models of purchases take to be fitted and to score, beside lifetimes in the same run.

    make bench-scoring          python -m benchmarks.scoring [--sizes cdnow,100k,1m] [--rounds 3]

Starts an embedded PostgreSQL in a temporary folder. CDNOW, and customers who buy as BG/NBD says, with first orders on
the days of two years: BG/NBD is fitted to them in SQL and by lifetimes, which is given the customers as they are, and
once more the groups of alike ones with their weights. Then everybody is scored: expected purchases of a year, the
probability of none (lifetimes: of being alive), and value of twelve months, discounted. Times are medians; data is read
by both before. lifetimes is taken if it is installed (pip install 'c360[bench]'). Prints a table and last one JSON
object: ..._vs_lifetimes_... of a fit says how many times faster the database is, of scoring how many times as long it
takes. Then what a batch of 1,000 events costs to metrics and to a segment, as `make bench-metrics` and `bench-segments`
do it, of --events events and --profiles golden records.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks import metrics, segments
from benchmarks.tenant import fresh_tenant
from c360.embedded import EmbeddedPostgres
from c360.installer.install import install
from c360.installer.sources import load

_SIZES = {"cdnow": 0, "100k": 100_000, "1m": 1_000_000}
_CALIBRATED_UNTIL = date(1997, 9, 30)
# As fit_clv() does it: alike customers once, with their count.
_FIT = """
    SELECT fit
    FROM (
        SELECT array_agg(x) AS x, array_agg(recency) AS recency, array_agg(age) AS age, array_agg(n) AS n
        FROM (
            SELECT x, recency, age, count(*)::double precision AS n
            FROM customers
            GROUP BY x, recency, age
        ) AS alike
    ) AS given
    CROSS JOIN LATERAL c360.fit_purchases('bg_nbd', given.x, given.recency, given.age, given.n) AS fit
"""
_SPEND = """
    SELECT fit
    FROM (SELECT array_agg(x) AS x, array_agg(mean) AS mean FROM customers) AS given
    CROSS JOIN LATERAL c360.fit_spend(given.x, given.mean) AS fit
"""
# As the view cdp_clv does it, with the same functions.
_SCORE = """
    SELECT
        sum(said.alive * if_alive.purchases),
        sum(c360.probability_no_purchase(fit.of, customer.x, customer.recency, customer.age, 52)),
        sum(said.alive * if_alive.discounted * said.value)
    FROM customers AS customer
    CROSS JOIN fit
    CROSS JOIN LATERAL (
        SELECT
            c360.probability_alive(fit.of, customer.x, customer.recency, customer.age) AS alive,
            c360.expected_value(fit.spend, customer.x, customer.mean) AS value
    ) AS said
    CROSS JOIN LATERAL (
        SELECT
            c360.discounted_purchases_if_alive(model.of, customer.x, customer.age, 52, 1, 0) AS purchases,
            c360.discounted_purchases_if_alive(model.of, customer.x, customer.age, 4.348, 12, 0.01) AS discounted
        FROM (SELECT (SELECT fit.of FROM fit) AS of) AS model
        OFFSET 0
    ) AS if_alive
"""
Customer = tuple[int, float, float, float]

# Of BG/NBD, by the day: gamma with r and alpha, beta with a and b.
_RATE = (0.25, 30.0)
_LEAVES = (0.8, 2.4)
_DAYS = (180, 910)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.scoring", description=__doc__)
    parser.add_argument("--sizes", default="cdnow,100k,1m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    given = parser.parse_args()
    figures: dict[str, float] = {}
    table = Table("what", "c360 s", "lifetimes s", "lifetimes, grouped s", box=None)
    with tempfile.TemporaryDirectory(prefix="c360-scoring-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "data") as server:
            install(server.dsn, load())
            figures["load_average_before"] = round(os.getloadavg()[0], 2)
            with psycopg.connect(server.dsn, autocommit=True) as connection:
                connection.execute("SET work_mem = '128MB'")  # as fit_clv() does
                for size in given.sizes.split(","):
                    figures |= measure(connection, size, given.rounds if size != "1m" else 1, table)
        if given.events:
            figures |= of_tenant("metrics", metrics.measure, given.events, "batch1000_update_ms", table)
        if given.profiles:
            figures |= of_tenant("segments", segments.measure, given.profiles, "segment_batch1000_ms", table)
        figures["load_average_after"] = round(os.getloadavg()[0], 2)
    Console(width=160).print(table)
    print(json.dumps(figures))


def measure(connection: psycopg.Connection, size: str, rounds: int, table: Table) -> dict[str, float]:
    """Fit and score customers of a size in both ways."""
    customers = cdnow() if size == "cdnow" else simulated(_SIZES[size])
    keep(connection, customers)
    fit = timed(lambda: connection.execute(_FIT).fetchone(), rounds)
    connection.execute("DROP TABLE IF EXISTS fit")
    connection.execute(
        f"CREATE TABLE fit AS SELECT bought.fit AS of, spent.fit AS spend FROM ({_FIT}) AS bought, ({_SPEND}) AS spent"
    )
    score = timed(lambda: connection.execute(_SCORE).fetchone(), rounds)
    peer = Peer.of(customers)
    if peer is None:
        table.add_row(f"fit {size}", f"{fit:.3f}", "not installed", "")
        table.add_row(f"score {size}", f"{score:.3f}", "", "")
        return {f"fit_{size}_s": round(fit, 4), f"score_{size}_s": round(score, 4)}
    their_fit, their_grouped = timed(peer.fit, rounds), timed(peer.fit_grouped, rounds)
    their_score = timed(peer.score, rounds)
    table.add_row(f"fit {size}", f"{fit:.3f}", f"{their_fit:.3f}", f"{their_grouped:.3f}")
    table.add_row(f"score {size}", f"{score:.3f}", f"{their_score:.3f}", "")
    return {
        f"fit_{size}_s": round(fit, 4),
        f"score_{size}_s": round(score, 4),
        f"lifetimes_fit_{size}_s": round(their_fit, 4),
        f"lifetimes_score_{size}_s": round(their_score, 4),
        f"fit_vs_lifetimes_{size}": round(their_fit / fit, 2),
        f"fit_vs_lifetimes_grouped_{size}": round(their_grouped / fit, 2),
        f"score_time_vs_lifetimes_{size}": round(score / their_score, 2),
    }


def of_tenant(
    what: str, measured: Callable[[psycopg.Connection, int], dict[str, float]], size: int, figure: str, table: Table
) -> dict[str, float]:
    """Median milliseconds of a batch of 1,000, in a tenant of that size on a server of its own."""
    with fresh_tenant() as connection:
        milliseconds = measured(connection, size)[figure]
    table.add_row(f"batch of 1,000, {what} of {size:,}", f"{milliseconds / 1000:.3f}", "", "")
    return {figure: round(milliseconds, 1)}


def timed(do: Callable[[], Any], rounds: int) -> float:
    """Median seconds."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        do()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


class Peer:
    """The same customers in lifetimes."""

    def __init__(self, customers: list[Customer]) -> None:
        import numpy

        self._x, self._recency, self._age, self._mean = (
            numpy.array(column, dtype=float) for column in zip(*customers, strict=True)
        )
        groups = numpy.unique(numpy.column_stack([self._x, self._recency, self._age]), axis=0, return_counts=True)
        self._groups, self._weights = groups
        self._bought: Any = None
        self._spent: Any = None

    @classmethod
    def of(cls, customers: list[Customer]) -> Peer | None:
        """None where lifetimes is not installed."""
        try:
            import lifetimes  # noqa: F401
        except ImportError:
            return None
        warnings.filterwarnings("ignore")
        return cls(customers)

    def fit(self) -> None:
        from lifetimes import BetaGeoFitter

        self._bought = BetaGeoFitter()
        self._bought.fit(self._x, self._recency, self._age)

    def fit_grouped(self) -> None:
        from lifetimes import BetaGeoFitter

        BetaGeoFitter().fit(*self._groups.T, weights=self._weights)

    def score(self) -> None:
        """Spend is fitted once, outside of what is timed the second time on."""
        import pandas
        from lifetimes import GammaGammaFitter

        if self._spent is None:
            spenders = (self._x > 0) & (self._mean > 0)
            self._spent = GammaGammaFitter()
            self._spent.fit(self._x[spenders], self._mean[spenders])
        columns = [pandas.Series(column) for column in (self._x, self._recency, self._age, self._mean)]
        self._bought.conditional_expected_number_of_purchases_up_to_time(52, *columns[:3])
        self._bought.conditional_probability_alive(*columns[:3])
        self._spent.customer_lifetime_value(self._bought, *columns, time=12, freq="W", discount_rate=0.01)


def cdnow() -> list[Customer]:
    """The 2,357 customers of CDNOW until the end of September 1997, in weeks."""
    bought: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    text = (files("c360.demo") / "data" / "cdnow_sample_transactions.csv").read_text()
    for row in csv.DictReader(text.splitlines()):
        bought[row["id"]][date.fromisoformat(row["date"])] += float(row["amount"])
    customers = []
    for days in bought.values():
        known = sorted(day for day in days if day <= _CALIBRATED_UNTIL)
        mean = statistics.fmean(days[day] for day in known[1:]) if len(known) > 1 else 0.0
        age = (_CALIBRATED_UNTIL - known[0]).days / 7
        customers.append((len(known) - 1, (known[-1] - known[0]).days / 7, age, mean))
    return customers


def simulated(count: int) -> list[Customer]:
    """Customers of BG/NBD, what they do rounded to days."""
    chance = random.Random(7)
    customers = []
    for _ in range(count):
        days = chance.randint(*_DAYS)
        rate, leaves = chance.gammavariate(_RATE[0], 1 / _RATE[1]), chance.betavariate(*_LEAVES)
        at, bought = 0.0, set()
        while rate > 1e-9:
            at += chance.expovariate(rate)
            if at > days:
                break
            bought.add(max(1, int(at)))
            if chance.random() < leaves:
                break
        mean = round(chance.gammavariate(6, 1) * 6, 2) if bought else 0.0
        customers.append((len(bought), max(bought, default=0) / 7, days / 7, mean))
    return customers


def keep(connection: psycopg.Connection, customers: list[Customer]) -> None:
    """As a table."""
    connection.execute("DROP TABLE IF EXISTS customers")
    connection.execute(
        "CREATE TABLE customers (x integer, recency double precision, age double precision, mean double precision)"
    )
    with connection.cursor().copy("COPY customers FROM STDIN") as copy:
        for customer in customers:
            copy.write_row(customer)
    connection.execute("VACUUM ANALYZE customers")


if __name__ == "__main__":
    main()
