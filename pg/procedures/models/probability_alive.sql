-- The probability that a customer still buys, by a model of purchases: p_x repeat purchases, the last one p_recency after the first, p_age after
-- which they are looked at, in the unit of the fit. BG/NBD takes everybody who bought once for alive. NULL for what is NULL. Pure.

CREATE OR REPLACE FUNCTION c360.probability_alive(
    p_fit      c360.purchase_fit,
    p_x        integer,
    p_recency  double precision,
    p_age      double precision
)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_x = 0 AND p_fit.model = 'bg_nbd' THEN 1
        ELSE 1 / (1 + exp(greatest(least(
            ln(p_fit.a) - ln(p_fit.b + p_x - CASE p_fit.model WHEN 'bg_nbd' THEN 1 ELSE 0 END)
            + (p_fit.r + p_x) * (ln(p_fit.alpha + p_age) - ln(p_fit.alpha + p_recency)),
            700), -700)))
    END;
$$;

COMMENT ON FUNCTION c360.probability_alive(c360.purchase_fit, integer, double precision, double precision) IS
    'Probability that a customer still buys.';
