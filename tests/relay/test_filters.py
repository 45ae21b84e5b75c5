"""Conditions of webhooks: which messages are sent, and what happens where that cannot be told."""

from __future__ import annotations

import pytest

from c360.domain.errors import ScoringRefused
from c360.governance import sync_tenant
from c360.governance.filtering import put_filter_in_force
from c360.governance.filters import read_filter
from c360.governance.tenants import as_owner, load_spec
from support.receiver import Reply
from support.server import SUPERUSER

UNWANTED = """
    SELECT c360._unwanted_messages(
        %s, ARRAY(SELECT ROW(seq, topic, type, key, body)::c360.outgoing_message FROM c360.messages
                  WHERE tenant = 'acme' AND topic = 'c360-updated-profiles' ORDER BY seq))
"""
SENT = """
    SELECT seq FROM c360.messages WHERE tenant = 'acme' AND topic = 'c360-updated-profiles' ORDER BY seq
"""


@pytest.fixture
def sync(session):
    def run():
        with session.connection.transaction():
            sync_tenant(session.connection, "acme")

    return run


@pytest.fixture
def add(subscribe, sync):
    """add(condition=..., segment=...): a webhook with a compiled condition; answers its id."""

    def made(**options):
        subscription = subscribe(**options)
        sync()
        return subscription.subscription_id

    return made


@pytest.fixture
def person(session):
    """person(city): a golden record."""

    def made(city):
        with session.connection.transaction(), as_owner(session.connection):
            return session.value(
                "INSERT INTO tenant_acme.cdp_master_profiles (master_profile_id, city)"
                " VALUES (gen_random_uuid(), %s) RETURNING master_profile_id",
                city,
            )

    return made


@pytest.fixture
def told(session):
    """told(profile_id, type): one message about a golden record."""

    def publish(profile_id, type_="profile.updated", **data):
        data = {"profile_id": str(profile_id), **data}
        session.call("c360._publish", "acme", "c360-updated-profiles", type_, str(profile_id), data)

    return publish


def wanted(session, subscription_id):
    """Places of the messages that are sent, from 0; None where nothing may be."""
    unwanted = session.value(UNWANTED, subscription_id)
    return None if unwanted is None else [n for n, seq in enumerate(session.column(SENT)) if seq not in unwanted]


def test_a_webhook_without_a_condition_wants_every_message(session, subscribe, told, person):
    subscription_id = subscribe().subscription_id
    told(person("Hue"))

    assert wanted(session, subscription_id) == [0]


def test_conditions_look_at_what_the_message_says(session, add, told, person):
    anybody = person("Hue")
    subscription_id = add(condition="message_type = 'profile.merged' OR message_data -> 'changed' ? 'email'")
    told(anybody, changed=["email"])
    told(anybody, changed=["city"])
    told(anybody, "profile.merged", changed=[])

    assert wanted(session, subscription_id) == [0, 2]


def test_conditions_look_at_the_golden_record_as_it_is_when_the_message_is_sent(session, add, told, person):
    hue, hanoi = person("Hue"), person("Hanoi")
    subscription_id = add(condition="city = 'Hue' AND days_since(created_at) < 1")
    for one in (hue, hanoi):
        told(one)

    before = wanted(session, subscription_id)
    with session.connection.transaction(), as_owner(session.connection):
        session.execute(
            "UPDATE tenant_acme.cdp_master_profiles SET status = 'deactivated' WHERE master_profile_id = %s", hue
        )

    assert (before, wanted(session, subscription_id)) == ([0], [])


def test_a_message_about_a_record_that_was_merged_is_judged_by_the_one_it_became(session, add, told, person):
    survivor, absorbed = person("Hue"), person("Hanoi")
    subscription_id = add(condition="city = 'Hue'")
    told(absorbed)
    with session.connection.transaction(), as_owner(session.connection):
        session.execute(
            "UPDATE tenant_acme.cdp_master_profiles SET status = 'merged', merged_into = %s"
            " WHERE master_profile_id = %s",
            survivor,
            absorbed,
        )

    assert wanted(session, subscription_id) == [0]


def test_a_webhook_of_a_segment_gets_messages_about_its_members(session, add, told, person, sync):
    members = [person("Hue"), person("Hanoi"), person("Hue")]
    session.call("c360.set_segment", "acme", "hue", "city = 'Hue'")
    sync()
    while session.call("c360.refresh_segments", "acme")["has_more"]:
        pass
    subscription_id = add(segment="hue", condition="message_type = 'profile.updated'")
    for one in members:
        told(one)
    told(members[0], "profile.merged")

    assert wanted(session, subscription_id) == [0, 2]


def test_that_a_person_was_erased_is_always_told(session, add, told, person):
    subscription_id = add(condition="city = 'Hue'")
    told(person("Hanoi"), "profile.erased")

    assert wanted(session, subscription_id) == [0]


def test_nothing_is_sent_while_a_condition_is_not_compiled_and_nothing_is_lost(session, subscribe, told, person, sync):
    subscription_id = subscribe(condition="city = 'Hue'").subscription_id
    told(person("Hue"))
    before = wanted(session, subscription_id)

    sync()
    compiled = wanted(session, subscription_id)
    session.call("c360.change_subscription", "acme", "hooks", {"condition": "city = 'Hanoi'"})
    changed = wanted(session, subscription_id)
    sync()
    again = wanted(session, subscription_id)
    session.call("c360.change_subscription", "acme", "hooks", {"condition": None})

    assert (before, compiled, changed, again, wanted(session, subscription_id)) == (None, [0], None, [], [0])


def test_a_condition_about_an_attribute_that_is_gone_pauses_its_webhook_visibly_until_it_is_mended(
    session, add, told, person, sync
):
    subscription_id = add(condition="city = 'Hue'")
    told(person("Hue"))
    with session.connection.transaction(), as_owner(session.connection):
        session.execute("UPDATE c360.profile_attributes SET status = 'retired' WHERE attribute = 'city'")
    sync()

    sent = wanted(session, subscription_id)
    shown = session.call("c360.show_subscription", "acme", "hooks")
    findings = session.records("SELECT * FROM c360.doctor() WHERE subject = 'webhook hooks of tenant acme'")
    messages = session.column("SELECT type FROM c360.messages WHERE topic = 'c360-activation-events'")
    with session.connection.transaction(), as_owner(session.connection):
        session.execute("UPDATE c360.profile_attributes SET status = 'active' WHERE attribute = 'city'")
    sync()

    assert sent is None
    assert (shown["state"], "city" in shown["paused_reason"]) == ("paused", True)
    assert ("error", True) in [(found["level"], "city" in found["finding"]) for found in findings]
    assert messages == ["endpoint.paused"]
    assert session.call("c360.show_subscription", "acme", "hooks")["state"] == "active"
    assert wanted(session, subscription_id) == [0]


def test_a_condition_that_fails_on_a_value_pauses_its_webhook_and_sends_nothing(session, add, told, person):
    subscription_id = add(condition="(message_data ->> 'n')::int4 > 3")
    told(person("Hue"), n=4)
    well = wanted(session, subscription_id)
    told(person("Hue"), n="many")

    failed = wanted(session, subscription_id)

    assert (well, failed) == ([0], None)
    state, reason = session.row("SELECT state, paused_reason FROM c360.subscriptions")
    assert (state, "22P02" in reason, "many" in reason) == ("paused", True, False)  # the value may be somebody's


def test_a_person_who_paused_a_webhook_is_not_overruled_by_a_sync(session, add, sync):
    add(condition="city = 'Hue'")
    session.call("c360.pause_subscription", "acme", "hooks")
    session.call("c360.change_subscription", "acme", "hooks", {"condition": "city = 'Hanoi'"})
    sync()

    assert session.value("SELECT state FROM c360.subscriptions") == "paused"


@pytest.mark.parametrize(
    "text",
    [
        "pg_sleep(1) IS NULL",
        "message_body = 'x'",
        "in_segment('nowhere')",
        "(SELECT true)",
        "message.seq > 3",
        "true; DROP TABLE c360.messages",
    ],
)
def test_what_a_condition_may_not_say_is_refused(db, text):
    with pytest.raises(ScoringRefused) as refused:
        read_filter(load_spec(db.connection, "acme"), text)

    assert refused.value.code == "U5422"


def test_a_condition_tells_nothing_that_is_masked(db):
    with as_owner(db.connection):
        db.execute("UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = 'city'")

    with pytest.raises(ScoringRefused) as refused:
        read_filter(load_spec(db.connection, "acme"), "city = 'Hue'")

    assert refused.value.code == "U5422"


def test_an_administrator_states_a_condition_that_the_owner_puts_into_force(connect, session, subscribe, sync):
    admin = connect(SUPERUSER)
    admin.execute("SET ROLE c360_acme_admin")
    subscription_id = subscribe().subscription_id
    change = "tenant_acme.change_subscription"

    admin.call(change, "hooks", {"condition": "city = 'Hue'"})
    is_in_force = put_filter_in_force(admin.connection, "acme", str(subscription_id))
    admin.commit()
    waits = wanted(session, subscription_id)
    sync()
    admin.call(change, "hooks", {"condition": "no_such_column > 3"})
    with pytest.raises(ScoringRefused) as refused:
        put_filter_in_force(admin.connection, "acme", str(subscription_id))

    assert (is_in_force, waits, wanted(session, subscription_id)) == (False, None, [])
    assert refused.value.code == "U5422"


def test_a_compiled_condition_runs_with_the_rights_of_conditions_and_goes_with_its_webhook(session, add, sync):
    add(condition="city = 'Hue'")
    functions = "SELECT proowner::regrole::text FROM pg_proc WHERE proname LIKE '\\_filter\\_%' AND prosecdef"

    owners = session.column(functions)
    session.call("c360.remove_subscription", "acme", "hooks")
    sync()

    assert (owners, session.column(functions)) == (["c360_acme_segments"], [])


def test_a_relay_sends_what_is_wanted_in_order_and_forgets_the_rest(
    session, add, told, person, receiver, start_relay, wait_until, waiting
):
    hue, hanoi = person("Hue"), person("Hanoi")
    add(condition="city = 'Hue'")
    start_relay()
    for n in range(60):
        told(hue if n % 10 == 9 else hanoi, n=n)

    receiver.wait_for(6)
    wait_until(lambda: waiting() == 0)

    assert receiver.numbers() == [9, 19, 29, 39, 49, 59]
    wait_until(lambda: session.value("SELECT sum(delivered) FROM c360.delivery_minutes") == 6)


def test_retries_of_a_filtered_webhook_keep_their_order(session, add, told, person, receiver, start_relay, wait_until):
    hue, hanoi = person("Hue"), person("Hanoi")
    add(condition="city = 'Hue'", retry_schedule=[0, 0.2, 0.2, 0.2])
    receiver.reply = lambda request: Reply(404 if request.nth == 1 else 200)
    start_relay()
    for n in range(20):
        told(hue, n=n)
        told(hanoi, n=100 + n)

    wait_until(lambda: session.value("SELECT count(*) FROM c360.deliveries") == 0 and len(receiver.received) >= 40)
    wait_until(lambda: session.value("SELECT count(*) FROM c360.parked_deliveries") == 0)

    assert [request.number for request in receiver.received if request.nth == 2] == list(range(20))
    assert max(receiver.numbers()) < 100


def test_a_relay_sends_nothing_by_a_condition_that_fails_and_everything_when_it_is_mended(
    session, add, told, person, receiver, start_relay, wait_until, sync
):
    add(condition="(message_data ->> 'n')::int4 >= 0")
    told(person("Hue"), n="many")
    told(person("Hue"), n=1)
    start_relay()

    wait_until(lambda: session.value("SELECT state FROM c360.subscriptions") == "paused")
    before = list(receiver.received)
    session.call("c360.change_subscription", "acme", "hooks", {"condition": "message_type = 'profile.updated'"})
    sync()

    receiver.wait_for(2)
    assert before == []
    assert set(receiver.numbers()) == {"many", 1}
