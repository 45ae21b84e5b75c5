-- The probability that a customer who has renewed p_renewals times renews the next p_periods times as well. Rises with the renewals there are:
-- those who would have left have. NULL for what is NULL. Pure.

CREATE OR REPLACE FUNCTION c360.probability_retained(p_fit c360.retention_fit, p_renewals integer, p_periods integer)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT exp(greatest(coalesce(sum(-ln(1 + p_fit.alpha / (p_fit.beta + p_renewals + number.k))), 0), -700))
    FROM generate_series(0, p_periods - 1) AS number (k);
$$;

COMMENT ON FUNCTION c360.probability_retained(c360.retention_fit, integer, integer) IS
    'Probability that a customer with a contract renews so many times more.';
