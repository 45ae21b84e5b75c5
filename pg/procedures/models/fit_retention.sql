-- Fits the shifted beta-geometric model to customers with a contract by maximum likelihood: p_periods is, for those who left (p_is_lost), the period at
-- the end of which they did (1 is the first), for the others how often they have renewed; p_count how many such customers (default one each).
-- p_prior and status as fit_purchases(). Customers who have not yet had to decide say nothing and are left out and counted.
-- Raises: 22023 for values that cannot be, and when nobody renewed or nobody left.

CREATE OR REPLACE FUNCTION c360.fit_retention(
    p_periods  integer[],
    p_is_lost  boolean[],
    p_count    double precision[] DEFAULT NULL,
    p_prior    double precision DEFAULT 0
)
    RETURNS c360.retention_fit
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_bad     bigint;
    v_renewed double precision[];
    v_lost    double precision[];
    v_found   c360.maximum;
    v_fit     c360.retention_fit;
BEGIN
    SELECT
        count(*) FILTER (WHERE NOT given.is_fine),
        coalesce(sum(given.n) FILTER (WHERE given.periods > 0), 0),
        coalesce(sum(given.n) FILTER (WHERE given.periods = 0), 0)
    INTO
        v_bad,
        v_fit.customers,
        v_fit.excluded
    FROM (
        SELECT
            customer.periods,
            coalesce(customer.n, 1) AS n,
            coalesce(
                customer.periods BETWEEN customer.is_lost::integer AND 100000
                AND coalesce(customer.n, 1) >= 0 AND coalesce(customer.n, 1) < 'Infinity',
                false
            ) AS is_fine
        FROM unnest(p_periods, p_is_lost, p_count) AS customer (periods, is_lost, n)
    ) AS given;
    IF v_bad > 0 THEN
        RAISE EXCEPTION '% customers cannot be', v_bad
            USING ERRCODE = '22023',
                  HINT = 'Periods are whole, 0 to 100000, and 1 at least for those who left; whether they left is true or false.';
    END IF;

    SELECT
        array_agg(period.asked - period.lost ORDER BY period.number),
        array_agg(period.lost ORDER BY period.number)
    INTO
        v_renewed,
        v_lost
    FROM (
        SELECT
            number.k AS number,
            coalesce(ended.lost, 0) AS lost,
            sum(coalesce(ended.n, 0)) OVER (ORDER BY number.k DESC) AS asked
        FROM generate_series(1, (SELECT max(listed.periods) FROM unnest(p_periods) AS listed (periods))) AS number (k)
        LEFT JOIN (
            SELECT
                customer.periods,
                sum(coalesce(customer.n, 1)) AS n,
                coalesce(sum(coalesce(customer.n, 1)) FILTER (WHERE customer.is_lost), 0) AS lost
            FROM unnest(p_periods, p_is_lost, p_count) AS customer (periods, is_lost, n)
            GROUP BY customer.periods
        ) AS ended ON ended.periods = number.k
    ) AS period;
    IF NOT coalesce((SELECT sum(lost) > 0 FROM unnest(v_lost) AS lost) AND (SELECT sum(renewed) > 0 FROM unnest(v_renewed) AS renewed), false) THEN
        RAISE EXCEPTION 'nobody left, or nobody renewed'
            USING ERRCODE = '22023',
                  HINT = 'A model of retention needs customers of both kinds.';
    END IF;

    v_found := c360._maximum('sbg', NULL, v_renewed, v_lost, NULL, NULL, ARRAY[0, 0]::double precision[], p_prior);
    v_fit.status := v_found.status;
    v_fit.alpha := v_found.parameters[1];
    v_fit.beta := v_found.parameters[2];
    v_fit.standard_errors := v_found.standard_errors;
    v_fit.log_likelihood := v_found.log_likelihood;
    v_fit.steps := v_found.steps;
    RETURN v_fit;
END;
$$;

COMMENT ON FUNCTION c360.fit_retention(integer[], boolean[], double precision[], double precision) IS
    'Fits a model of how long customers with a contract renew.';
