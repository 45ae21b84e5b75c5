"""One customer's whole life: over HTTP in, by webhook out, with nothing but real processes between."""

from __future__ import annotations

import pytest

from end_to_end.conftest import System


def test_anonymous_visits_a_sign_in_and_a_purchase_from_another_device_are_one_customer(system: System) -> None:
    system.send("page", messageId="m1", anonymousId="laptop", context={"page": {"path": "/"}})
    system.send("page", messageId="m2", anonymousId="laptop", context={"page": {"path": "/shoes"}})
    system.send("identify", messageId="m3", anonymousId="laptop", userId="u1", traits={"email": "Lan@Example.com"})
    system.send(
        "track",
        messageId="m4",
        anonymousId="phone",
        event="Order Completed",
        properties={"order_id": "O1", "revenue": 25, "currency": "USD"},
        context={"traits": {"email": "LAN@example.COM"}},
    )

    profile = system.profile(email="lan@example.com")

    assert [event["event"] for event in profile["last_events"]] == ["Order Completed", "identify", "page", "page"]
    assert {(one["type"], one["value"]) for one in profile["identifiers"]} == {
        ("anonymous_id", "laptop"),
        ("anonymous_id", "phone"),
        ("email", "lan@example.com"),
        ("user_id", "u1"),
    }
    assert (profile["total_orders"], profile["total_revenue"]) == (1, 25)
    for identifier in ({"anonymous_id": "laptop"}, {"anonymous_id": "phone"}, {"user_id": "u1"}):
        assert system.profile(**identifier)["profile_id"] == profile["profile_id"]


def test_a_bridging_event_merges_two_golden_records_and_the_webhook_names_both(system: System) -> None:
    system.send("identify", messageId="m1", userId="u1", traits={"firstName": "Lan"})
    older = system.profile(user_id="u1")["profile_id"]
    system.send("identify", messageId="m2", anonymousId="phone", traits={"email": "lan@example.com"})
    younger = system.profile(email="lan@example.com")["profile_id"]

    system.send("identify", messageId="m3", userId="u1", traits={"email": "LAN@EXAMPLE.COM"})

    webhook = system.webhook("profile.merged")
    data = webhook.body["data"]
    assert older != younger
    assert (data["survivor_id"], data["absorbed_id"]) == (older, younger)
    assert (data["rule"], data["evidence"]["value"]) == ("exact:email", "lan@example.com")
    assert (data["evidence"]["survivor_identifier_type"], data["evidence"]["survivor_value"]) == ("user_id", "u1")
    redirected = system.profile(profile_id=younger)
    assert (redirected["profile_id"], redirected["redirected"]) == (older, True)
    assert (redirected["first_name"], redirected["email"]) == ("Lan", "lan@example.com")


@pytest.mark.parametrize("parts", [("up",)], ids=["one process"])
def test_what_flows_can_be_watched(system: System) -> None:
    system.send("identify", messageId="m1", userId="u1", traits={"email": "lan@example.com"})
    profile_id = system.profile(user_id="u1")["profile_id"]

    assert "identify" in system.command("events", "tail", "acme")
    assert profile_id in system.command("topic", "tail", "acme", "c360-updated-profiles")
    assert '"queued_count": 0' in system.command("status", "--json")
