-- How many purchases a customer is expected to make within p_horizon. Arguments as probability_alive(); of somebody who is about to buy for the
-- first time x, recency and age are 0. Pure.

CREATE OR REPLACE FUNCTION c360.expected_purchases(
    p_fit      c360.purchase_fit,
    p_x        integer,
    p_recency  double precision,
    p_age      double precision,
    p_horizon  double precision
)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c360.probability_alive(p_fit, p_x, p_recency, p_age) * c360._purchases_if_alive(p_fit, p_x, p_age, p_horizon);
$$;

COMMENT ON FUNCTION c360.expected_purchases(c360.purchase_fit, integer, double precision, double precision, double precision) IS
    'Expected purchases of a customer within a time.';
