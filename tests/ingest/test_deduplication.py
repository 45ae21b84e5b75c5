"""The same (source, messageId) is one event: for ever, in one batch, and from many sessions at once."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from support.events import event_count, ingest, page, track


def test_the_same_message_id_twice_in_one_batch_is_one_event(db):
    answer = ingest(db, page("m1", n=1), page("m1", n=2), page("m2"))

    assert (answer["accepted"], answer["duplicates"]) == (2, 1)
    assert db.column("SELECT payload -> 'n' FROM tenant_acme.cdp_behavioral_events WHERE message_id = 'm1'") == [1]


def test_a_retry_is_a_duplicate_whatever_its_clocks_say_and_however_late_it_comes(db):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for days in (0, 1, 40, 400):
        received_at = start + timedelta(days=days)
        event = page("m1", sentAt=received_at.isoformat(), timestamp=start.isoformat())
        db.call("c360.ingest", "acme", event, "web", received_at)

    assert event_count(db) == 1


def test_events_without_message_id_are_events_of_their_own_even_when_equal(db):
    answer = ingest(db, page(), page(), page(messageId=None), page(messageId=""))

    assert (answer["accepted"], event_count(db)) == (4, 4)
    assert db.value("SELECT count(DISTINCT message_id) FROM tenant_acme.cdp_behavioral_events") == 4


def test_two_sessions_with_the_same_event_make_one(connect, in_background, wait_until_blocked):
    alice, bob = connect(), connect()

    first = ingest(alice, page("m1"))
    waiting = in_background(ingest, bob, page("m1"))
    wait_until_blocked(bob)
    alice.commit()

    assert (first["accepted"], waiting.result()["accepted"], waiting.result()["duplicates"]) == (1, 0, 1)
    bob.commit()
    assert event_count(alice) == 1


def test_an_event_whose_first_sender_failed_is_taken_from_the_second(connect, in_background, wait_until_blocked):
    alice, bob = connect(), connect()

    ingest(alice, page("m1"))
    waiting = in_background(ingest, bob, page("m1"))
    wait_until_blocked(bob)
    alice.rollback()

    assert waiting.result()["accepted"] == 1
    bob.commit()
    assert event_count(alice) == 1


def test_two_sessions_with_the_same_new_observation_share_its_raw_profile(connect, in_background, wait_until_blocked):
    alice, bob = connect(), connect()

    ingest(alice, page("m1"))
    waiting = in_background(ingest, bob, page("m2"))
    wait_until_blocked(bob)
    alice.commit()

    assert waiting.result()["accepted"] == 1
    bob.commit()
    assert alice.rows("SELECT count(DISTINCT raw_profile_id), count(*) FROM tenant_acme.cdp_behavioral_events") == [
        (1, 2)
    ]
    assert alice.value("SELECT event_count FROM tenant_acme.cdp_activity") == 2


def test_many_sessions_sending_overlapping_shuffled_batches_lose_nothing_and_never_deadlock(connect, in_background):
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    events = [
        track(
            dice.choice(["Viewed", "Added", "Order Completed"]),
            f"m{number}",
            anonymousId=f"a{number % 17}",
            properties={"order_id": f"o{number % 11}", "total": number},
        )
        for number in range(120)
    ]

    def send(sender: int) -> int:
        own, session, accepted = random.Random(f"{seed}/{sender}"), connect(autocommit=True), 0
        for _ in range(12):
            batch = own.sample(events, own.randrange(1, 60))
            accepted += ingest(session, *batch)["accepted"]
        return accepted

    sending = [in_background(send, sender) for sender in range(10)]
    total = sum(future.result() for future in sending)

    reader = connect()
    sent = reader.value("SELECT count(*) FROM tenant_acme.cdp_event_ids")
    assert (total, event_count(reader)) == (sent, sent), f"seed {seed}"
    assert reader.value("SELECT sum(event_count) FROM tenant_acme.cdp_activity") == sent
    assert reader.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") <= 17
