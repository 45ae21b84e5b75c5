-- Sets what the model of leads is to foretell, whole: that who has never reached p_goal, the name of an event, does within p_within_days days,
-- by p_features, {name: feature}; NULL: those c360 takes. A feature is an event with within_days (30), a metric (active_days and total_events
-- with within_days or of all days, days_since_first, days_since_last), or an attribute with equals or alone, which is that it has a value. A
-- goal of NULL takes the model away. Answers whether anything changed; safe to repeat. The next fit_lead() follows it.
-- Raises: U4404, U4423 of the tenant; U3411 score_settings_invalid

CREATE OR REPLACE FUNCTION c360.set_lead_model(
    p_tenant      text,
    p_goal        text    DEFAULT NULL,
    p_within_days integer DEFAULT NULL,
    p_features    jsonb   DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN c360._apply_score_settings(p_tenant, 'lead_model', jsonb_build_object(
        'goal', p_goal,
        'within_days', p_within_days,
        'features', p_features
    ));
END;
$$;

COMMENT ON FUNCTION c360.set_lead_model(text, text, integer, jsonb) IS
    'Sets what the model of leads is to foretell and by which features; NULL takes it away. Returns whether anything changed.';
