"""Lifetime value of a tenant's customers: the published figures, what a fit says of itself, and who is told nothing."""

from datetime import date, timedelta

import psycopg
import pytest

from support.histories import play_cdnow, repeaters
from support.session import Session
from support.shop import Report, Shop

CDNOW_CALIBRATED = "1997-09-30 12:00Z"
CDNOW_END = "1998-06-30 12:00Z"

# Month by month, from the functions that the published predictions are tested with.
CLV_BY_HAND = """
    WITH fit AS (
        SELECT
            ROW(f.model, f.status, f.r, f.alpha, f.a, f.b, NULL, 0, 0, 0, 0)::c360.purchase_fit AS of,
            ROW(f.spend_status, f.p, f.q, f.v, NULL, NULL, NULL, NULL, NULL, 0)::c360.spend_fit AS spend
        FROM cdp_model_fits AS f
        WHERE f.fit_id = %s
    )
    SELECT
        clv.master_profile_id,
        0.3 * c360.expected_value(fit.spend, history.priced_repeats, clv.mean_value)
            * sum((until.later - until.earlier) / 1.01 ^ month.number) AS clv
    FROM fit
    CROSS JOIN cdp_clv AS clv
    JOIN cdp_purchase_histories AS history USING (master_profile_id)
    CROSS JOIN generate_series(1, 12) AS month (number)
    CROSS JOIN LATERAL (
        SELECT
            max(bought.purchases) AS later,
            CASE WHEN month.number > 1 THEN min(bought.purchases) ELSE 0 END AS earlier
        FROM (VALUES (month.number), (month.number - 1)) AS step (months)
        CROSS JOIN LATERAL c360.expected_purchases(
            fit.of,
            history.purchase_days - 1,
            (history.last_day - history.first_day) / 7.0,
            clv.age_days / 7.0,
            nullif(step.months, 0) * 365.25 / 12 / 7
        ) AS bought (purchases)
    ) AS until
    WHERE history.purchase_days > 8
    GROUP BY clv.master_profile_id, fit.spend, history.priced_repeats, clv.mean_value
"""


@pytest.fixture
def shop(db):
    return Shop(db)


@pytest.fixture(scope="module")
def cdnow(module_database):
    """The 2,357 customers of CDNOW as a shop of tenant acme."""
    with psycopg.connect(module_database.dsn) as connection:
        shop = Shop(Session(connection))
        play_cdnow(shop)
        connection.commit()
        yield shop
        connection.rollback()


def fit(shop, **arguments):
    answer = shop.session.call("c360.fit_clv", "acme", **arguments)
    shop.enter()
    return answer


def test_the_published_parameters_come_out_of_orders_as_events(cdnow):
    said = fit(cdnow, p_model="bg_nbd", p_as_of=CDNOW_CALIBRATED)

    assert said["status"] == "converged"
    assert [said[name] for name in ("r", "alpha", "a", "b")] == pytest.approx(
        [0.2425945, 4.4136, 0.79292, 2.4259], rel=1e-4
    )
    assert said["log_likelihood"] == pytest.approx(-9582.429, abs=1e-3)
    assert said["spend_status"] == "converged"
    assert [said[name] for name in ("p", "q", "v")] == pytest.approx([6.25, 3.74, 15.44], rel=2e-3)
    assert (said["customers"], said["spend_customers"], said["unit"]) == (2357, 946, "week")


def test_the_published_hold_out_comes_out_as_the_validation(cdnow):
    said = fit(cdnow, p_model="bg_nbd", p_as_of=CDNOW_END)

    validation = said["validation"]
    assert (validation["calibrated_until"], validation["until"]) == ("1997-09-30", "1998-06-30")
    assert (validation["customers"], validation["actual"]) == (2357, 1882)
    assert validation["expected"] == pytest.approx(1653, abs=0.5)
    assert [part["x"] for part in validation["by_frequency"]] == list(range(8))
    assert [part["expected"] for part in validation["by_frequency"]] == pytest.approx(
        [0.2251, 0.5231, 1.0441, 1.5203, 2.1639, 2.6538, 3.5040, 6.1572], abs=2e-4
    )
    assert sum(part["customers"] for part in validation["by_decile"]) == 2357
    assert validation["auc"] == pytest.approx(0.757, abs=0.005)
    assert validation["mae"] < validation["mae_of_none"]


def test_the_view_shows_what_the_active_fit_says(cdnow):
    said = fit(cdnow, p_as_of=CDNOW_END, p_months=12, p_discount=0.01, p_margin=0.3)

    rows = cdnow.session.records("SELECT * FROM cdp_clv")
    by_hand = cdnow.session.records(CLV_BY_HAND, said["fit_id"])

    assert len(rows) == 2357
    assert {row["is_validated"] for row in rows} == {True}
    shown = {row["master_profile_id"]: row["clv"] for row in rows}
    assert len(by_hand) > 50
    assert [shown[row["master_profile_id"]] for row in by_hand] == pytest.approx(
        [row["clv"] for row in by_hand], rel=1e-9
    )
    assert all(0 <= row["probability_alive"] <= 1 and 0 <= row["probability_no_purchase"] <= 1 for row in rows)
    assert all(row["clv"] >= 0 and row["expected_purchases"] >= 0 for row in rows)


def test_one_customer_is_found_by_index(cdnow):
    fit(cdnow, p_as_of=CDNOW_END)

    plan = "\n".join(
        cdnow.session.column(
            "EXPLAIN SELECT clv FROM cdp_clv WHERE master_profile_id = '0193e0c0-0000-7000-8000-000000000000'"
        )
    )

    assert "Index Scan using cdp_purchase_histories_pkey" in plan


def test_alike_customers_are_worked_out_once(cdnow):
    fit(cdnow, p_as_of=CDNOW_END)
    cdnow.session.execute("ANALYZE cdp_purchase_histories")

    plan = "\n".join(cdnow.session.column("EXPLAIN SELECT sum(clv) FROM cdp_clv"))

    assert "Memoize" in plan
    assert "Cache Key: history.purchase_days, history.first_day" in plan


def test_an_earlier_fit_stays_and_a_useless_one_is_not_used(cdnow):
    first = fit(cdnow, p_model="bg_nbd", p_as_of=CDNOW_CALIBRATED)
    second = fit(cdnow, p_as_of=CDNOW_CALIBRATED)

    useless = fit(cdnow, p_as_of="1996-12-30 12:00Z")

    active = {
        row["fit_id"]: row["is_active"]
        for row in cdnow.session.records("SELECT fit_id, is_active FROM cdp_model_fits ORDER BY fit_id")
    }
    assert useless["status"] == "not_enough"
    assert (active[first["fit_id"]], active[second["fit_id"]], active[useless["fit_id"]]) == (False, True, False)


def test_too_few_customers_are_told_what_is_missing_and_given_no_number(shop):
    repeaters(shop, 3)
    repeaters(shop, 4, days=(0,))

    said = fit(shop, p_as_of="2026-06-01 12:00Z")

    assert (said["status"], said["spend_status"], said["is_active"]) == ("not_enough", "not_enough", False)
    assert said["missing"] == [
        {"what": "customers who bought before the last day", "have": 7, "needed": 50},
        {"what": "customers who bought again", "have": 3, "needed": 10},
        {"what": "customers who bought again for a known value", "have": 3, "needed": 10},
    ]
    assert said["r"] is None
    assert said["validation"] is None
    assert shop.session.value("SELECT count(*) FROM cdp_clv") == 0


def test_a_tenant_without_any_order_is_told_so_too(shop):
    said = fit(shop)

    assert said["status"] == "not_enough"
    assert [part["have"] for part in said["missing"]] == [0, 0, 0]
    assert shop.session.call("c360.validate_clv", "acme") is None


def test_orders_without_an_amount_count_for_purchases_and_not_for_value(shop):
    repeaters(shop, 30)
    repeaters(shop, 30, revenue="a lot")

    said = fit(shop, p_as_of="2026-06-01 12:00Z")

    assert (said["customers"], said["spend_customers"], said["spend_excluded"]) == (60, 30, 30)
    assert said["warnings"]["unpriced_orders"] == 90


def test_who_spends_more_the_more_they_buy_gets_no_value(shop):
    reports = []
    for number in range(60):
        customer = shop.customer()
        for repeat in range(2 + number % 10):
            day = date(2026, 1, 1) + timedelta(days=number % 7 + repeat * 9)
            reports.append(Report(customer, f"{day} 12:00Z", {"revenue": 10 * (1 + number % 10)}))
    shop.send(reports)
    shop.session.call("c360._refresh_purchase_histories", "acme", None)

    said = fit(shop, p_as_of="2026-06-01 12:00Z")

    assert said["correlation"] > 0.9
    assert (said["status"] in ("converged", "boundary"), said["spend_status"]) == (True, "correlated")
    values = shop.session.records("SELECT expected_purchases, expected_value, clv FROM cdp_clv")
    assert {(row["expected_value"], row["clv"]) for row in values} == {(None, None)}
    assert all(row["expected_purchases"] >= 0 for row in values)


def test_customers_who_are_all_alike_are_at_a_boundary_and_a_prior_brings_them_in(shop):
    repeaters(shop, 60)

    alike = fit(shop, p_as_of="2026-06-01 12:00Z")
    with_prior = fit(shop, p_as_of="2026-06-01 12:00Z", p_prior=1.0)

    assert (alike["status"], alike["standard_errors"], alike["is_active"]) == ("boundary", None, True)
    assert with_prior["status"] == "converged"


def history_of(shop, customer):
    shop.session.call("c360._refresh_purchase_histories", "acme", [customer.profile_id])
    rows = shop.session.records(
        "SELECT * FROM cdp_purchase_histories WHERE master_profile_id = %s", customer.profile_id
    )
    return rows[0] if rows else None


def test_a_history_is_days_with_their_value_refunds_taken_off(shop):
    customer = shop.customer()
    shop.order(customer, "2026-01-01 09:00Z", order_id="A", revenue=10)
    shop.order(customer, "2026-01-11 09:00Z", order_id="B", revenue=20)
    shop.order(customer, "2026-01-11 17:00Z", order_id="C", revenue=5)
    shop.order(customer, "2026-01-21 17:00Z", order_id="D", revenue=40, currency="EUR")
    shop.refund(customer, "2026-02-01 09:00Z", order_id="B", refund_amount=8)
    shop.refund(customer, "2026-02-01 09:00Z", order_id="unknown", refund_amount=8)

    history = history_of(shop, customer)

    assert (str(history["first_day"]), str(history["last_day"])) == ("2026-01-01", "2026-01-21")
    assert (history["purchase_days"], history["priced_repeats"], history["repeat_value"]) == (3, 1, 17)


def test_an_order_of_the_future_counts_when_its_day_has_come(shop):
    customer = shop.customer()
    other = shop.customer()
    shop.order(customer, "2026-01-01 09:00Z", revenue=10)
    tomorrow = shop.session.value("SELECT ((now() + interval '1 day') AT TIME ZONE 'UTC')::date")
    shop.order(customer, f"{tomorrow} 23:59Z", revenue=30)

    before = history_of(shop, customer)
    shop.session.execute("UPDATE cdp_purchase_histories SET recount_on = recount_on - 1, purchase_days = 9")
    shop.session.call("c360._refresh_purchase_histories", "acme", [other.profile_id])

    assert (before["purchase_days"], before["recount_on"]) == (1, tomorrow)
    assert shop.session.value("SELECT purchase_days FROM cdp_purchase_histories") == 1


def test_a_history_goes_with_the_orders(shop):
    customer, other = shop.customer(), shop.customer()
    shop.order(customer, "2026-01-01 09:00Z", revenue=10)
    shop.order(other, "2026-01-05 09:00Z", revenue=10)
    assert history_of(shop, customer)["purchase_days"] == 1

    shop.link(other.raw_profile_id, customer)
    shop.session.call("c360._refresh_purchase_histories", "acme", [customer.profile_id, other.profile_id])

    assert shop.session.records("SELECT master_profile_id, purchase_days FROM cdp_purchase_histories") == [
        {"master_profile_id": customer.profile_id, "purchase_days": 2}
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"p_model": "prophet"},
        {"p_months": 0},
        {"p_discount": -0.1},
        {"p_discount": float("nan")},
        {"p_margin": 0},
        {"p_holdout_days": 0},
        {"p_prior": -1},
        {"p_model": None},
    ],
)
def test_arguments_that_cannot_be_are_refused_with_a_hint(shop, wrong):
    with pytest.raises(psycopg.DatabaseError) as refused:
        fit(shop, **wrong)

    assert refused.value.sqlstate == "U3430"
    assert refused.value.diag.message_hint
