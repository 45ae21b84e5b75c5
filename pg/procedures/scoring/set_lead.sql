-- Sets the rules of the score of leads, whole: {rule: {points, and one condition}}. The condition is an event with within_days (30) and
-- at_least (1), an attribute with equals or alone, which is that it has a value, or a metric with at_least. NULL takes the score away.
-- Answers whether anything changed; safe to repeat. cdp_lead follows at once.
-- Raises: U4404, U4423 of the tenant; U3411 score_settings_invalid

CREATE OR REPLACE FUNCTION c360.set_lead(
    p_tenant text,
    p_rules  jsonb DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN c360._apply_score_settings(p_tenant, 'lead', coalesce(p_rules, '{}'));
END;
$$;

COMMENT ON FUNCTION c360.set_lead(text, jsonb) IS
    'Sets the rules of the score of leads; NULL takes it away. Returns whether anything changed.';
