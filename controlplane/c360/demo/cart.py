"""The scene of the cart: three customers leave one, and one of them hears of it over Zalo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from c360.demo import official_account
from c360.demo.official_account import OfficialAccount
from c360.demo.stage import DemoFailed, Stage, send
from c360.demo.story import Customer, Event

TENANT = """\
tenant: shop
attributes:
  zalo_id: {data_type: text}
consents:
  marketing: {title: Offers}
"""
RULE = """\
when: {event: Cart Viewed, wait: 2 seconds, unless: [Order Completed]}
needs: [zalo_id]
channel: zalo
purpose: marketing
subscription: zalo-oa
attributes: [first_name, zalo_id]
data: {text: your cart is still here}
cap: {count: 1, within: 7 days}
"""
TEXT = "{{ data.attributes.first_name }}, {{ data.data.text }}"
_PATIENCE = 120.0


async def prepare(stage: Stage) -> None:
    """What the scene needs of the tenant, before there are customers."""
    file = stage.data_dir / "shop.yaml"
    file.write_text(TENANT, encoding="utf-8")
    await stage.c360("tenant", "apply", str(file), "--yes")


async def abandoned_cart(
    stage: Stage, account: OfficialAccount, write_key: str, people: list[Customer], say: Callable[[str], None]
) -> None:
    """`people`: who agreed to offers, who said nothing, and who agreed and orders after all."""
    agreed, silent, buyer = people
    numbers = {person.user_id: f"25125236254125{number}" for number, person in enumerate(people, start=15)}
    account.followers = set(numbers.values())
    origin = await account.start()
    await _add_webhook(stage, origin)
    rule = stage.data_dir / "cart.yaml"
    rule.write_text(RULE, encoding="utf-8")
    for line in RULE.splitlines():
        say(f"  {line}")
    await stage.show("activation", "set", "shop", "cart", "--file", str(rule))
    hook_key = (await stage.c360_json("key", "create", "shop", "--source", "zalo"))["key"]
    hook = f"{stage.base_url}/v1/hooks/zalo?writeKey={hook_key}"
    before = await _engagement(stage, agreed)

    await _send(stage, write_key, [_identify(person, numbers, person is not silent) for person in people])
    await _send(stage, write_key, _carts(people, buyer))
    say(f"three leave a cart; {buyer.first_name} orders after all, {silent.first_name} never agreed to offers")
    sent = await account.first()
    say(f"Zalo was sent, to follower {sent.user_id}: {sent.text!r}")
    if sent.user_id != numbers[agreed.user_id]:
        raise DemoFailed("somebody else was written to")
    for kind in ("user_received_message", "user_seen_message"):
        answer = await account.call_back(hook, kind, sent)
        say(f"Zalo calls back: {kind}, accepted {answer['accepted']}")

    after = await _moved(stage, agreed, before)
    for person in people:
        await stage.show("activation", "why", "shop", "cart", f"email={person.email}")
    profile = await stage.c360_json("profile", "show", "shop", f"email={agreed.email}")
    say("the timeline: " + ", ".join(event["event"] for event in profile["last_events"][:3]))
    say(f"engagement: {before:.2f} before, {after:.2f} now")
    if len(account.taken) != 1:
        raise DemoFailed(f"Zalo was sent {len(account.taken)} messages")


async def _add_webhook(stage: Stage, origin: str) -> None:
    parameters = {
        "app_id": official_account.APP_ID,
        "app_secret": official_account.APP_SECRET,
        "refresh_token": official_account.REFRESH_TOKEN,
        "token_url": f"{origin}/v4/oa/access_token",
        "text": TEXT,
    }
    given = [part for name, value in parameters.items() for part in ("--param", f"{name}={value}")]
    await stage.c360("webhook", "add", "shop", f"{origin}/v3.0/oa/message/cs", "--preset", "zalo-oa", *given)


async def _send(stage: Stage, write_key: str, events: list[Event]) -> None:
    result = await send(stage.base_url, write_key, events, lambda _: None)
    if result["accepted"] != len(events):
        raise DemoFailed(f"events were not taken: {result}")


def _identify(person: Customer, numbers: dict[str, str], has_agreed: bool) -> Event:
    return {
        "type": "identify",
        "messageId": f"follows-{person.user_id}",
        "userId": person.user_id,
        "traits": {"email": person.email, "zalo_id": numbers[person.user_id]},
        "context": {"consent": {"categoryPreferences": {"marketing": True} if has_agreed else {}}},
    }


def _carts(people: list[Customer], buyer: Customer) -> list[Event]:
    now = datetime.now(UTC)
    carts: list[Event] = [
        {
            "type": "track",
            "event": "Cart Viewed",
            "messageId": f"cart-{person.user_id}",
            "userId": person.user_id,
            "timestamp": now.isoformat(),
        }
        for person in people
    ]
    ordered: Event = {
        "type": "track",
        "event": "Order Completed",
        "messageId": f"after-all-{buyer.user_id}",
        "userId": buyer.user_id,
        "timestamp": (now + timedelta(seconds=0.5)).isoformat(),
        "properties": {"order_id": "after-all", "revenue": 20, "currency": "USD"},
    }
    return [*carts, ordered]


async def _engagement(stage: Stage, person: Customer) -> Decimal:
    parts = await stage.c360_json("score", "explain", "shop", f"email={person.email}", "engagement")
    return sum((Decimal(str(part["points"])) for part in parts), Decimal(0))


async def _moved(stage: Stage, person: Customer, before: Decimal) -> Decimal:
    """The score as soon as the cart and both callbacks are in it."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            now = await _engagement(stage, person)
            if now > before + 2:
                return now
