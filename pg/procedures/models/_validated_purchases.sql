-- How well a fit said what came after it. Customers as to fit_purchases(), with what each really bought within p_horizon after: p_actual
-- purchases, worth p_actual_value (NULL: unknown). p_priced repeat purchases have mean value p_mean. p_spend NULL: no value is judged.
-- Answers {customers, actual, expected, bias, mae, mae_of_none, rmse, auc, brier, by_frequency: [{x, customers, actual, expected}],
-- by_decile: [the same, best first], value: {actual, expected, bias}}. actual and expected of the whole are sums, those of parts are means. bias is
-- expected / actual - 1; mae_of_none is that of expecting nothing of anybody; auc is how often somebody who bought nothing was given a higher
-- probability of that than somebody who bought (NULL when all did or none), brier its mean square error. Equal expectations are in one decile. Pure.

CREATE OR REPLACE FUNCTION c360._validated_purchases(
    p_fit          c360.purchase_fit,
    p_spend        c360.spend_fit,
    p_x            integer[],
    p_recency      double precision[],
    p_age          double precision[],
    p_priced       integer[],
    p_mean         double precision[],
    p_actual       integer[],
    p_actual_value double precision[],
    p_horizon      double precision
)
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    WITH if_alive AS MATERIALIZED (
        SELECT
            alike.x,
            alike.age,
            c360._purchases_if_alive(p_fit, alike.x, alike.age, p_horizon) AS purchases
        FROM (SELECT DISTINCT known.x, known.age FROM unnest(p_x, p_age) AS known (x, age)) AS alike
    ),
    judged AS MATERIALIZED (
        SELECT
            customer.x,
            customer.actual,
            customer.actual_value,
            customer.actual = 0 AS is_none,
            expected.purchases AS expected,
            CASE WHEN customer.actual_value IS NOT NULL THEN expected.purchases * c360.expected_value(p_spend, customer.priced, customer.mean) END AS expected_value,
            c360.probability_no_purchase(p_fit, customer.x, customer.recency, customer.age, p_horizon) AS p_none
        FROM unnest(p_x, p_recency, p_age, p_priced, p_mean, p_actual, p_actual_value)
            AS customer (x, recency, age, priced, mean, actual, actual_value)
        JOIN if_alive ON if_alive.x = customer.x AND if_alive.age = customer.age
        CROSS JOIN LATERAL (
            SELECT c360.probability_alive(p_fit, customer.x, customer.recency, customer.age) * if_alive.purchases AS purchases
        ) AS expected
    ),
    ranked AS (
        SELECT
            judged.*,
            rank() OVER (ORDER BY judged.p_none) + (count(*) OVER (PARTITION BY judged.p_none) - 1) / 2.0 AS place,
            width_bucket(rank() OVER (ORDER BY judged.expected DESC) - 1, 0, count(*) OVER (), 10) AS decile
        FROM judged
    ),
    whole AS (
        SELECT
            count(*) AS customers,
            sum(ranked.actual) AS actual,
            sum(ranked.expected) AS expected,
            avg(abs(ranked.expected - ranked.actual)) AS mae,
            avg(ranked.actual) AS mae_of_none,
            sqrt(avg((ranked.expected - ranked.actual) ^ 2)) AS rmse,
            (sum(ranked.place) FILTER (WHERE ranked.is_none) - count(*) FILTER (WHERE ranked.is_none) * (count(*) FILTER (WHERE ranked.is_none) + 1) / 2.0)
                / nullif(count(*) FILTER (WHERE ranked.is_none) * count(*) FILTER (WHERE NOT ranked.is_none), 0) AS auc,
            avg((ranked.p_none - ranked.is_none::integer) ^ 2) AS brier,
            sum(ranked.actual_value) FILTER (WHERE ranked.expected_value IS NOT NULL) AS actual_value,
            sum(ranked.expected_value) AS expected_value
        FROM ranked
    )
    SELECT jsonb_build_object(
        'customers', whole.customers,
        'actual', whole.actual,
        'expected', whole.expected,
        'bias', whole.expected / nullif(whole.actual, 0) - 1,
        'mae', whole.mae,
        'mae_of_none', whole.mae_of_none,
        'rmse', whole.rmse,
        'auc', whole.auc,
        'brier', whole.brier,
        'by_frequency', (
            SELECT jsonb_agg(to_jsonb(part.*) ORDER BY part.x)
            FROM (
                SELECT
                    least(ranked.x, 7) AS x,
                    count(*) AS customers,
                    avg(ranked.actual) AS actual,
                    avg(ranked.expected) AS expected
                FROM ranked
                GROUP BY least(ranked.x, 7)
            ) AS part
        ),
        'by_decile', (
            SELECT jsonb_agg(to_jsonb(part.*) ORDER BY part.decile)
            FROM (
                SELECT
                    ranked.decile,
                    count(*) AS customers,
                    avg(ranked.actual) AS actual,
                    avg(ranked.expected) AS expected
                FROM ranked
                GROUP BY ranked.decile
            ) AS part
        ),
        'value', CASE
            WHEN whole.expected_value IS NOT NULL THEN jsonb_build_object(
                'actual', whole.actual_value,
                'expected', whole.expected_value,
                'bias', whole.expected_value / nullif(whole.actual_value, 0) - 1
            )
        END
    )
    FROM whole;
$$;

COMMENT ON FUNCTION c360._validated_purchases(c360.purchase_fit, c360.spend_fit, integer[], double precision[], double precision[], integer[], double precision[], integer[], double precision[], double precision) IS
    'How well a fit of purchases said what came after it.';
