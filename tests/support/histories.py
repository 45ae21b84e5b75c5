"""Customers with enough purchases for models of them, as orders of a shop."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from support.shop import Customer, Report, Shop


def play_cdnow(shop: Shop, seed: int = 1) -> None:
    """The 2,357 customers of CDNOW, their orders in any order, with what models need to know of them."""
    rows = csv.DictReader((files("c360.demo") / "data" / "cdnow_sample_transactions.csv").read_text().splitlines())
    customers: dict[str, Customer] = {}
    reports = []
    for number, row in enumerate(rows):
        if row["id"] not in customers:
            customers[row["id"]] = shop.customer()
        properties = {"order_id": f"O{number}", "revenue": row["amount"]}
        reports.append(Report(customers[row["id"]], f"{row['date']} 12:00Z", properties))
    random.Random(seed).shuffle(reports)
    for start in range(0, len(reports), 2000):
        shop.send(reports[start : start + 2000])
    shop.session.call("c360._refresh_purchase_histories", "acme", None)


def repeaters(shop: Shop, count: int, days: tuple[int, ...] = (0, 10, 25), **properties: Any) -> list[Customer]:
    """Customers with orders on the given days after a first one in January."""
    reports = []
    customers = []
    for number in range(count):
        customers.append(shop.customer())
        first = date(2026, 1, 1) + timedelta(days=number % 28)
        for day in days:
            reports.append(
                Report(
                    customers[-1],
                    f"{first + timedelta(days=day)} 12:00Z",
                    {"revenue": 10 + (number * 7 + day) % 13, **properties},
                )
            )
    shop.send(reports)
    return customers
