"""Webhooks are changed, limited and sent to again, and what was sent can be looked at."""

from __future__ import annotations

import json
import uuid

import psycopg
import pytest

from support import lanes

TOPIC = "c360-updated-profiles"


@pytest.fixture
def fan_out(session):
    def run():
        while session.call("c360.fan_out", 2000)[1]:
            pass

    return run


@pytest.fixture
def backfill(session):
    """What a relay does for webhooks with a backlog, as if a second had gone by."""

    def run():
        session.execute("UPDATE c360.upkeep SET next_at = '-infinity'")
        return session.call("c360.backfill_deliveries")

    return run


@pytest.fixture
def settle(session):
    """settle(status=200): every waiting delivery is answered so; answers how many were."""

    def answer(status=200):
        count = 0
        for lane in lanes.claim(session, limit=100):
            rows = lanes.read(session, lane, 1000)
            lanes.settle(session, lane, rows, status, lambda _row: "no")
            lanes.release(session, lane)
            count += len(rows)
        return count

    return answer


def refused(session, function, *arguments):
    with pytest.raises(psycopg.Error) as error:
        session.call(function, *arguments)
    assert error.value.diag.message_hint
    return error.value.sqlstate


def waiting(session):
    """Numbers of the messages that wait, in the order in which they are sent."""
    return [
        json.loads(body)["data"]["n"]
        for body in session.column(
            "SELECT message.body FROM c360.deliveries AS delivery JOIN c360.messages AS message"
            " ON message.seq = delivery.message_seq ORDER BY delivery.delivery_id"
        )
    ]


def readable(session):
    """Numbers of the messages a relay is given now, retries that are due included."""
    numbers = []
    for lane in lanes.claim(session, limit=100):
        numbers += [json.loads(row["body"])["data"]["n"] for row in lanes.read(session, lane)]
        lanes.release(session, lane)
    return numbers


# What can be asked for


def test_what_is_changed_is_told_with_before_and_after_and_audited(session, subscribe):
    subscribe()

    changed = session.call(
        "c360.change_subscription",
        "acme",
        "hooks",
        {
            "timeout_seconds": 2.5,
            "rate_per_second": 10,
            "max_age": "3 days",
            "types": ["profile.merged"],
            "batch_max": 1,
        },
    )
    again = session.call("c360.change_subscription", "acme", "hooks", {"rate_per_second": 10})
    without = session.call("c360.change_subscription", "acme", "hooks", {"max_age": None})

    assert changed == {
        "timeout_seconds": {"before": 5, "after": 2.5},
        "rate_per_second": {"before": None, "after": 10},
        "max_age": {"before": None, "after": "3 days"},
        "types": {"before": [], "after": ["profile.merged"]},
    }
    assert (again, without) == ({}, {"max_age": {"before": "3 days", "after": None}})
    assert session.call("c360.show_subscription", "acme", "hooks")["rate_per_second"] == 10
    assert session.value("SELECT count(*) FROM c360.audit_log WHERE action = 'subscriptions.changed'") == 2


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"colour": "red"}, "U5421"),
        ({"lane_count": 2}, "U5421"),
        ({"state": "active"}, "U5421"),
        ({"tenant": "globex"}, "U5421"),
        ({"timeout_seconds": "soon"}, "U5421"),
        ({"timeout_seconds": 60}, "U5421"),
        ({"timeout_seconds": None}, "U5421"),
        ({"rate_per_second": 0}, "U5421"),
        ({"batch_max": 101}, "U5421"),
        ({"max_backlog": 0}, "U5421"),
        ({"max_age": "1 second"}, "U5421"),
        ({"retry_schedule": []}, "U5421"),
        ({"retry_schedule": [[1, 2], [3, 4]]}, "U5421"),
        ({"segment": "No Segment"}, "U5421"),
        ({"topics": ["c360-nothing"]}, "U5405"),
        ({"types": ["profile.deleted"]}, "U5420"),
        ({"types": ["segment.*"]}, "U5420"),
        ({"name": "other"}, "U5410"),
    ],
    ids=str,
)
def test_an_option_that_cannot_be_right_is_refused_with_a_hint_and_nothing_changes(session, subscribe, options, code):
    subscribe()
    subscribe("/other")
    before = session.call("c360.show_subscription", "acme", "hooks")

    assert refused(session, "c360.change_subscription", "acme", "hooks", options) == code
    assert session.call("c360.show_subscription", "acme", "hooks") == before


def test_who_misspells_an_option_is_told_which_there_are(session, subscribe):
    subscribe()

    with pytest.raises(psycopg.Error) as error:
        session.call("c360.change_subscription", "acme", "hooks", {"ordered": True})

    assert '"ordered"' in error.value.diag.message_primary
    assert "is_ordered" in error.value.diag.message_hint


@pytest.mark.parametrize(
    ("topics", "types", "options", "code"),
    [
        (["c360-nothing"], [], {}, "U5405"),
        ([TOPIC], ["profile.deleted"], {}, "U5420"),
        ([TOPIC], ["segment.entered"], {}, "U5420"),
        ([TOPIC], ["pro.*"], {}, "U5420"),
        ([TOPIC], [], {"colour": "red"}, "U5421"),
        ([TOPIC], [], {"timeout_seconds": 99}, "U5421"),
        ([TOPIC], None, {}, "U5421"),
    ],
    ids=str,
)
def test_unknown_topics_types_and_options_are_refused_when_a_webhook_is_added(session, topics, types, options, code):
    values = ("acme", uuid.uuid4(), "new", "https://crm.example/h", "key", b"123456789012", b"secret")

    assert refused(session, "c360.add_subscription", *values, topics, types, options) == code
    assert session.value("SELECT count(*) FROM c360.subscriptions") == 0


def test_a_webhook_that_is_switched_off_is_told_and_resumes(session, subscribe, publish, fan_out):
    subscribe()
    publish(1)
    fan_out()

    first = session.call("c360.disable_subscription", "acme", "hooks", "Out of business.")
    again = session.call("c360.disable_subscription", "acme", "hooks")
    session.call("c360.bury_deliveries")

    assert (first, again) == (True, False)
    assert session.rows("SELECT state, disabled_reason FROM c360.subscriptions") == [("disabled", "Out of business.")]
    assert session.column("SELECT reason FROM c360.dead_letters") == ["disabled"]
    assert session.call("c360.resume_subscription", "acme", "hooks") is True


# Limits


def test_what_waited_too_long_is_a_dead_letter_and_what_waited_behind_it_goes(
    session, subscribe, publish, fan_out, settle
):
    subscribe(max_age="1 hour", retry_schedule=[0, 3600])
    for n in (1, 2, 3):
        publish(n, "a")
    fan_out()
    for lane in lanes.claim(session, limit=100):  # the first fails, the others wait behind it
        lanes.settle(session, lane, lanes.read(session, lane, 1), 404)
        lanes.read(session, lane)
        lanes.release(session, lane)
    oldest = session.value("SELECT min(seq) FROM c360.messages WHERE topic = %s", TOPIC)
    for table, column in (("messages", "created_at"), ("parked_deliveries", "message_at")):
        key = "seq" if table == "messages" else "message_seq"
        session.execute(f"UPDATE c360.{table} SET {column} = {column} - interval '2 hours' WHERE {key} = %s", oldest)

    buried = session.call("c360.bury_deliveries")

    assert buried == 1
    assert session.rows("SELECT reason, attempts FROM c360.dead_letters") == [("max_age", 1)]
    assert readable(session) == [2, 3]
    assert session.call("c360.bury_deliveries") == 0


def test_beyond_its_backlog_the_log_is_the_queue_of_a_webhook_and_nothing_is_lost_or_doubled(
    session, connect, subscribe, publish, fan_out, settle, backfill
):
    subscribe("/small", max_backlog=10)
    subscribe("/large")
    late = connect()
    publish(100, "late", by=late)  # takes an early number and commits after the webhook is left out
    for n in range(12):
        publish(n, f"k{n}")
    fan_out()
    backfill()
    for n in range(12, 30):
        publish(n, f"k{n}")
    fan_out()
    late.commit()
    fan_out()
    counts = dict(
        session.rows(
            "SELECT name, count(delivery_id) FROM c360.subscriptions LEFT JOIN c360.deliveries USING (subscription_id)"
            " GROUP BY name"
        )
    )
    held = session.call_rows("c360.subscription_stats", "acme", "small")
    looked_at = session.value("SELECT next_at > clock_timestamp() FROM c360.upkeep")

    sent = {"small": [], "large": []}
    for _ in range(6):
        for name in sent:
            sent[name] += session.column(
                "SELECT message_seq FROM c360.deliveries JOIN c360.subscriptions USING (subscription_id)"
                " WHERE name = %s",
                name,
            )
        settle()
        backfill()
        fan_out()

    assert counts == {"small": 12, "large": 31}
    assert looked_at  # and not again at once
    assert held[0]["subscription_stats"]["is_held_back"] is True
    assert sorted(sent["small"]) == sorted(sent["large"])
    assert len(sent["small"]) == 31
    assert session.value("SELECT count(*) FROM c360.backfills") == 0


def test_the_log_is_kept_for_a_webhook_that_was_left_out(session, subscribe, publish, fan_out, backfill):
    subscribe(max_backlog=1)
    publish(1)
    fan_out()
    backfill()
    publish(2)
    fan_out()
    session.execute("DELETE FROM c360.deliveries")
    today = session.value("SELECT (now() AT TIME ZONE 'UTC')::date")
    needed = "SELECT c360._message_day_is_needed(%s, now() + interval '1 year')"

    before = session.value(needed, today)
    session.call("c360.disable_subscription", "acme", "hooks")
    session.execute("DELETE FROM c360.messages WHERE topic <> %s", TOPIC)

    assert (before, session.value(needed, today)) == (True, False)


# Again


def test_messages_are_sent_again_by_time_type_and_key_with_the_same_ids(
    session, subscribe, publish, receiver, start_relay, wait_until
):
    subscribe()
    start_relay()
    for n, (key, type_) in enumerate([("a", "profile.updated"), ("a", "profile.merged"), ("b", "profile.merged")]):
        publish(n, key, type_=type_)
    first = receiver.wait_for(3)
    wait_until(lambda: waiting(session) == [])
    begun = session.value("SELECT min(created_at) FROM c360.messages WHERE topic = %s", TOPIC)
    ended = session.value("SELECT max(created_at) FROM c360.messages WHERE topic = %s", TOPIC)
    replay = ("c360.replay_messages", "acme", "hooks")

    dry = session.call(*replay, begun, "2100-01-01", {}, True)
    chosen = session.call(*replay, begun, "2100-01-01", {"types": ["profile.merged"], "key": "a"})
    receiver.wait_for(4)
    wait_until(lambda: waiting(session) == [])
    early = session.call(*replay, begun, ended)  # without the last one
    again = receiver.wait_for(6)

    assert dry == {"messages": 3, "too_old": 0, "next": None}
    assert (chosen["messages"], early["messages"]) == (1, 2)
    ids = {request.number: request.message_id for request in first}
    assert [request.number for request in again[3:]] == [1, 0, 1]
    assert all(request.message_id == ids[request.number] for request in again)


def test_what_waits_or_is_not_fanned_out_yet_is_not_sent_twice(session, subscribe, publish, fan_out):
    subscribe()
    publish(1)
    fan_out()
    publish(2)

    replayed = session.call("c360.replay_messages", "acme", "hooks", "2000-01-01", "2100-01-01")
    fan_out()

    assert replayed["messages"] == 0
    assert waiting(session) == [1, 2]


def test_a_long_stretch_is_sent_again_step_by_step(session, subscribe, publish, fan_out, settle):
    subscribe()
    for n in range(3):
        publish(n)
    fan_out()
    settle()
    session.execute("SELECT setval(pg_get_serial_sequence('c360.messages', 'seq'), 100000)")
    publish(3)
    fan_out()
    settle()

    first = session.call("c360.replay_messages", "acme", "hooks", "2000-01-01", "2100-01-01")
    second = session.call("c360.replay_messages", "acme", "hooks", "2000-01-01", "2100-01-01", {}, False, first["next"])

    assert (first["messages"], second["messages"], second["next"]) == (3, 1, None)
    assert waiting(session) == [0, 1, 2, 3]


def test_everything_that_failed_is_sent_again_and_too_old_letters_stay(session, subscribe, publish, fan_out, settle):
    subscribe(retry_schedule=[0])
    publish(1)
    fan_out()
    settle(404)
    session.call("c360.change_subscription", "acme", "hooks", {"retry_schedule": [0, 3600], "max_age": "1 hour"})
    publish(2)
    publish(3, "b")
    fan_out()
    settle(404)
    letters = "SELECT count(*) FROM c360.dead_letters WHERE replayed_at IS NULL"
    recover = ("c360.recover_subscription", "acme", "hooks")

    dry = session.call(*recover, "2000-01-01", {}, True)
    later = session.call(*recover, "2100-01-01", {}, True)
    untouched = session.value(letters)
    session.execute("UPDATE c360.dead_letters SET message_at = message_at - interval '2 hours'")
    old = session.call(*recover, "2000-01-01", {}, True)
    session.execute("UPDATE c360.dead_letters SET message_at = message_at + interval '2 hours'")
    done = session.call(*recover, "2000-01-01")

    assert dry == done == {"dead_letters": 1, "too_old": 0, "retries": 2}
    assert (later["dead_letters"], untouched) == (0, 1)
    assert (old["dead_letters"], old["too_old"]) == (0, 1)
    assert sorted(readable(session)) == [1, 2, 3]
    assert session.call(*recover, "2000-01-01")["dead_letters"] == 0


def test_a_disabled_webhook_is_sent_nothing_again(session, subscribe):
    subscribe()
    session.call("c360.disable_subscription", "acme", "hooks")

    assert refused(session, "c360.replay_messages", "acme", "hooks", "2000-01-01") == "U5411"
    assert refused(session, "c360.recover_subscription", "acme", "hooks", "2000-01-01") == "U5411"
    assert refused(session, "c360.replay_messages", "acme", "hooks", "2000-01-01", "2100-01-01", {"colour": 1}) in (
        "U5411",
        "U5421",
    )


# What was sent


def test_deliveries_are_counted_by_the_minute_and_failures_one_by_one(session, subscribe, publish, fan_out, settle):
    subscription_id = subscribe().subscription_id
    for durations in ([1] * 50, [7] * 45, [150] * 5):
        session.value("SELECT c360._count_delivered(%s, 0, %s)", subscription_id, durations)
    session.value("SELECT c360._count_delivered(%s, 1, %s)", subscription_id, [7] * 100)
    publish(1)
    fan_out()
    settle(500)

    (stated,) = [row["subscription_stats"] for row in session.call_rows("c360.subscription_stats", "acme")]

    assert (stated["delivered"], stated["failed"]) == (200, 1)
    assert 1 <= stated["p50_ms"] <= 10
    assert 5 <= stated["p95_ms"] <= 10
    assert (stated["retries"], stated["waiting"], stated["circuit"]) == (1, 1, "closed")
    assert sum(step["delivered"] for step in stated["series"]) == 200
    assert refused(session, "c360.subscription_stats", "acme", "hooks", "2000-01-01", "week") == "U5421"


def test_counts_are_forgotten_with_their_webhook_and_after_30_days(session, subscribe):
    first, second = subscribe().subscription_id, subscribe("/other").subscription_id
    for one in (first, second):
        session.value("SELECT c360._count_delivered(%s, 0, %s)", one, [1])

    session.call("c360.remove_subscription", "acme", "other")
    left = session.column("SELECT subscription_id FROM c360.delivery_minutes")
    session.call("c360.maintain_deliveries", "2100-01-01")

    assert left == [first]
    assert session.value("SELECT count(*) FROM c360.delivery_minutes") == 0


def test_attempts_are_listed_by_message_time_and_answer(session, subscribe, publish, fan_out, settle):
    subscribe()
    message_id = publish(1)
    publish(2, "b")
    fan_out()
    settle(503)

    def listed(**wanted):
        return [row["list_attempts"] for row in session.call_rows("c360.list_attempts", "acme", "hooks", wanted)]

    one = listed(message_id=str(message_id))

    assert len(listed()) == len(listed(status=503, error="status", since="2000-01-01")) == 2
    assert listed(status=500) == listed(until="2000-01-01") == []
    assert [(row["attempt"], row["duration_ms"], row["answer"], row["type"]) for row in one] == [
        (1, 1, "****", "profile.updated")
    ]
    assert refused(session, "c360.list_attempts", "acme", "hooks", {"status": "many"}) == "U5421"
    assert refused(session, "c360.list_attempts", "acme", "hooks", {"colour": "red"}) == "U5421"


def test_one_message_is_shown_with_what_became_of_it_everywhere(session, subscribe, publish, fan_out, settle, globex):
    for path in ("/waits", "/fails", "/gone"):
        subscribe(path, retry_schedule=[0] if path == "/gone" else [0, 3600])
    message_id = publish(1)
    fan_out()
    session.call("c360.pause_subscription", "acme", "waits")
    settle(404)

    shown = session.call("c360.show_message", "acme", message_id)

    assert {fate["name"]: fate["state"] for fate in shown["webhooks"]} == {
        "waits": "waiting",
        "fails": "retry",
        "gone": "dead",
    }
    assert json.loads(shown["body"])["data"] == {"n": 1}
    assert refused(session, "c360.show_message", "globex", message_id) == "U5423"
    assert refused(session, "c360.show_message", "acme", uuid.uuid4()) == "U5423"


def test_what_a_message_says_of_a_person_is_masked_for_readers(session):
    session.execute("UPDATE c360.profile_attributes SET is_masked = true WHERE attribute = 'email'")
    data = {"profile_id": str(uuid.uuid4()), "profile": {"email": "lan@example.com", "city": "Hue"}}
    message_id = session.call("c360._publish", "acme", TOPIC, "profile.updated", "k", data)

    shown = json.loads(session.call("c360.show_message", "acme", message_id)["body"])

    assert shown["data"]["profile"]["city"] == "Hue"
    assert "lan@example.com" not in json.dumps(shown)


def test_a_rate_holds_over_all_lanes(subscribe, publish, receiver, start_relay):
    subscribe(rate_per_second=20, lane_count=4)
    for n in range(31):
        publish(n, f"k{n}")
    start_relay()

    requests = receiver.wait_for(31)

    # At least so long: 31 requests are 30 pauses, and a few may be caught up.
    assert max(one.at for one in requests) - min(one.at for one in requests) > 25 / 20


def test_a_suspended_tenant_changes_nothing_of_its_webhooks(session, subscribe):
    subscribe()
    session.call("c360.suspend_tenant", "acme")
    sealed = ("k", b"0" * 12, b"x")

    told = [
        refused(session, "c360.add_subscription", "acme", uuid.uuid4(), "more", "https://crm.example/", *sealed),
        refused(session, "c360.rotate_subscription_secret", "acme", "hooks", 2, *sealed),
        *(
            refused(session, f"c360.{verb}", "acme", "hooks")
            for verb in ("pause_subscription", "resume_subscription", "remove_subscription", "replay_dead_letters")
        ),
    ]

    assert told == ["U4423"] * 6
