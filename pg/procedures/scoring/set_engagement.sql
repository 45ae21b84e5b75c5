-- Sets how fast engagement fades and what events are worth; what is NULL is as c360 has it: a half-life of 30 days, and 1 for every event but
-- identify, group and alias, which say nothing about what somebody did. Answers whether anything changed; safe to repeat. cdp_engagement
-- follows at once, most_engaged() too.
-- Raises: U4404, U4423 of the tenant; U3411 score_settings_invalid

CREATE OR REPLACE FUNCTION c360.set_engagement(
    p_tenant         text,
    p_half_life_days numeric DEFAULT NULL,
    p_weights        jsonb DEFAULT NULL,
    p_default_weight numeric DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN c360._apply_score_settings(p_tenant, 'engagement', jsonb_build_object(
        'half_life_days', p_half_life_days,
        'weights', p_weights,
        'default_weight', p_default_weight
    ));
END;
$$;

COMMENT ON FUNCTION c360.set_engagement(text, numeric, jsonb, numeric) IS
    'Sets the half-life of engagement and the weights of events; NULL is as c360 has it. Returns whether anything changed.';
