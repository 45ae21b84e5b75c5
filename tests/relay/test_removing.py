"""A webhook is removed while relays send for it."""

from __future__ import annotations

import pytest

from c360.governance import drop_tenant
from support.lanes import claim, read, settle


@pytest.fixture
def lane(session, subscribe, publish):
    """A lane that a relay holds, with two deliveries."""
    subscribe(lane_count=1)
    publish(1)
    publish(2)
    session.call("c360.fan_out", 100)
    (claimed,) = claim(session)
    return claimed


def settle_next(relay, lane, status):
    (row, *_) = read(relay, lane) or [None]
    return settle(relay, lane, [row] if row else [], status)


@pytest.mark.parametrize("what", ["webhook", "tenant"])
def test_removing_waits_for_answers_that_are_being_settled_and_never_deadlocks(
    connect, in_background, wait_until_blocked, lane, what
):
    relay, person = connect(), connect(autocommit=what == "webhook")
    settle_next(relay, lane, 200)

    if what == "webhook":
        removing = in_background(person.call, "c360.remove_subscription", "acme", "hooks")
    else:
        removing = in_background(lambda: (drop_tenant(person.connection, "acme", confirm="acme"), person.commit()))
    wait_until_blocked(person)
    settle_next(relay, lane, 404)
    relay.commit()
    removing.result(timeout=240)

    tables = ("subscriptions", "lanes", "deliveries", "parked_deliveries", "delivery_attempts")
    assert [relay.value(f"SELECT count(*) FROM c360.{table}") for table in tables] == [0] * 5
    assert settle_next(relay, lane, 200)["held"] == []
