-- The probability that log-odds stand for. Pure.

CREATE OR REPLACE FUNCTION c360._probability_of(p_log_odds numeric)
    RETURNS double precision
    LANGUAGE sql
    IMMUTABLE STRICT
    PARALLEL SAFE
AS $$
    SELECT 1 / (1 + exp(-greatest(least(p_log_odds::double precision, 700), -700)));
$$;

COMMENT ON FUNCTION c360._probability_of(numeric) IS
    'Probability of log-odds.';
