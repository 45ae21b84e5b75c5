-- Fits models of purchases and spend to what golden records bought until p_as_of, in weeks and the default currency of the tenant. Too few
-- customers are no error: status not_enough, and missing says what there is and what is needed. Spend that goes with how often somebody buys
-- is not fitted either (correlated). Trusts the search_path and its arguments. Raises nothing.

CREATE OR REPLACE FUNCTION c360._fit_clv(
    p_tenant text,
    p_model  text,
    p_as_of  timestamptz,
    p_prior  double precision
)
    RETURNS c360.clv_fit
    LANGUAGE plpgsql
    STABLE
    -- For the groups of a million customers.
    SET work_mem = '128MB'
AS $$
DECLARE
    c_customers    CONSTANT integer := 50;
    c_repeaters    CONSTANT integer := 10;
    c_spenders     CONSTANT integer := 10;
    c_correlation  CONSTANT double precision := 0.5;
    v_given        record;
    v_fit          c360.clv_fit;
BEGIN
    WITH history AS MATERIALIZED (
        SELECT
            own.purchase_days - 1 AS x,
            (own.last_day - own.first_day) / 7.0::double precision AS recency,
            ((p_as_of AT TIME ZONE tenant.time_zone)::date - own.first_day) / 7.0::double precision AS age,
            own.priced_repeats,
            (own.repeat_value / nullif(own.priced_repeats, 0))::double precision AS mean,
            own.unpriced_orders,
            own.other_currency_orders,
            own.recount_on
        FROM c360._purchase_histories(p_tenant, NULL, p_as_of) AS own
        JOIN c360.tenants AS tenant ON tenant.tenant = p_tenant
    ),
    bought AS (
        SELECT history.x, history.recency, history.age, count(*)::double precision AS n
        FROM history
        GROUP BY history.x, history.recency, history.age
    ),
    spent AS (
        SELECT history.priced_repeats AS x, history.mean, count(*)::double precision AS n
        FROM history
        GROUP BY history.priced_repeats, history.mean
    )
    SELECT
        whole.*,
        purchases.*,
        spend.*
    INTO v_given
    FROM (
        SELECT
            count(*) FILTER (WHERE history.age > 0) AS customers,
            count(*) FILTER (WHERE history.age = 0) AS newcomers,
            count(*) FILTER (WHERE history.x > 0) AS repeaters,
            count(*) FILTER (WHERE history.priced_repeats > 0 AND history.mean > 0) AS spenders,
            count(*) FILTER (WHERE history.priced_repeats = 0 OR history.mean <= 0) AS silent,
            jsonb_strip_nulls(jsonb_build_object(
                'unpriced_orders', nullif(sum(history.unpriced_orders), 0),
                'other_currency_orders', nullif(sum(history.other_currency_orders), 0),
                'customers_with_future_orders', nullif(count(history.recount_on), 0),
                'customers_of_the_last_day', nullif(count(*) FILTER (WHERE history.age = 0), 0)
            )) AS warnings
        FROM history
    ) AS whole
    CROSS JOIN (
        SELECT
            array_agg(bought.x) AS x,
            array_agg(bought.recency) AS recency,
            array_agg(bought.age) AS age,
            array_agg(bought.n) AS n
        FROM bought
    ) AS purchases
    CROSS JOIN (
        SELECT
            array_agg(spent.x) AS priced,
            array_agg(spent.mean) AS mean,
            array_agg(spent.n) AS spent_n
        FROM spent
    ) AS spend;

    v_fit.warnings := v_given.warnings;
    SELECT coalesce(jsonb_agg(jsonb_build_object('what', needed.what, 'have', needed.have, 'needed', needed.least) ORDER BY needed.place), '[]')
    INTO v_fit.missing
    FROM (
        VALUES
            (1, 'customers who bought before the last day', v_given.customers, c_customers),
            (2, 'customers who bought again', v_given.repeaters, c_repeaters),
            (3, 'customers who bought again for a known value', v_given.spenders, c_spenders)
    ) AS needed (place, what, have, least)
    WHERE needed.have < needed.least;

    v_fit.spend_status := 'not_enough';
    v_fit.spend.customers := v_given.spenders;
    v_fit.spend.excluded := v_given.silent;
    IF v_given.customers < c_customers OR v_given.repeaters < c_repeaters THEN
        v_fit.purchases.model := p_model;
        v_fit.purchases.status := 'not_enough';
        v_fit.purchases.customers := v_given.customers;
        v_fit.purchases.excluded := v_given.newcomers;
        RETURN v_fit;
    END IF;

    v_fit.purchases := c360.fit_purchases(p_model, v_given.x, v_given.recency, v_given.age, v_given.n, p_prior);
    IF v_given.spenders >= c_spenders THEN
        v_fit.spend := c360.fit_spend(v_given.priced, v_given.mean, v_given.spent_n, p_prior);
        v_fit.spend_status := CASE
            WHEN abs((v_fit.spend).correlation) > c_correlation THEN 'correlated'
            ELSE (v_fit.spend).status
        END;
    END IF;
    RETURN v_fit;
END;
$$;

COMMENT ON FUNCTION c360._fit_clv(text, text, timestamptz, double precision) IS
    'Fits models of purchases and spend to the customers of a tenant.';
