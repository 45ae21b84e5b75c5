-- Fits Gamma-Gamma, the model of what a purchase is worth, by maximum likelihood: p_x repeat purchases of each customer, p_mean their mean value,
-- p_count how many such customers. Who has no repeat purchase, or one of no positive value, is left out and counted. It holds where how
-- often somebody buys and how much they spend are unrelated: correlation says how much they are. status as fit_purchases().
-- Raises: 22023 for fewer than 10 customers, and for values that cannot be.

CREATE OR REPLACE FUNCTION c360.fit_spend(
    p_x      integer[],
    p_mean   double precision[],
    p_count  double precision[] DEFAULT NULL,
    p_prior  double precision DEFAULT 0
)
    RETURNS c360.spend_fit
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_least  CONSTANT integer := 10;
    v_bad    bigint;
    v_x      integer[];
    v_mean   double precision[];
    v_count  double precision[];
    v_found  c360.maximum;
    v_fit    c360.spend_fit;
BEGIN
    SELECT count(*)
    INTO v_bad
    FROM unnest(p_x, p_mean, p_count) AS customer (x, mean, n)
    WHERE NOT coalesce(
        customer.x >= 0 AND coalesce(abs(customer.mean) < 'Infinity', true) AND coalesce(customer.n >= 0 AND customer.n < 'Infinity', true),
        false
    );
    IF v_bad > 0 THEN
        RAISE EXCEPTION '% customers cannot be', v_bad
            USING ERRCODE = '22023',
                  HINT = 'Repeat purchases are whole and not negative, their mean value is a number or NULL.';
    END IF;

    SELECT
        array_agg(alike.x) FILTER (WHERE alike.counts),
        array_agg(alike.mean) FILTER (WHERE alike.counts),
        array_agg(alike.n) FILTER (WHERE alike.counts),
        coalesce(sum(alike.n) FILTER (WHERE alike.counts), 0),
        coalesce(sum(alike.n) FILTER (WHERE alike.counts IS NOT TRUE), 0)
    INTO
        v_x,
        v_mean,
        v_count,
        v_fit.customers,
        v_fit.excluded
    FROM (
        SELECT
            customer.x,
            customer.mean,
            sum(coalesce(customer.n, 1)) AS n,
            customer.x > 0 AND customer.mean > 0 AS counts
        FROM unnest(p_x, p_mean, p_count) AS customer (x, mean, n)
        GROUP BY
            customer.x,
            customer.mean
        -- Sums of doubles depend on their order: the same customers give the same fit.
        ORDER BY
            customer.x,
            customer.mean
    ) AS alike;
    IF v_fit.customers < c_least THEN
        RAISE EXCEPTION 'only % customers bought again for a positive value', v_fit.customers
            USING ERRCODE = '22023',
                  HINT = format('A model of spend needs %s.', c_least);
    END IF;

    SELECT
        (sum(customer.n) * sum(customer.n * customer.x * customer.mean) - sum(customer.n * customer.x) * sum(customer.n * customer.mean))
        / nullif(
            sqrt(greatest(sum(customer.n) * sum(customer.n * customer.x ^ 2) - sum(customer.n * customer.x) ^ 2, 0))
            * sqrt(greatest(sum(customer.n) * sum(customer.n * customer.mean ^ 2) - sum(customer.n * customer.mean) ^ 2, 0)),
            0
        )
    INTO v_fit.correlation
    FROM unnest(v_x, v_mean, v_count) AS customer (x, mean, n);

    v_found := c360._maximum(
        'gamma_gamma',
        v_x,
        v_mean,
        NULL,
        v_count,
        NULL,
        ARRAY[0, 1, ln((SELECT sum(customer.mean * customer.n) / sum(customer.n) FROM unnest(v_mean, v_count) AS customer (mean, n)))],
        p_prior
    );
    v_fit.status := v_found.status;
    v_fit.p := v_found.parameters[1];
    v_fit.q := v_found.parameters[2];
    v_fit.v := v_found.parameters[3];
    v_fit.standard_errors := v_found.standard_errors;
    v_fit.log_likelihood := v_found.log_likelihood;
    v_fit.steps := v_found.steps;
    RETURN v_fit;
END;
$$;

COMMENT ON FUNCTION c360.fit_spend(integer[], double precision[], double precision[], double precision) IS
    'Fits the Gamma-Gamma model of what a purchase is worth.';
