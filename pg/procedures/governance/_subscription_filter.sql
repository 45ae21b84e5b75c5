-- The whole condition of a webhook: that of its own, and who is in its segment. NULL without either. As the control plane compiles it. Pure.

CREATE OR REPLACE FUNCTION c360._subscription_filter(p_segment text, p_condition text)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_segment IS NULL THEN p_condition
        ELSE format('in_segment(%L)', p_segment) || coalesce(' AND (' || p_condition || ')', '')
    END;
$$;

COMMENT ON FUNCTION c360._subscription_filter(text, text) IS
    'The condition of a webhook and its segment as one expression.';
