-- How many of the next p_periods periods a customer who has renewed p_renewals times is expected to pay for, the k-th divided by (1 + p_discount)
-- to the k: times what a period brings it is what they are worth. NULL for what is NULL. Pure.

CREATE OR REPLACE FUNCTION c360.expected_periods(
    p_fit       c360.retention_fit,
    p_renewals  integer,
    p_periods   integer,
    p_discount  double precision DEFAULT 0
)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(sum(exp(greatest(ahead.log_retained - ahead.k * ln(1 + p_discount), -700))), 0)
    FROM (
        SELECT
            number.k,
            sum(-ln(1 + p_fit.alpha / (p_fit.beta + p_renewals + number.k - 1))) OVER (ORDER BY number.k) AS log_retained
        FROM generate_series(1, p_periods) AS number (k)
    ) AS ahead;
$$;

COMMENT ON FUNCTION c360.expected_periods(c360.retention_fit, integer, integer, double precision) IS
    'How many periods a customer with a contract is expected to pay for.';
