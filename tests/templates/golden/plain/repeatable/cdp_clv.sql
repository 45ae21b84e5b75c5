CREATE OR REPLACE VIEW tenant_plain.cdp_clv_fit AS
SELECT
    active.fit_id,
    active.model,
    ROW(
        active.model, active.status, active.r, active.alpha, active.a, active.b,
        active.standard_errors, active.log_likelihood, active.customers, active.excluded, 0
    )::c360.purchase_fit AS purchases,
    CASE
        WHEN active.spend_status IN ('converged', 'boundary') THEN ROW(
            active.spend_status, active.p, active.q, active.v,
            active.spend_standard_errors, active.spend_log_likelihood, active.spend_customers, active.spend_excluded, active.correlation, 0
        )::c360.spend_fit
    END AS spend,
    active.months,
    active.discount,
    active.margin,
    active.validation IS NOT NULL AS is_validated,
    (now() AT TIME ZONE active.time_zone)::date AS today
FROM tenant_plain.cdp_model_fits AS active
WHERE active.score = 'clv'
  AND active.is_active;

COMMENT ON VIEW tenant_plain.cdp_clv_fit IS
    'The fit that cdp_clv speaks by, its models as arguments of c360.expected_purchases() and the like; no row while none could be fitted.';
COMMENT ON COLUMN tenant_plain.cdp_clv_fit.spend IS 'NULL where nothing can be said of it.';

CREATE OR REPLACE VIEW tenant_plain.cdp_clv AS
SELECT
    history.master_profile_id,
    history.purchase_days,
    history.first_day,
    history.last_day,
    known.age_days,
    known.mean_value,
    said.probability_alive,
    c360.probability_no_purchase(
        fit.purchases, history.purchase_days - 1, known.recency, known.age_days / 7.0::double precision, 90 / 7.0::double precision
    ) AS probability_no_purchase,
    said.probability_alive * if_alive.purchases AS expected_purchases,
    said.expected_value,
    fit.margin * said.probability_alive * if_alive.discounted * said.expected_value AS clv,
    fit.months,
    fit.model,
    fit.fit_id,
    fit.is_validated
FROM tenant_plain.cdp_purchase_histories AS history
CROSS JOIN tenant_plain.cdp_clv_fit AS fit
CROSS JOIN LATERAL (
    SELECT
        greatest(fit.today - history.first_day, 0) AS age_days,
        (history.last_day - history.first_day) / 7.0::double precision AS recency,
        (history.repeat_value / nullif(history.priced_repeats, 0))::double precision AS mean_value
) AS known
CROSS JOIN LATERAL (
    SELECT
        c360.probability_alive(fit.purchases, history.purchase_days - 1, known.recency, known.age_days / 7.0::double precision) AS probability_alive,
        c360.expected_value(fit.spend, history.priced_repeats, known.mean_value) AS expected_value
) AS said
-- Few customers differ in what this depends on. The planner remembers it for those that do not, as long as nothing but the history stands here.
CROSS JOIN LATERAL (
    SELECT
        c360.discounted_purchases_if_alive(
            (SELECT one.purchases FROM tenant_plain.cdp_clv_fit AS one),
            history.purchase_days - 1,
            greatest((SELECT one.today FROM tenant_plain.cdp_clv_fit AS one) - history.first_day, 0) / 7.0::double precision,
            365.25 / 12 / 7 * (SELECT one.months FROM tenant_plain.cdp_clv_fit AS one),
            1,
            0
        ) AS purchases,
        c360.discounted_purchases_if_alive(
            (SELECT one.purchases FROM tenant_plain.cdp_clv_fit AS one),
            history.purchase_days - 1,
            greatest((SELECT one.today FROM tenant_plain.cdp_clv_fit AS one) - history.first_day, 0) / 7.0::double precision,
            365.25 / 12 / 7,
            (SELECT one.months FROM tenant_plain.cdp_clv_fit AS one),
            (SELECT one.discount FROM tenant_plain.cdp_clv_fit AS one)
        ) AS discounted
    OFFSET 0
) AS if_alive;

COMMENT ON VIEW tenant_plain.cdp_clv IS
    'What each customer is expected to bring, as of now, by the active fit of cdp_model_fits; no rows while none could be fitted.';
COMMENT ON COLUMN tenant_plain.cdp_clv.purchase_days IS 'Days with an order: orders of one day are one purchase.';
COMMENT ON COLUMN tenant_plain.cdp_clv.age_days IS 'Days since the first order.';
COMMENT ON COLUMN tenant_plain.cdp_clv.mean_value IS 'Of a day with an order after the first, refunds taken off, in the default currency of the tenant.';
COMMENT ON COLUMN tenant_plain.cdp_clv.probability_alive IS 'How likely they still are a customer; by bg_nbd 1 for everybody who bought once.';
COMMENT ON COLUMN tenant_plain.cdp_clv.probability_no_purchase IS 'How likely they buy nothing in the next 90 days.';
COMMENT ON COLUMN tenant_plain.cdp_clv.expected_purchases IS 'How many purchases the next months bring, on average over customers like them.';
COMMENT ON COLUMN tenant_plain.cdp_clv.expected_value IS 'What a purchase of theirs is expected to be worth; NULL where the fit has no model of spend.';
COMMENT ON COLUMN tenant_plain.cdp_clv.clv IS 'What these purchases are worth today: discounted by month, times the margin of the fit.';
COMMENT ON COLUMN tenant_plain.cdp_clv.months IS 'How far expected_purchases and clv look ahead.';
COMMENT ON COLUMN tenant_plain.cdp_clv.is_validated IS 'The fit has been judged by time it did not know.';
