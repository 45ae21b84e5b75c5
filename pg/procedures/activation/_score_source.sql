-- What a score that rules wait for is a column of: cdp_<source>, _<source>_of(ids). NULL for what is none. Pure.

CREATE OR REPLACE FUNCTION c360._score_source(p_score text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_score IN (
            'clv', 'expected_purchases', 'expected_value', 'mean_value', 'probability_alive', 'probability_no_purchase', 'purchase_days'
        ) THEN 'clv'
        WHEN p_score IN ('engagement', 'frequency_30d', 'frequency_90d') THEN 'engagement'
        WHEN p_score IN ('inactivity', 'idle_days') THEN 'inactivity'
        WHEN p_score = 'lead' THEN 'lead'
    END;
$$;

COMMENT ON FUNCTION c360._score_source(text) IS
    'Which view and function of a tenant have a score.';
