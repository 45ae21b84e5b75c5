"""Somebody leaves a cart and hears of it over Zalo; three others do not, and there is a reason for each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from end_to_end.conftest import System
from support.providers import Reply, zalo
from support.waiting import wait_until

TENANT = """
tenant: acme
attributes:
  zalo_id: {data_type: text}
consents:
  marketing: {title: Offers}
lead:
  Clicked what we sent: {points: 20, event: Message Clicked, within_days: 7}
"""
WELCOME = """
when: {event: Signed Up}
needs: [zalo_id]
channel: zalo
purpose: marketing
subscription: zalo-oa
attributes: [zalo_id]
data: {text: Welcome}
"""
CART = """
when: {event: Cart Viewed, wait: 2 seconds, unless: [Order Completed]}
needs: [zalo_id]
channel: zalo
purpose: marketing
subscription: zalo-oa
attributes: [zalo_id]
data: {text: Your cart is still here}
cap: {count: 1, within: 7 days}
"""
LINK = "{{ data.data.text }}: https://shop.example/cart?m={{ data.activation_id }}"
# Everybody's number at the account of Zalo.
PEOPLE = {"an": zalo.FOLLOWER, "binh": "2512523625412516", "chi": "2512523625412517", "dung": "2512523625412518"}


@pytest.fixture
def parts() -> tuple[str, ...]:
    return ("gateway", "relay", "worker")


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "C360_WORKER_ACTIVATION_SECONDS": "0.5", "C360_ZALO_SECRETS": zalo.ACCOUNT_SECRET}


@pytest.fixture
def account() -> Iterator[zalo.Zalo]:
    """An official account that all four follow, and that refuses twice before it takes a message."""
    server = zalo.Zalo()
    server.followers = set(PEOPLE.values())
    server.refusals = [server.unknown(), Reply(200, server.limited.body, (("Retry-After", "1"),))]
    with server:
        yield server


def arrange(system: System, account: zalo.Zalo, tmp_path: Any) -> str:
    """Attribute, purpose, webhook, rules; the address of the webhook of the account."""
    for name, text in (("acme.yaml", TENANT), ("welcome.yaml", WELCOME), ("cart.yaml", CART)):
        (tmp_path / name).write_text(text)
    system.command("tenant", "apply", str(tmp_path / "acme.yaml"), "--yes")
    given = {
        "app_id": zalo.APP[0],
        "app_secret": zalo.APP[1],
        "refresh_token": zalo.FIRST_REFRESH_TOKEN,
        "token_url": f"{account.origin}/v4/oa/access_token",
        "text": LINK,
    }
    parameters = [part for name, value in given.items() for part in ("--param", f"{name}={value}")]
    retries = [part for seconds in ("0", "0.1", "0.1") for part in ("--retry", seconds)]
    system.command(
        *("webhook", "add", "acme", f"{account.origin}/v3.0/oa/message/cs", "--preset", "zalo-oa"),
        *("--allow-private", *parameters, *retries),
    )
    for rule in ("welcome", "cart"):
        system.command("activation", "set", "acme", rule, "--file", str(tmp_path / f"{rule}.yaml"))
    key = json.loads(system.command("key", "create", "acme", "--source", "zalo", "--json"))["key"]
    return f"{system.url}/v1/hooks/zalo?writeKey={key}"


def decisions(system: System, person: str, rule: str = "cart") -> list[dict[str, Any]]:
    told = system.session.call("c360.explain_activation", "acme", rule, "user_id", person)
    return list(told["decisions"])


def reasons(system: System, person: str, rule: str = "cart") -> list[list[str]]:
    return [one["reasons"] for one in decisions(system, person, rule)]


def scores(system: System, person: str) -> tuple[float, float]:
    """Engagement and lead."""
    profile_id = system.profile(user_id=person)["profile_id"]
    engagement = "SELECT engagement FROM tenant_acme.cdp_engagement WHERE master_profile_id = %s"
    lead = "SELECT lead FROM tenant_acme.lead_scores(ARRAY[%s]::uuid[])"
    return tuple(float(system.session.value(query, profile_id)) for query in (engagement, lead))


def test_a_cart_that_is_left_is_one_message_whose_callbacks_move_the_scores(
    system: System, account: zalo.Zalo, tmp_path: Any
) -> None:
    hook = account.callback_url = arrange(system, account, tmp_path)
    for person, number in PEOPLE.items():
        consent = {"marketing": True} if person != "binh" else {}
        context = {"consent": {"categoryPreferences": consent}}
        system.send("identify", messageId=f"i-{person}", userId=person, traits={"zalo_id": number}, context=context)
    assert {system.profile(user_id=person)["zalo_id"] for person in PEOPLE} == set(PEOPLE.values())
    system.send("track", messageId="s-chi", userId="chi", event="Signed Up")
    wait_until(lambda: account.accepted)

    left_at = datetime.now(UTC)
    carts = [
        {"type": "track", "event": "Cart Viewed", "messageId": f"c-{person}", "userId": person} for person in PEOPLE
    ]
    ordered = {"type": "track", "event": "Order Completed", "messageId": "o-dung", "userId": "dung"}
    batch = [one | {"timestamp": left_at.isoformat()} for one in carts]
    batch += [ordered | {"timestamp": (left_at + timedelta(seconds=0.5)).isoformat()}]
    answer = httpx.post(f"{system.url}/v1/batch", json={"batch": batch}, auth=(system.write_key, ""), timeout=60)
    assert answer.json()["accepted"] == 5

    # Consent, cap and what happened meanwhile are looked at when the wait is over.
    wait_until(lambda: all(decisions(system, person) for person in PEOPLE))
    assert {person: reasons(system, person) for person in PEOPLE} == {
        "an": [[]],
        "binh": [["no_consent"]],
        "chi": [["cap"]],
        "dung": [["meanwhile"]],
    }
    assert "no_consent" in system.command("activation", "why", "acme", "cart", "user_id=binh")

    # The account is written to as Zalo documents, and again after it refused; whoever was refused is not written to.
    wait_until(lambda: len(account.sent) == 2)
    (_, welcomed, _), (message_id, reached, text) = account.sent
    assert (welcomed, reached) == (PEOPLE["chi"], PEOPLE["an"])
    activation_id = decisions(system, "an")[0]["activation_id"]
    assert text == f"Your cart is still here: https://shop.example/cart?m={activation_id}"
    assert account.refusals == []

    # It was delivered, says the account; that came before the answer to the message.
    wait_until(lambda: "delivered" in decisions(system, "an")[0]["outcomes"])
    before = scores(system, "an")
    account.call_back(hook, zalo.SEEN, reached, message_id)
    secret = json.loads(system.command("key", "create", "acme", "--source", "shop", "--kind", "secret", "--json"))[
        "key"
    ]
    clicked = {"activationId": re.findall("m=(.*)", text)[0], "outcome": "clicked"}
    httpx.post(
        f"{system.url}/rpc/outcome", json=clicked, headers={"Authorization": f"Bearer {secret}"}, timeout=60
    ).raise_for_status()

    events = [event["event"] for event in system.profile(user_id="an")["last_events"]]
    assert events == ["Message Clicked", "Message Opened", "Message Delivered", "Cart Viewed", "identify"]
    assert before[1] == 0
    wait_until(lambda: (now := scores(system, "an"))[0] > before[0] and now[1] == 20)
    assert set(decisions(system, "an")[0]["outcomes"]) == {"clicked", "delivered", "opened"}
    assert len(account.sent) == 2
