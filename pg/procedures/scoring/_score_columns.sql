-- What a score that can be explained tells, as _masked_scores() names it; NULL for what is no such score. Pure.

CREATE OR REPLACE FUNCTION c360._score_columns(p_score text)
    RETURNS text[]
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
AS $$
    SELECT CASE p_score
        WHEN 'rfm_segment' THEN '{segment,rfm_score}'::text[]
        WHEN 'recency_score' THEN '{recency_score,recency_days}'
        WHEN 'frequency_score' THEN '{frequency_score,frequency}'
        WHEN 'monetary_score' THEN '{monetary_score,monetary}'
        WHEN 'clv' THEN '{clv,purchase_days,last_day,probability_alive,expected_value}'
        WHEN 'engagement' THEN '{engagement}'
        WHEN 'inactivity' THEN '{inactivity}'
        WHEN 'lead' THEN '{}'
        WHEN 'lead_probability' THEN '{probability}'
    END;
$$;

COMMENT ON FUNCTION c360._score_columns(text) IS
    'What a score that can be explained tells.';
