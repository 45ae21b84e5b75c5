"""Rows that engines have got wrong: quotes, controls, emoji, ends of numbers, times before 1970, empty beside NULL."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

_NAMES = (
    "Order Completed",
    "",
    " ",
    "it's",
    'say "hi"',
    "back\\slash\\",
    "\\n",
    "line\nbreak\r\n",
    "tab\there",
    "\u2028\u2029\u0085",
    "Đơn hàng 🛒👩‍👩‍👧",
    "e\u0301 é",
    "\x01\x1f\x1e\x7f",
    "null",
    "NULL",
    "\\N",
    "100%_;--/*",
    "a,b|c",
    "\ufeffmark",
    "\U0010ffff",
)
_NUMBERS = (0, 1, -1, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63))
_RECEIVED = datetime(2026, 9, 29, 23, 59, 59, 999999, tzinfo=UTC)
_MOMENTS = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1912, 6, 23, 4, 5, 6, 1, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    datetime(2199, 12, 31, 23, 59, 59, 123456, tzinfo=UTC),
)


def nasty_events(count: int) -> list[tuple[Any, ...]]:
    """Events as rows of the lake, always the same ones, over three days."""
    chance = random.Random(19)
    return [
        (
            number,
            _RECEIVED + timedelta(seconds=chance.randrange(172_800), microseconds=number % 1000),
            chance.choice(_MOMENTS),
            "ok",
            chance.choice(_NUMBERS),
            chance.choice(_NAMES) or "web",
            f"m-{number}",
            "track",
            chance.choice(_NAMES),
            chance.choice((json.dumps({"n": chance.choice(_NAMES)}, ensure_ascii=chance.random() < 0.5), "{}", "null")),
        )
        for number in range(1, count + 1)
    ]


def nasty_purchases(count: int) -> list[tuple[Any, ...]]:
    """Purchases as rows of the lake: with what may be NULL, true and false, empty and NULL."""
    chance = random.Random(20)
    return [
        (
            number,
            chance.choice(_NUMBERS),
            number,
            "shop",
            f"p-{number}",
            chance.choice(("order", "refund")),
            chance.choice((None, "", *_NAMES)),
            _RECEIVED - timedelta(days=chance.randrange(3), microseconds=number),
            chance.choice((None, 0, 2**63 - 1, 199)),
            chance.choice((None, "USD", "VND")),
            chance.choice((1, 2**31 - 1)),
            chance.random() < 0.5,
            chance.choice((None, "[]", '[{"id": "🛒\'\\""}]')),
        )
        for number in range(1, count + 1)
    ]
