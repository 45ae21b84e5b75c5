-- The probability that a case with these numbers does what the fit foretells; NULL for what is NULL and for a fit without coefficients. Pure.

CREATE OR REPLACE FUNCTION c360.logistic_probability(p_fit c360.logistic_fit, p_row double precision[])
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN cardinality(p_row) + 1 = cardinality(p_fit.coefficients) AND array_position(p_row, NULL) IS NULL THEN (
            SELECT 1 / (1 + exp(-greatest(least(sum(listed.coefficient * coalesce(listed.value, 1)), 700), -700)))
            FROM unnest(p_fit.coefficients, 1::double precision || p_row) AS listed (coefficient, value)
        )
    END;
$$;

COMMENT ON FUNCTION c360.logistic_probability(c360.logistic_fit, double precision[]) IS
    'Probability by a logistic regression.';
