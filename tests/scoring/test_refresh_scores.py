"""Stored scores follow the purchases, tell what changed once, and write nothing when nothing changed."""

import json

import pytest

from support.shop import Shop

AS_OF = "2026-06-01 12:00Z"


@pytest.fixture
def shop(db):
    return Shop(db)


def refresh(shop, as_of=AS_OF):
    return shop.session.call("c360.refresh_scores", "acme", as_of)


def stored(shop, customer):
    rows = shop.session.records("SELECT * FROM cdp_profile_metrics WHERE master_profile_id = %s", customer.profile_id)
    return rows[0] if rows else None


def told(shop):
    bodies = shop.session.column(
        "SELECT body FROM c360.messages WHERE tenant = 'acme' AND type = 'score.changed' ORDER BY seq"
    )
    return [json.loads(body)["data"] for body in bodies]


def test_scores_are_stored_and_told(shop):
    anna = shop.customer()
    shop.order(anna, "2026-05-30 09:00Z", revenue=10)

    answer = refresh(shop)

    row = stored(shop, anna)
    assert (answer["profiles"], answer["changed"], answer["segments_changed"]) == (1, 1, 1)
    assert (row["rfm_segment"], row["recency_score"]) == ("New Customers", 100)
    assert (row["rfm_recency_score"], row["rfm_frequency_score"], row["rfm_monetary_score"]) == (5, 1, 1)
    (message,) = told(shop)
    assert (message["profile_id"], message["from"], message["to"]) == (str(anna.profile_id), None, "New Customers")
    assert (message["rfm_score"], message["frequency"], message["monetary"]) == (511, 1, 10)


def test_a_repeat_writes_and_tells_nothing(shop):
    anna = shop.customer()
    shop.order(anna, "2026-05-30 09:00Z", revenue=10)
    refresh(shop)

    answer = refresh(shop)

    assert (answer["profiles"], answer["changed"], answer["segments_changed"]) == (1, 0, 0)
    assert len(told(shop)) == 1


def test_a_score_that_moves_inside_its_segment_is_stored_and_not_told(shop):
    anna = shop.customer()
    shop.order(anna, "2026-05-30 09:00Z", revenue=10)
    refresh(shop)

    answer = refresh(shop, "2026-06-15")

    assert (answer["changed"], answer["segments_changed"]) == (1, 0)
    assert stored(shop, anna)["recency_score"] == 75


@pytest.mark.parametrize(
    ("as_of", "score"),
    [("2026-05-08", 100), ("2026-05-09", 75), ("2026-05-31", 75), ("2026-06-01", 50), ("2026-07-30", 50),
     ("2026-07-31", 25), ("2026-10-28", 25), ("2026-10-29", 0), ("2030-01-01", 0)],
)  # fmt: skip
def test_the_recency_score_falls_in_the_steps_of_the_classic_preset(shop, as_of, score):
    anna = shop.customer()
    shop.order(anna, "2026-05-01 00:00Z", revenue=10)

    refresh(shop, as_of)

    assert stored(shop, anna)["recency_score"] == score


def test_who_loses_all_orders_to_another_golden_record_loses_the_scores(shop):
    anna, twin = shop.customer(), shop.customer()
    shop.order(twin, "2026-05-30 09:00Z", revenue=10)
    refresh(shop)
    shop.link(twin.raw_profile_id, anna)

    refresh(shop)

    assert stored(shop, anna)["rfm_segment"] == "New Customers"
    assert (stored(shop, twin)["rfm_segment"], stored(shop, twin)["recency_score"]) == (None, None)
    assert [(message["from"], message["to"]) for message in told(shop)[1:]].count(("New Customers", None)) == 1


def test_who_never_bought_has_no_scores(shop):
    visitor, anna = shop.customer(), shop.customer()
    shop.order(anna, "2026-05-30 09:00Z", revenue=10)

    refresh(shop)

    assert stored(shop, visitor) is None


def test_the_cut_points_are_stored_with_what_was_left_out(shop):
    anna = shop.customer()
    shop.order(anna, "2026-05-30 09:00Z", revenue=10)
    shop.order(anna, "2026-05-30 09:00Z", revenue="ten")
    shop.order(anna, "2026-05-30 09:00Z", revenue=1, currency="EUR")
    shop.order(anna, "2027-05-30 09:00Z", revenue=10)
    shop.refund(anna, "2026-05-31 09:00Z", order_id="A9", revenue=10)

    refresh(shop)

    (model,) = shop.session.records("SELECT * FROM c360.score_models WHERE tenant = 'acme'")
    assert (model["status"], model["profile_count"]) == ("computed", 1)
    assert model["parameters"]["cut_points"] == {
        "recency": [3, 3, 3, 3],
        "frequency": [4, 4, 4, 4],
        "monetary": [11, 11, 11, 11],
    }
    assert model["warnings"] == {
        "unpriced_orders": 1,
        "other_currency_orders": 1,
        "unmatched_refunds": 1,
        "unreadable_amounts": 1,
        "future_orders": 1,
    }
    assert stored(shop, anna)["purchase_warnings"] == model["warnings"]


def test_a_tenant_without_orders_is_refreshed_to_nothing(shop):
    answer = refresh(shop)

    assert (answer["profiles"], answer["changed"]) == (0, 0)
    assert shop.session.value("SELECT status FROM c360.score_models WHERE tenant = 'acme'") == "empty"


def test_a_dropped_score_column_does_not_stop_the_others(shop):
    anna = shop.customer()
    shop.order(anna, "2026-05-30 09:00Z", revenue=10)
    shop.session.execute("ALTER TABLE cdp_profile_metrics DROP COLUMN rfm_segment CASCADE")

    answer = refresh(shop)

    assert (answer["changed"], answer["segments_changed"]) == (1, 0)
    assert stored(shop, anna)["recency_score"] == 100


def test_two_refreshes_at_once_tell_a_change_once(connect, in_background, wait_until_blocked):
    first, second = Shop(connect()), Shop(connect())
    anna = first.customer()
    first.order(anna, "2026-05-30 09:00Z", revenue=10)
    first.session.commit()
    refresh(first)

    waiting = in_background(refresh, second)
    wait_until_blocked(second.session)
    first.session.commit()

    assert waiting.result()["segments_changed"] == 0


def test_a_golden_record_somebody_is_working_on_is_left_to_the_next_refresh(connect):
    scorer, resolver = Shop(connect()), Shop(connect())
    anna, ben = scorer.customer(), scorer.customer()
    scorer.order(anna, "2026-05-30 09:00Z", revenue=10)
    scorer.order(ben, "2026-05-30 09:00Z", revenue=10)
    for customer in (anna, ben):
        scorer.session.execute("INSERT INTO cdp_profile_metrics (master_profile_id) VALUES (%s)", customer.profile_id)
    scorer.session.commit()
    resolver.session.execute("SELECT FROM cdp_profile_metrics WHERE master_profile_id = %s FOR UPDATE", anna.profile_id)

    first = refresh(scorer)
    scorer.session.commit()
    resolver.session.commit()
    second = refresh(scorer)

    assert (first["changed"], first["postponed"], first["segments_changed"]) == (1, 1, 1)
    assert (second["changed"], second["postponed"], second["segments_changed"]) == (1, 0, 1)
