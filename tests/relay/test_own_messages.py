"""A transaction that changes what is sent and writes messages itself, while later ones end before it.

PostgreSQL leaves the own transaction out of those a snapshot counts as running: once a later one has ended, the own
looks like one that has committed long ago.
"""

from __future__ import annotations

import pytest

from c360.relay.webhooks import add_webhook


@pytest.fixture
def late(connect, session):
    """A transaction that is open; a later one has ended."""
    late = connect()
    late.value("SELECT pg_current_xact_id()")
    session.value("SELECT pg_current_xact_id()")
    return late


def bring(session) -> int:
    """How many deliveries the fan-out makes of what is committed."""
    made = 0
    while (step := session.records("SELECT * FROM c360.fan_out()")[0])["messages"]:
        made += step["deliveries"]
    return made


def test_a_webhook_gets_what_is_written_after_it_in_its_own_transaction(late, session, publish, keyring):
    publish(1)
    add_webhook(
        late.connection,
        keyring,
        "acme",
        "http://127.0.0.1:9/",
        name="late",
        topics=["c360-updated-profiles"],
        allow_private=True,
    )
    publish(2, by=late)
    late.commit()

    assert bring(session) == 1


def test_a_webhook_that_is_enabled_again_gets_what_is_written_after_it(late, session, subscribe, publish):
    hook = subscribe()
    session.call("c360.disable_subscription", "acme", str(hook.subscription_id))
    publish(1)
    assert late.call("c360.resume_subscription", "acme", str(hook.subscription_id))
    publish(2, by=late)
    late.commit()

    assert bring(session) == 1


def test_the_fan_out_leaves_nothing_out_that_its_own_transaction_writes_later(late, session, subscribe, publish):
    subscribe()
    publish(1)
    bring(late)
    publish(2, by=late)
    late.commit()

    assert bring(session) == 1
    assert session.value("SELECT count(*) FROM c360.deliveries") == 2


def test_a_reader_of_the_log_sees_what_its_own_transaction_writes_later(late, session, publish):
    since = late.call("c360.tail_topic", "acme", "c360-updated-profiles")["snapshot"]
    publish(1, by=late)
    late.commit()

    told = session.call("c360.tail_topic", "acme", "c360-updated-profiles", since)

    assert [message["key"] for message in told["messages"]] == ["a"]
