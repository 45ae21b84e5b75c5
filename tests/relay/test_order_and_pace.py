"""Order of keys while they fail, and how fast an endpoint is sent to: by its answers, not by ours."""

from __future__ import annotations

import time
from collections import defaultdict

import pytest

from c360.relay.endpoint import Endpoint, Hand, Slots
from support import lanes
from support.plans import recorded
from support.receiver import Reply

TOPIC = "c360-updated-profiles"
KEYS = 44
FAILING = 40


def publish_many(session, count, keys, padding=0, first=0):
    """Messages first, first + 1 ... of the keys in turn, in one transaction, and their deliveries."""
    session.execute(
        "SELECT c360._publish('acme', %s, 'profile.updated', 'k' || number %% %s,"
        " jsonb_build_object('n', number, 'padding', repeat('x', %s)))"
        " FROM generate_series(%s::integer, %s::integer) AS number",
        TOPIC,
        keys,
        padding,
        first,
        first + count - 1,
    )
    while session.row("SELECT messages, is_busy FROM c360.fan_out()") != (0, False):
        pass


def inversions(received, keys):
    """Accepted messages that came after a later one of their key, and the numbers accepted. Repeats do not count."""
    last, seen, wrong = defaultdict(lambda: -1), set(), 0
    for number in received:
        if number in seen:
            continue
        seen.add(number)
        wrong += number < last[number % keys]
        last[number % keys] = max(last[number % keys], number)
    return wrong, seen


@pytest.mark.parametrize("lane_count", [1, 8])
def test_keys_that_fail_for_a_while_keep_their_order_with_two_relays_one_of_them_killed(
    session, subscribe, receiver, start_relay, wait_until, waiting, lane_count
):
    accepted = []
    trouble = True

    def reply(request):
        if trouble and request.number % KEYS < FAILING and request.nth <= 3:
            return Reply(404)
        accepted.append(request.number)
        return Reply()

    receiver.reply = reply
    subscribe(lane_count=lane_count, retry_schedule=[0] + [0.2] * 20)
    first = start_relay()
    start_relay()
    count = KEYS * 60
    publish_many(session, count // 2, KEYS)
    wait_until(lambda: len(receiver.received) > count // 8)
    first.kill()
    publish_many(session, count // 2, KEYS, first=count // 2)
    wait_until(lambda: len(receiver.received) > count // 4)
    trouble = False

    wait_until(lambda: waiting() == 0)

    wrong, seen = inversions(list(accepted), KEYS)
    assert wrong == 0
    assert seen == set(range(count))


def test_large_messages_keep_their_order_and_all_arrive(session, subscribe, receiver, start_relay, wait_until, waiting):
    accepted = []

    def reply(request):
        if request.number % 4 == 1 and request.nth <= 2:
            return Reply(500)
        accepted.append(request.number)
        return Reply()

    receiver.reply = reply
    subscribe(lane_count=2, retry_schedule=[0] + [0.05] * 20)
    publish_many(session, 32, 8, padding=700_000)

    start_relay()

    wait_until(lambda: waiting() == 0)
    assert inversions(list(accepted), 8) == (0, set(range(32)))


def test_answers_that_were_under_way_when_the_circuit_opened_do_not_keep_it_open_longer(session, subscribe):
    subscribe(lane_count=8, max_in_flight=64, retry_schedule=[0, 5, 300])
    publish_many(session, 400, 400)
    read = [(lane, lanes.read(session, lane)) for lane in lanes.claim(session)]
    first, *others = read

    lanes.settle(session, first[0], first[1][:10], 503)
    opened = session.row("SELECT circuit, open_count, circuit_until FROM c360.subscription_states")
    for lane, rows in others:
        lanes.settle(session, lane, rows[:10], 503)

    assert opened[:2] == ("open", 1)
    assert session.row("SELECT circuit, open_count, circuit_until FROM c360.subscription_states") == opened


def test_a_probe_that_fails_doubles_the_pause(session, subscribe):
    subscribe(lane_count=1, max_in_flight=8, retry_schedule=[0, 5, 300])
    publish_many(session, 40, 40)
    (lane,) = lanes.claim(session)
    rows = lanes.read(session, lane)
    lanes.settle(session, lane, rows[:10], 503)
    session.execute("UPDATE c360.subscription_states SET circuit_until = clock_timestamp() - interval '1 minute'")

    lanes.settle(session, lane, rows[:1], 503)

    open_count, pause = session.row(
        "SELECT open_count, extract(epoch FROM circuit_until - clock_timestamp()) FROM c360.subscription_states"
    )
    assert open_count == 2
    assert 5 < pause <= 10


def test_an_endpoint_that_allows_so_many_a_second_gets_as_many_and_loses_none(
    session, subscribe, receiver, start_relay, wait_until, waiting
):
    per_second, taken = 20, []

    def reply(_request):
        now = time.monotonic()
        if sum(at > now - 1 for at in taken) >= per_second:
            return Reply(429, (("Retry-After", "1"),))
        taken.append(now)
        return Reply()

    receiver.reply = reply
    subscribe(retry_schedule=[0, 60])
    publish_many(session, 120, 120)

    start_relay()

    wait_until(lambda: waiting() == 0)
    assert sorted(set(receiver.numbers())) == list(range(120))
    # Asked once more than they allow, not once for every message: the first burst, and then now and then.
    assert len(receiver.received) - 120 < 100
    assert session.value("SELECT count(*) FROM c360.dead_letters") == 0
    assert session.value("SELECT circuit FROM c360.subscription_states") == "closed"


def test_eighty_endpoints_that_hang_leave_room_for_one_that_does_not(
    session, subscribe, receiver, start_relay, wait_until
):
    receiver.reply = lambda request: Reply(hold=request.path != "/hooks")
    for number in range(80):
        subscribe(f"/hang/{number}", timeout_seconds=15, retry_schedule=[0, 600])
    subscribe("/hooks")
    publish_many(session, 64, 64)

    start_relay()

    receiver.wait_for(64)
    hanging = [request for request in list(receiver.received) if request.path != "/hooks"]
    assert all(request.nth == 1 for request in hanging)


def test_claiming_lanes_does_not_read_through_what_waits_for_another_webhook(server, database, session, subscribe):
    busy, _idle = subscribe("/busy"), subscribe("/idle")
    session.execute(
        "INSERT INTO c360.deliveries (subscription_id, lane, message_seq, message_at, key_hash)"
        " SELECT %s, n %% 8, n, now(), n FROM generate_series(1, 30000) AS n",
        busy.subscription_id,
    )
    session.execute("ANALYZE c360.deliveries")

    with server.admin(database.name) as admin, recorded(admin) as plans:
        claimed = admin.execute("SELECT FROM c360.claim_lanes('one', 64)").rowcount

    assert claimed == 8
    assert plans.most_read({"deliveries"})[0] <= 16


def test_requests_at_once_begin_low_grow_with_success_and_fall_with_failure():
    endpoint = Endpoint()
    start = endpoint.window

    for _ in range(100):
        endpoint.succeeded(64)
    grown = endpoint.window
    for _ in range(10):
        endpoint.failed()

    assert (start, grown, endpoint.window) == (8, 64, 1)


def test_an_endpoint_that_objects_is_sent_to_as_fast_as_it_took_requests():
    now = 1000.0
    endpoint = Endpoint(lambda: now)
    for _ in range(10):
        endpoint.began(None)
        endpoint.succeeded(32)
    endpoint.refused(1.0)
    endpoint.refused(1.0)

    now += 1
    sent, until = 0, now + 10
    while now < until:
        pause = endpoint.wait_seconds(None)
        if pause == 0:
            endpoint.began(None)
            sent += 1
        now += pause or 0.0001

    assert 95 <= sent <= 130


def test_a_rate_that_was_set_holds_without_objections():
    now = 1000.0
    endpoint = Endpoint(lambda: now)

    sent = 0
    while now < 1010:
        pause = endpoint.wait_seconds(50)
        if pause == 0:
            endpoint.began(50)
            sent += 1
        now += pause or 0.0001

    assert 490 <= sent <= 510


def test_endpoints_without_a_good_answer_leave_half_of_the_requests_to_others():
    slots, good, bad = Slots(10), Endpoint(), Endpoint()
    good.succeeded(8)

    unproven = [slots.take(bad) for _ in range(6)]
    proven = [slots.take(good) for _ in range(6)]

    assert unproven == [True] * 5 + [None]
    assert proven == [False] * 5 + [None]
    slots.give_back(True)
    assert slots.take(bad) is True


def test_the_less_room_is_left_the_less_is_read_at_once():
    hand = Hand(most=1000, at_once=200, at_least=10, under_way=100)

    rooms = []
    for hand.held in (0, 600, 2000):
        rooms.append(hand.room())

    assert rooms == [200, 100, 10]


def test_large_messages_are_sent_a_few_at_a_time_and_one_always():
    hand = Hand(most=1000, at_once=200, at_least=10, under_way=100)

    began = [hand.begin(500), hand.begin(1)]
    hand.end(500)
    began += [hand.begin(60), hand.begin(40), hand.begin(1)]

    assert began == [True, False, True, True, False]
