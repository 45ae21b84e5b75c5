"""Purchases are recognised in the transaction that records their events."""

import random
from decimal import Decimal

import pytest

ORDER = {
    "type": "track",
    "event": "Order Completed",
    "messageId": "m1",
    "userId": "anna",
    "timestamp": "2026-03-02T10:00:00Z",
    "properties": {"order_id": "A1", "revenue": "25.50", "total": 30, "currency": "USD"},
}
REFUND = {
    **ORDER,
    "event": "Order Refunded",
    "messageId": "m2",
    "timestamp": "2026-03-05T10:00:00Z",
    "properties": {"order_id": "A1", "total": 5.5},
}


def ingest(db, *events, source="web"):
    return db.call("c360.ingest", "acme", list(events), source)


def value_of(db, user):
    while db.call("c360.resolve_identities", "acme")["remaining"]:
        pass
    shown = db.call("c360.profile", "acme", "user_id", user)
    return shown.get("total_orders"), shown.get("total_revenue") and Decimal(str(shown["total_revenue"]))


def purchases(db):
    return db.rows(
        "SELECT kind, order_id, amount_minor, currency, report_count"
        " FROM tenant_acme.cdp_purchases ORDER BY kind, order_id"
    )


def test_an_order_and_its_refund_are_recognised(db):
    answer = ingest(db, ORDER, REFUND)

    assert (answer["accepted"], answer["rejected"]) == (2, [])
    assert purchases(db) == [("order", "A1", 2550, "USD", 1), ("refund", "A1", 55000, None, 1)]


def test_a_retried_event_is_no_second_report(db):
    ingest(db, ORDER)

    again = ingest(db, ORDER)

    assert again["duplicates"] == 1
    assert purchases(db) == [("order", "A1", 2550, "USD", 1)]


def test_the_server_reports_the_order_of_the_browser(db):
    ingest(db, ORDER)
    ingest(db, {**ORDER, "messageId": "s1"}, source="server")

    assert purchases(db) == [("order", "A1", 2550, "USD", 1)] * 2
    assert value_of(db, "anna") == (1, Decimal("25.50"))


def sale(user, total, number="1001", message=None, currency="USD", **properties):
    who = {"anonymousId": user} if user.startswith("cookie") else {"userId": user}
    return {
        "type": "track",
        "event": "Order Completed",
        "messageId": message or f"{user}-{number}-{total}",
        "timestamp": "2026-03-02T10:00:00Z",
        "properties": {"order_id": number, "total": total, "currency": currency, **properties},
        **who,
    }


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            ("fr", sale("anna", 70)), ("de", sale("ben", 90)), [(1, 70), (1, 90)], id="two people in two shops"
        ),
        pytest.param(("fr", sale("anna", 70)), ("de", sale("ben", 70)), [(1, 70), (1, 70)], id="of the same amount"),
        pytest.param(("fr", sale("anna", 70)), ("de", sale("anna", 90)), [(2, 160)], id="one person in two shops"),
        pytest.param(
            ("fr", sale("anna", 70)), ("de", sale("anna", 70, currency="EUR")), [(2, 70)], id="in two currencies"
        ),
        pytest.param(
            ("web", sale("anna", 70)), ("web", sale("ben", 90)), [(1, 70), (1, 90)], id="two shops, one source"
        ),
        pytest.param(("web", sale("anna", 70)), ("server", sale("anna", 70)), [(1, 70)], id="browser and server"),
        pytest.param(("web", sale("anna", None)), ("server", sale("anna", 70)), [(1, 70)], id="one without amount"),
        pytest.param(("web", sale("anna", 70)), ("web", sale("anna", 90)), [(1, 70)], id="corrected in one source"),
        pytest.param(("web", sale("anna", 70)), ("web", sale("ben", 70)), [(1, 70), (None, None)], id="reported twice"),
        pytest.param(("server", sale("anna", 70)), ("web", sale("cookie", 70)), [(1, 70)], id="and a visitor"),
        pytest.param(("server", sale("anna", 70)), ("web", sale("cookie", 80)), [(1, 70)], id="and another visitor"),
    ],
)
@pytest.mark.parametrize("order", [1, -1], ids=["in this order", "in the other"])
def test_an_order_number_is_that_of_its_shop(db, first, second, expected, order):
    for source, event in [first, second][::order]:
        later = {**event, "timestamp": "2026-03-02T11:00:00Z"} if event is second[1] else event
        ingest(db, {**later, "messageId": source + later["messageId"]}, source=source)

    users = dict.fromkeys(event.get("userId") for _, event in (first, second) if "userId" in event)
    assert [value_of(db, user) for user in users] == expected
    visitors = db.call("c360.profile", "acme", "anonymous_id", "cookie") if "cookie" in str(second) else {}
    assert visitors.get("total_orders") == (1 if "80" in str(second) else None)


def test_orders_of_two_shops_become_those_of_one_person_and_part_again(db):
    ingest(db, sale("anna", 70), source="fr")
    ingest(db, sale("ben", 70), source="de")
    assert [value_of(db, user) for user in ("anna", "ben")] == [(1, 70), (1, 70)]

    ids = [db.call("c360.profile", "acme", "user_id", user)["profile_id"] for user in ("anna", "ben")]
    db.call("c360.merge_profiles", "acme", *ids, "the same")

    assert value_of(db, "anna") == (1, 70)


@pytest.mark.parametrize(
    ("refund", "source", "expected"),
    [
        pytest.param({"userId": "anna"}, "fr", [(1, 60), (1, 90), 0], id="by its customer"),
        pytest.param({"userId": "ben"}, "office", [(1, 70), (1, 80), 0], id="by its customer elsewhere"),
        pytest.param({"userId": "clerk"}, "de", [(1, 70), (1, 80), 0], id="by the shop"),
        pytest.param({"userId": "clerk"}, "office", [(1, 70), (1, 90), 1], id="by somebody who may mean either"),
    ],
)
def test_a_refund_is_of_the_order_nearest_to_it(db, refund, source, expected):
    ingest(db, sale("anna", 70), source="fr")
    ingest(db, sale("ben", 90), source="de")
    ingest(db, {**REFUND, **refund, "properties": {"order_id": "1001", "total": 10}}, source=source)

    values = [value_of(db, user) for user in ("anna", "ben")]
    assert [*values, sum(counts(db, "unmatched_refunds"))] == expected


def counts(db, name):
    db.execute("SET LOCAL search_path = pg_catalog, tenant_acme, pg_temp")
    return [row[name] for row in db.call_rows("c360._purchase_facts", "acme")]


def test_the_observation_of_a_purchase_is_queued_for_a_rebuild(db):
    ingest(db, ORDER)
    db.execute("DELETE FROM tenant_acme.cdp_resolution_queue")

    ingest(db, {**ORDER, "messageId": "m3", "properties": {"order_id": "A2", "revenue": 1}})

    assert db.value("SELECT bool_or(needs_rebuild) FROM tenant_acme.cdp_resolution_queue")


@pytest.mark.parametrize("properties", [None, [], "text", {"revenue": 1e300}, {"revenue": "NaN", "order_id": {}}])
def test_an_odd_order_harms_neither_itself_nor_its_neighbours(db, properties):
    answer = ingest(db, {**ORDER, "messageId": "odd", "properties": properties}, ORDER)

    assert answer["accepted"] + len(answer["rejected"]) == 2
    assert ("order", "A1", 2550, "USD", 1) in purchases(db)


def test_batches_at_the_same_time_end_with_the_best_report_of_every_order(connect, in_background):
    sessions = [connect(autocommit=True) for _ in range(4)]

    senders = [in_background(send_batches, session, number) for number, session in enumerate(sessions)]
    for sender in senders:
        sender.result()

    kept = sessions[0].rows(
        "SELECT order_id, raw_profile_id, message_id FROM tenant_acme.cdp_purchases ORDER BY order_id, raw_profile_id"
    )
    best = sessions[0].rows("""
        SELECT DISTINCT ON (1, 2) payload #>> '{properties,order_id}', raw_profile_id, message_id
        FROM tenant_acme.cdp_behavioral_events
        ORDER BY 1, 2, payload #> '{properties,revenue}' IS NULL, occurred_at, message_id COLLATE "C"
    """)
    assert kept == best
    assert sessions[0].value("SELECT sum(report_count) FROM tenant_acme.cdp_purchases") == 4 * 8 * 10


def send_batches(session, number):
    dice = random.Random(number)
    for batch in range(8):
        orders = dice.sample(range(10), 10)
        events = [
            {
                **ORDER,
                "messageId": f"{number}-{batch}-{order}",
                "userId": f"u{dice.randint(1, 5)}",
                "timestamp": f"2026-03-{dice.randint(1, 28):02}T10:00:00Z",
                "properties": {"order_id": f"O{order}"} | ({"revenue": 10} if dice.random() < 0.5 else {}),
            }
            for order in orders
        ]
        ingest(session, *events, source=f"s{number}")
