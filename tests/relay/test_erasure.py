"""What a relay holds of an erased person is not sent any more; ids are, to all who may have received the person."""

from __future__ import annotations

import json

from support import lanes
from support.canaries import Canary, found_in_tables
from support.observations import DAY_ONE, resolve
from support.receiver import Reply

EVENTS = ["c360-behavioral-events"]
WAITING = """
    SELECT
        (SELECT count(*) FROM c360.deliveries),
        (SELECT count(*) FROM c360.parked_deliveries AS parked WHERE NOT parked.is_behind)
"""


def arrive(session, canary):
    session.call("c360.ingest", "acme", canary.events()[:2])
    resolve(session)


def erase(session, canary):
    return session.call("c360.erase_profile", "acme", "user_id", canary.user_id, "case 17")


def test_what_waits_for_a_retry_is_sent_as_ids_and_nothing_else(
    session, subscribe, receiver, start_relay, wait_until, waiting
):
    subscribe("/all", topics=["c360-updated-profiles"], retry_schedule=[0, 4, 4])
    subscribe("/events", topics=EVENTS, types=["event.recorded"], retry_schedule=[0, 4, 4])
    receiver.reply = lambda _request: Reply(500)
    start_relay()
    mai, stays = Canary("mai9"), Canary("lan8")
    arrive(session, mai)
    arrive(session, stays)
    # Two records, and two observations of each with an event: all failed once, nothing is under way.
    wait_until(lambda: session.row(WAITING) == (0, 6))
    profile_id = session.call("c360.profile", "acme", "user_id", mai.user_id)["profile_id"]
    erase(session, mai)
    settled = len(receiver.received)
    receiver.reply = lambda _request: Reply()
    wait_until(lambda: {request.path for request in receiver.received if is_erasure(request)} == {"/all", "/events"})
    wait_until(lambda: waiting() == 0)

    later = receiver.received[settled:]
    assert not any(mai.name in json.dumps(request.body) for request in later)
    assert any(stays.name in json.dumps(request.body) for request in later)
    told = [request.body for request in receiver.received if is_erasure(request)]
    assert {body["data"]["profile_id"] for body in told} == {profile_id}
    assert all(set(body["data"]) == {"profile_id", "merged_profile_ids", "raw_profile_ids", "mode"} for body in told)
    assert found_in_tables(session, mai.words()) == {}


def test_a_fan_out_under_way_makes_deliveries_of_ids(connect, session, subscribe, keyring):
    subscribe(lane_count=1, max_in_flight=8)
    mai = Canary("mai9")
    arrive(session, mai)
    relay = connect()
    relay.row("SELECT * FROM c360.fan_out()")

    erase(session, mai)
    relay.commit()

    bodies = read_everything(relay)
    assert bodies
    assert {json.loads(body)["type"] for body in bodies} == {"profile.erased"}
    assert mai.name not in "".join(bodies)


def test_a_relay_with_the_person_in_hand_loses_the_lane_and_its_answers_are_not_kept(session, subscribe):
    subscribe(lane_count=1, max_in_flight=8)
    mai = Canary("mai9")
    arrive(session, mai)
    session.row("SELECT * FROM c360.fan_out()")
    (lane,) = lanes.claim(session)
    in_hand = lanes.read(session, lane)
    assert any(mai.name in row["body"] for row in in_hand)

    erase(session, mai)
    reply = lanes.settle(session, lane, in_hand, 500, lambda _: mai("answer"))

    assert reply["held"] == []
    assert found_in_tables(session, mai.words()) == {}
    assert {json.loads(body)["type"] for body in read_everything(session)} == {"profile.erased"}


def test_an_answer_that_is_being_settled_goes_too(connect, session, subscribe, in_background, wait_until_blocked):
    subscribe(lane_count=1, max_in_flight=8, retry_schedule=[0])
    mai = Canary("mai9")
    arrive(session, mai)
    session.row("SELECT * FROM c360.fan_out()")
    relay, officer = connect(), connect()
    (lane,) = lanes.claim(relay)
    relay.commit()
    rows = lanes.read(relay, lane)
    lanes.settle(relay, lane, rows, 500, lambda _: mai("answer"))

    erasing = in_background(erase, officer, mai)
    wait_until_blocked(officer)
    relay.commit()
    counts = erasing.result()["tables"]
    officer.commit()

    assert counts["dead_letters"] == len(rows)
    assert found_in_tables(session, mai.words()) == {}


def test_what_waited_behind_a_message_of_the_person_may_go(session, subscribe):
    subscribe(lane_count=1, max_in_flight=8, retry_schedule=[0, 3600])
    mai = Canary("mai9")
    arrive(session, mai)
    session.row("SELECT * FROM c360.fan_out()")
    (lane,) = lanes.claim(session)
    lanes.settle(session, lane, lanes.read(session, lane, 1), 500)
    # Another record whose key has the same hash.
    session.execute(
        "INSERT INTO c360.parked_deliveries"
        " (subscription_id, lane, delivery_id, message_seq, message_at, key_hash, attempt, is_behind, due_at)"
        " SELECT subscription_id, lane, 1000, 0, now(), key_hash, 0, true, 'infinity'"
        " FROM c360.parked_deliveries"
    )

    erase(session, mai)

    assert session.rows("SELECT message_seq, is_behind FROM c360.parked_deliveries") == [(0, False)]


def test_ids_come_again_to_whoever_asks_for_the_past(session, subscribe):
    mai, stays = Canary("mai9"), Canary("lan8")
    arrive(session, mai)
    arrive(session, stays)
    erase(session, mai)

    subscribe(lane_count=1, max_in_flight=8, since=DAY_ONE)

    bodies = read_everything(session)
    assert mai.name not in "".join(bodies)
    assert stays.name in "".join(bodies)


def is_erasure(request):
    return request.body["type"] == "profile.erased"


def read_everything(session):
    while session.row("SELECT messages FROM c360.fan_out()") != (0,):
        pass
    return [row["body"] for lane in lanes.claim(session, "two") for row in lanes.read(session, lane, 1000)]
