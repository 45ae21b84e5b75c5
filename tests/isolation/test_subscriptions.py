"""Webhooks of one tenant and the relay's work for the others: no call holds the relay up, however long its transaction
stays open, and an older message reaches a new webhook exactly once."""

from __future__ import annotations

import itertools
import uuid

import psycopg
import pytest

from support import lanes

TOPIC = "c360-updated-profiles"
_keys = itertools.count(1)


def add(session, name="crm", tenant="acme", since=None, **options):
    """A webhook without a real secret; answers its id."""
    subscription_id = uuid.uuid4()
    return session.call(
        "c360.add_subscription",
        tenant,
        subscription_id,
        name,
        "https://crm.example/hooks",
        "key",
        b"123456789012",
        b"secret",
        p_options=options,
        p_from=since,
    )


def publish(session, count=1, tenant="acme"):
    """Messages, each with a key of its own."""
    for _ in range(count):
        session.call("c360._publish", tenant, TOPIC, "profile.updated", f"k{next(_keys)}", {})


def fan_out(session, limit=2000):
    """Until nothing is left to be fanned out."""
    while session.call("c360.fan_out", limit)[1]:
        pass


def delivered(session, subscription_id):
    """Sequence numbers of the messages with a delivery, in the order in which they will be sent; a repeat is seen."""
    return session.column(
        "SELECT message_seq FROM c360.deliveries WHERE subscription_id = %s ORDER BY delivery_id", subscription_id
    )


def written(session, tenant="acme"):
    return session.column("SELECT seq FROM c360.messages WHERE tenant = %s AND topic = %s ORDER BY seq", tenant, TOPIC)


def test_the_feed_goes_on_while_a_transaction_that_adds_a_webhook_is_open(session, connect):
    relay, adding = connect(autocommit=True), connect()
    relay.execute("SET lock_timeout = '2s'")
    theirs = add(session, tenant="globex")
    add(adding, since="2000-01-01")

    for _ in range(3):
        publish(session, 2, tenant="globex")
        fan_out(relay)

    assert delivered(session, theirs) == written(session, "globex")


@pytest.mark.parametrize("fans_out_before", [0, 1, 3])
@pytest.mark.parametrize("fans_out_inside", [0, 1, 3])
def test_an_older_message_comes_from_the_backfill_or_the_fan_out_and_never_from_both_or_neither(
    session, connect, fans_out_before, fans_out_inside
):
    relay, adding, late, later = connect(autocommit=True), connect(), connect(), connect()
    publish(late)  # takes an early number and commits after the webhook
    publish(session, 3)
    for _ in range(fans_out_before):
        fan_out(relay)
        publish(session)
    subscription = add(adding, since="2000-01-01")
    publish(later)
    publish(session, 2)
    for _ in range(fans_out_inside):
        fan_out(relay)
        publish(session)
    publish(adding)
    adding.commit()
    publish(session)
    fan_out(relay)
    late.commit()
    publish(session)
    fan_out(relay)
    later.commit()
    fan_out(relay)

    assert sorted(delivered(session, subscription)) == written(session)


def test_a_webhook_without_a_past_receives_what_is_committed_after_it(session, connect):
    relay, adding = connect(autocommit=True), connect()
    publish(session, 2)
    subscription = add(adding)
    publish(session)
    fan_out(relay)
    adding.commit()
    before = written(session)
    publish(session, 3)
    fan_out(relay)

    assert delivered(session, subscription) == [seq for seq in written(session) if seq not in before]


def test_a_large_backfill_is_made_in_slices_beside_the_fan_out_and_in_order(session, connect):
    relay, helper = connect(autocommit=True), connect(autocommit=True)
    publish(session, 57)
    fan_out(relay)
    theirs = add(session, tenant="globex")
    subscription = add(session, since="2000-01-01")

    slices = 0
    while helper.call("c360.backfill_deliveries", 10):
        slices += 1
        publish(session, 3)
        publish(session, tenant="globex")
        fan_out(relay, limit=1)  # takes a backfill over when at most ten messages are left

    fan_out(relay, limit=1)
    assert slices >= 6
    assert delivered(session, subscription) == written(session)
    assert delivered(session, theirs) == written(session, "globex")
    assert session.value("SELECT count(*) FROM c360.backfills") == 0


def test_two_relays_share_a_backfill_without_making_a_delivery_twice(session, connect):
    one, two = connect(), connect()
    publish(session, 30)
    fan_out(session)
    subscription = add(session, since="2000-01-01")

    first = one.call("c360.backfill_deliveries", 10)
    second = two.call("c360.backfill_deliveries", 10)
    one.commit()
    two.commit()
    fan_out(session)

    assert (first > 0, second) == (True, 0)
    while session.call("c360.backfill_deliveries", 10):
        pass
    fan_out(session)
    assert delivered(session, subscription) == written(session)


def test_a_fan_out_in_the_middle_of_a_step_leaves_a_new_webhook_for_later(session, connect):
    relay = connect(autocommit=True)
    publish(session, 6)
    relay.call("c360.fan_out", 2)
    subscription = add(session, since="2000-01-01")
    relay.call("c360.fan_out", 2)
    nothing_yet = delivered(session, subscription)
    fan_out(relay)

    assert nothing_yet == []
    assert delivered(session, subscription) == written(session)


def test_only_messages_from_the_given_time_on_are_made_up_for(session):
    publish(session)
    since = session.value("SELECT clock_timestamp()")
    publish(session)
    fan_out(session)
    subscription = add(session, since=since)
    fan_out(session)

    assert delivered(session, subscription) == written(session)[1:]


def test_a_disabled_webhook_goes_on_with_its_backfill_when_it_is_resumed(session):
    publish(session, 2)
    fan_out(session)
    subscription = add(session, since="2000-01-01")
    session.call("c360._disable_subscription", subscription, "for a test")
    publish(session)
    fan_out(session)
    nothing = delivered(session, subscription)
    session.call("c360.resume_subscription", "acme", "crm")
    publish(session)
    fan_out(session)

    assert nothing == []
    assert delivered(session, subscription) == written(session)


def test_after_a_move_to_another_server_a_backfill_begins_again(session):
    publish(session, 25)
    fan_out(session)
    subscription = add(session, since="2000-01-01")
    session.call("c360.backfill_deliveries", 10)

    session.call("c360.confirm_cluster")
    fan_out(session)

    assert sorted(delivered(session, subscription)) == written(session)


CALLS = {
    "add": "SELECT c360.add_subscription('acme', gen_random_uuid(), 'new', 'https://crm.example', 'key',"
    " decode('313233343536373839303132', 'hex'), ''::bytea, p_from => '2000-01-01')",
    "pause": "SELECT c360.pause_subscription('acme', 'crm')",
    "resume": "SELECT c360.resume_subscription('acme', 'paused')",
    "remove": "SELECT c360.remove_subscription('acme', 'crm')",
    "remove disabled": "SELECT c360.remove_subscription('acme', 'disabled')",
    "rotate": "SELECT c360.rotate_subscription_secret('acme', 'crm', 2, 'key',"
    " decode('313233343536373839303132', 'hex'), ''::bytea)",
    "rotate disabled": "SELECT c360.rotate_subscription_secret('acme', 'disabled', 2, 'key',"
    " decode('313233343536373839303132', 'hex'), ''::bytea)",
    "test": "SELECT c360.prepare_test_message('acme', 'crm')",
    "replay": "SELECT c360.replay_dead_letters('acme', 'crm')",
    "change": """SELECT c360.change_subscription('acme', 'crm', '{"max_age": "3 days", "max_backlog": 1}')""",
    "rename": """SELECT c360.change_subscription('acme', 'crm', '{"name": "other"}')""",
    "disable": "SELECT c360.disable_subscription('acme', 'crm')",
    "replay messages": "SELECT c360.replay_messages('acme', 'crm', '2000-01-01')",
    "recover": "SELECT c360.recover_subscription('acme', 'crm', '2000-01-01')",
    "stats": "SELECT c360.subscription_stats('acme')",
    "tail": f"SELECT c360.tail_topic('acme', '{TOPIC}')",
    "show": "SELECT c360.show_subscription('acme', 'crm')",
    "rule": "SELECT c360.set_match_rule('acme', 'person', 'scored')",
    "key": "SELECT c360.create_api_key('acme', 'site', 'write', 'web', sha256('x'), 'c360w_')",
    "ingest": """SELECT c360.ingest('acme', '{"type": "identify", "userId": "u1"}')""",
    "resolve": "SELECT c360.resolve_identities('acme')",
    "scores": "SELECT c360.refresh_scores('acme')",
    "partitions": "SELECT c360.maintain_event_partitions('acme')",
    "import": """SELECT c360.begin_import('acme', 'crm', 'a', '[{"name": "email", "kind": "text"}]')""",
}
WORK = [
    ("c360.fan_out",),
    ("c360.next_delivery_due",),
    ("c360.bury_deliveries",),
    ("c360.backfill_deliveries",),
    ("c360.claim_lanes", "relay", 100),
    ("c360.maintain_deliveries", "2099-01-01"),
    ("c360.relay_status",),
    ("c360.feed_status",),
    ("c360.tenants_with_work",),
    ("c360.ingest", "globex", [{"type": "identify", "userId": "u1", "messageId": "m1"}]),
    ("c360.resolve_identities", "globex"),
    ("c360.refresh_scores", "globex"),
    ("c360.maintain_event_partitions", "globex"),
    ("c360.set_match_rule", "globex", "person", "scored"),
]


@pytest.fixture
def webhooks_in_every_state(session):
    """acme has webhooks that are active, paused and disabled, with deliveries, retries, attempts and dead letters."""
    for name in ("crm", "paused", "disabled"):
        add(session, name)
    add(session, "crm", tenant="globex")
    publish(session, 3)
    fan_out(session)
    session.call("c360.pause_subscription", "acme", "paused")
    session.execute(
        "WITH taken AS (DELETE FROM c360.deliveries WHERE delivery_id IN (SELECT min(delivery_id) FROM c360.deliveries"
        " GROUP BY subscription_id) RETURNING *)"
        " INSERT INTO c360.parked_deliveries (subscription_id, lane, delivery_id, message_seq, message_at, key_hash,"
        " attempt, due_at) SELECT subscription_id, lane, delivery_id, message_seq, message_at, key_hash, 1, now()"
        " FROM taken"
    )
    session.execute(
        "INSERT INTO c360.dead_letters (subscription_id, message_seq, message_at, message_xid, message_id, tenant,"
        " topic, type, key, body, reason, attempts) SELECT subscription.subscription_id, message.seq,"
        " message.created_at, message.xid, message.message_id, message.tenant, message.topic, message.type,"
        " message.key, message.body, 'attempts', 12 FROM c360.subscriptions AS subscription"
        " CROSS JOIN LATERAL (SELECT * FROM c360.messages AS message WHERE message.tenant = subscription.tenant"
        " LIMIT 1) AS message"
    )
    session.execute(
        "INSERT INTO c360.delivery_attempts (subscription_id, message_seq, attempt, error, duration_ms)"
        " SELECT subscription_id, 1, 1, 'timeout', 5 FROM c360.subscriptions"
    )
    session.execute(
        "UPDATE c360.subscriptions SET state = 'disabled', disabled_reason = 'for a test' WHERE name = 'disabled'"
    )
    publish(session)
    publish(session, tenant="globex")


@pytest.mark.parametrize("call", CALLS)
def test_no_call_of_one_tenant_holds_up_the_relay_or_another_tenant_while_its_transaction_is_open(
    session, connect, webhooks_in_every_state, call
):
    holder, worker = connect(), connect(autocommit=True)
    worker.execute("SET lock_timeout = '1s'")
    holder.execute(CALLS[call])

    for function, *arguments in WORK:
        worker.call_rows(function, *arguments)

    holder.rollback()


@pytest.mark.parametrize("call", ["remove", "rotate", "pause", "replay", "rename", "disable", "recover"])
def test_the_lanes_of_a_webhook_wait_for_nobody(session, connect, webhooks_in_every_state, call):
    holder, worker = connect(), connect(autocommit=True)
    fan_out(session)
    worker.execute("SET lock_timeout = '1s'")
    leased = [lane for lane in lanes.claim(worker, "relay", 100) if lane["tenant"] == "acme"]
    assert leased
    holder.execute(CALLS[call])

    for lane in leased:
        lanes.settle(worker, lane, lanes.read(worker, lane, 10))
        lanes.release(worker, lane)


@pytest.mark.parametrize(
    "wish",
    [
        {"p_types": [f"profile.t{number}" for number in range(101)]},
        {"p_types": ["profile." + "t" * 9000]},
        {"p_topics": [TOPIC] * 6},
        {"p_ciphertext": b"x" * 1025},
        {"p_key_id": "k" * 201},
    ],
    ids=["many types", "a long type", "many topics", "a long secret", "a long name of its key"],
)
def test_a_webhook_is_no_larger_than_what_serves_all_tenants_can_look_at(db, wish):
    values = {
        "p_tenant": "acme",
        "p_subscription_id": uuid.uuid4(),
        "p_name": "large",
        "p_url": "https://crm.example/hooks",
        "p_key_id": "key",
        "p_nonce": b"123456789012",
        "p_ciphertext": b"secret",
    }

    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.add_subscription", **{**values, **wish})

    assert refused.value.sqlstate == ("U5420" if "p_types" in wish else "U5421")
