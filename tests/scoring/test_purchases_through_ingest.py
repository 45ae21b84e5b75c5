"""Purchases are recognised in the transaction that records their events."""

import random

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

    assert purchases(db) == [("order", "A1", 2550, "USD", 2)]


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

    kept = dict(sessions[0].rows("SELECT order_id, message_id FROM tenant_acme.cdp_purchases"))
    best = dict(
        sessions[0].rows("""
            SELECT DISTINCT ON (1) payload #>> '{properties,order_id}', message_id
            FROM tenant_acme.cdp_behavioral_events
            ORDER BY 1, payload #> '{properties,revenue}' IS NULL, occurred_at,
                source COLLATE "C", message_id COLLATE "C"
        """)
    )
    assert len(kept) == 10
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
