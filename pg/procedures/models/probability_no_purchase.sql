-- The probability that a customer buys nothing within p_horizon: because they are gone, or by chance. The figure to show as churn: unlike
-- 1 - probability_alive() it says something about those who bought once. Arguments as probability_alive(). Pure.

CREATE OR REPLACE FUNCTION c360.probability_no_purchase(
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
AS $$
    SELECT 1 - c360.probability_alive(p_fit, p_x, p_recency, p_age) * (1 - exp(greatest(
        (p_fit.r + p_x) * (ln(p_fit.alpha + p_age) - ln(p_fit.alpha + p_age + p_horizon)), -700)));
$$;

COMMENT ON FUNCTION c360.probability_no_purchase(c360.purchase_fit, integer, double precision, double precision, double precision) IS
    'Probability that a customer buys nothing within a time.';
