"""Turns the order files into the events a web shop would have sent. Pure: no clock, no network.

Most customers are known from the start. Every tenth is a wanderer: seen on a phone and on a laptop without a name,
known on the laptop by an e-mail address, and only at the very end signed in on the phone, with the same address
in capital letters. That last event proves that two golden records are one person.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

Event = dict[str, Any]

WANDERER_EVERY = 10


@dataclass(frozen=True)
class Order:
    number: int
    day: str
    revenue: str


@dataclass(frozen=True)
class Customer:
    user_id: str
    first_name: str
    last_name: str
    email: str
    orders: tuple[Order, ...]
    is_wanderer: bool

    @property
    def phone(self) -> str:
        return f"phone-{self.user_id}"

    @property
    def laptop(self) -> str:
        return f"laptop-{self.user_id}"


def shop_customers() -> list[Customer]:
    """The 995 customers of rfm_data_orders.csv with their 4,906 orders."""
    orders: dict[str, list[Order]] = defaultdict(list)
    people: dict[str, dict[str, str]] = {}
    for number, row in enumerate(_rows("rfm_data_orders.csv"), start=1):
        orders[row["email"]].append(Order(number, row["order_date"], row["revenue"]))
        people[row["email"]] = row
    return [
        Customer(
            user_id=email.split("@")[0],
            first_name=row["first_name"],
            last_name=row["last_name"],
            email=email,
            orders=tuple(orders[email]),
            is_wanderer=index % WANDERER_EVERY == 0,
        )
        for index, (email, row) in enumerate(sorted(people.items()))
    ]


def shop_events(customers: list[Customer]) -> Iterator[Event]:
    """Everything up to the moment when the wanderers sign in on their phones."""
    for customer in customers:
        yield from _wandering(customer) if customer.is_wanderer else _shopping(customer)


def sign_in_events(customers: list[Customer]) -> Iterator[Event]:
    """The wanderers sign in on their phones: each event bridges two golden records."""
    for customer in customers:
        if customer.is_wanderer:
            yield {
                "type": "identify",
                "messageId": f"sign-in-{customer.user_id}",
                "userId": customer.user_id,
                "anonymousId": customer.phone,
                "timestamp": "2006-12-30T20:00:00Z",
                "traits": {"email": customer.email.upper()},
            }


def record_shop_events() -> Iterator[Event]:
    """The 6,919 orders of CDNOW, whose customers are known by a number only."""
    for number, row in enumerate(_rows("cdnow_sample_transactions.csv"), start=1):
        order = Order(number, row["date"], row["amount"])
        yield _purchase(order, {"userId": f"cdnow-{row['id']}"})


def _shopping(customer: Customer) -> Iterator[Event]:
    yield _identify(customer, {"userId": customer.user_id})
    for order in customer.orders:
        yield _purchase(order, {"userId": customer.user_id})


def _wandering(customer: Customer) -> Iterator[Event]:
    day = customer.orders[0].day
    for device in (customer.phone, customer.laptop):
        for number, path in enumerate(("/", "/records")):
            yield {
                "type": "page",
                "messageId": f"page-{device}-{number}",
                "anonymousId": device,
                "timestamp": f"{day}T0{8 + number}:00:00Z",
                "context": {"page": {"path": path}},
            }
    yield _identify(customer, {"anonymousId": customer.laptop})
    for order in customer.orders:
        yield _purchase(order, {"anonymousId": customer.laptop})


def _identify(customer: Customer, who: Event) -> Event:
    return {
        "type": "identify",
        "messageId": f"identify-{customer.user_id}",
        **who,
        "timestamp": f"{customer.orders[0].day}T10:00:00Z",
        "traits": {"email": customer.email, "firstName": customer.first_name, "lastName": customer.last_name},
    }


def _purchase(order: Order, who: Event) -> Event:
    return {
        "type": "track",
        "event": "Order Completed",
        "messageId": f"order-{order.number}",
        **who,
        "timestamp": f"{order.day}T12:00:00Z",
        "properties": {"order_id": f"O{order.number}", "revenue": float(order.revenue), "currency": "USD"},
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("c360.demo") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
