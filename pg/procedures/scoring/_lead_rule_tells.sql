-- The attribute or metric whose value a rule of leads tells; of a rule about events the attribute that says how often somebody did what. Pure.

CREATE OR REPLACE FUNCTION c360._lead_rule_tells(p_rule jsonb)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(p_rule ->> 'attribute', p_rule ->> 'metric', 'event_summary');
$$;

COMMENT ON FUNCTION c360._lead_rule_tells(jsonb) IS
    'The attribute or metric whose value a rule of leads tells.';
