"""From the event to the golden record: value and recency follow every purchase, merge and split."""

import pytest

DAY = "2026-03-02T10:00:00Z"
LATER = "2026-03-09T10:00:00Z"
VALUE = ("total_orders", "total_revenue", "avg_order_value", "last_purchase_at")


@pytest.fixture
def tell(db):
    """tell(event, ..., source="web") ingests and resolves."""

    def run(*events, source="web"):
        answer = db.call("c360.ingest", "acme", list(events), source)
        assert answer["rejected"] == []
        while db.call("c360.resolve_identities", "acme")["remaining"]:
            pass

    return run


def event(number, what, at, who, **properties):
    return {"type": "track", "event": what, "messageId": f"m{number}", "timestamp": at, "properties": properties, **who}


def order(number, at, who, **properties):
    return event(number, "Order Completed", at, who, **properties)


def refund(number, at, who, **properties):
    return event(number, "Order Refunded", at, who, **properties)


def value_of(db, kind, value):
    profile = db.call("c360.profile", "acme", kind, value)
    orders, revenue, average, last = (profile.get(name) for name in VALUE)
    return orders, revenue, average, last and last[:10]


ANNA = {"userId": "anna"}
LAPTOP = {"anonymousId": "laptop-1"}


def test_two_orders_and_a_refund_are_on_the_golden_record(db, tell):
    tell(order(1, DAY, ANNA, order_id="A1", revenue=30), order(2, LATER, ANNA, order_id="A2", revenue="20"))
    tell(refund(3, "2026-03-12T10:00:00Z", ANNA, order_id="A1", revenue=10))

    assert value_of(db, "user_id", "anna") == (2, 40, 20, "2026-03-09")


def test_what_an_anonymous_visitor_bought_is_there_after_the_merge(db, tell):
    tell(order(1, DAY, ANNA, order_id="A1", revenue=30), order(2, LATER, LAPTOP, order_id="A2", revenue=20))
    tell({"type": "identify", "messageId": "m3", "timestamp": LATER, **ANNA, **LAPTOP})

    assert value_of(db, "user_id", "anna") == (2, 50, 25, "2026-03-09")
    assert value_of(db, "anonymous_id", "laptop-1") == (2, 50, 25, "2026-03-09")


def test_a_refund_sent_by_somebody_else_reaches_the_golden_record_of_the_order(db, tell):
    tell(order(1, DAY, ANNA, order_id="A1", revenue=30))
    tell(refund(2, LATER, {"userId": "clerk"}, order_id="A1"))

    assert value_of(db, "user_id", "anna") == (1, 0, 0, "2026-03-02")


def test_an_order_moves_to_the_golden_record_of_the_better_report(db, tell):
    tell(order(1, DAY, LAPTOP, order_id="A1"))
    tell(order(2, LATER, ANNA, order_id="A1", revenue=30), source="server")

    assert value_of(db, "user_id", "anna") == (1, 30, 30, "2026-03-09")
    assert value_of(db, "anonymous_id", "laptop-1") == (None, None, None, None)


def test_a_late_contradiction_splits_the_purchases_with_the_observations(db, tell):
    """Two user ids share a laptop: the laptop links nobody any more, each keeps what was bought under the own name."""
    tell(order(1, DAY, {**ANNA, **LAPTOP}, order_id="A1", revenue=30))
    tell(order(2, LATER, {"userId": "ben", **LAPTOP}, order_id="B1", revenue=50))

    assert value_of(db, "user_id", "anna") == (1, 30, 30, "2026-03-02")
    assert value_of(db, "user_id", "ben") == (1, 50, 50, "2026-03-09")


def test_scores_are_refreshed_onto_the_golden_record(db, tell):
    tell(order(1, DAY, ANNA, order_id="A1", revenue=30))

    db.call("c360.refresh_scores", "acme", "2026-03-04")

    row = db.records("SELECT user_id, rfm_segment, recency_score FROM tenant_acme.cdp_profiles")
    assert row == [{"user_id": "anna", "rfm_segment": "New Customers", "recency_score": 100}]
