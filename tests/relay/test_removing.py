"""A webhook is removed while relays send for it."""

from __future__ import annotations

import pytest

from c360.governance import drop_tenant

CLAIM = "SELECT subscription_id, lane, token FROM c360.claim_lanes('relay', 100)"


@pytest.fixture
def lane(session, subscribe, publish):
    """A lane that a relay holds, with two deliveries."""
    subscribe(lane_count=1)
    publish(1)
    publish(2)
    session.call("c360.fan_out", 100)
    ((subscription_id, number, token),) = session.rows(CLAIM)
    return subscription_id, number, token


def settle(relay, lane, error):
    deliveries = relay.column("SELECT delivery_id FROM c360.deliveries ORDER BY delivery_id LIMIT 1")
    results = [
        {"delivery_id": delivery, "status": 404 if error else 200, "error": error, "ms": 1} for delivery in deliveries
    ]
    return relay.call("c360.settle_deliveries", *lane, results)


@pytest.mark.parametrize("what", ["webhook", "tenant"])
def test_removing_waits_for_answers_that_are_being_settled_and_never_deadlocks(
    connect, in_background, wait_until_blocked, lane, what
):
    relay, person = connect(), connect(autocommit=what == "webhook")
    settle(relay, lane, None)

    if what == "webhook":
        removing = in_background(person.call, "c360.remove_subscription", "acme", "hooks")
    else:
        removing = in_background(lambda: (drop_tenant(person.connection, "acme", confirm="acme"), person.commit()))
    wait_until_blocked(person)
    settle(relay, lane, "status")
    relay.commit()
    removing.result(timeout=240)

    tables = ("subscriptions", "lanes", "deliveries", "parked_deliveries", "delivery_attempts")
    assert [relay.value(f"SELECT count(*) FROM c360.{table}") for table in tables] == [0] * 5
    assert settle(relay, lane, None)[0] is False
