-- What a purchase of a customer is expected to be worth: p_x repeat purchases of mean value p_mean, which pull the mean of all towards
-- them. NULL where the model has no mean. Pure.

CREATE OR REPLACE FUNCTION c360.expected_value(p_fit c360.spend_fit, p_x integer, p_mean double precision)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_fit.p * known.x + p_fit.q > 1
            THEN p_fit.p * (p_fit.v + known.x * known.mean) / (p_fit.p * known.x + p_fit.q - 1)
    END
    FROM (
        SELECT
            CASE WHEN p_mean > 0 THEN p_x ELSE 0 END AS x,
            CASE WHEN p_x > 0 AND p_mean > 0 THEN p_mean ELSE 0 END AS mean
    ) AS known;
$$;

COMMENT ON FUNCTION c360.expected_value(c360.spend_fit, integer, double precision) IS
    'Expected value of a purchase of a customer.';
