-- Refuses settings of a score that cannot be right, with what is wrong. Pure.
-- Raises: U3411 score_settings_invalid

CREATE OR REPLACE FUNCTION c360._check_score_settings(p_score text, p_settings jsonb)
    RETURNS void
    LANGUAGE plpgsql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem text := CASE p_score
        WHEN 'engagement' THEN c360._engagement_problem(p_settings)
        WHEN 'lead_model' THEN c360._lead_model_problem(p_settings)
        WHEN 'subscription' THEN c360._subscription_problem(p_settings)
        ELSE c360._lead_problem(p_settings)
    END;
BEGIN
    IF v_problem IS NOT NULL THEN
        RAISE EXCEPTION 'these cannot be the settings of the score "%"', p_score
            USING ERRCODE = 'U3411',
                  DETAIL = v_problem,
                  HINT = CASE p_score
                      WHEN 'engagement' THEN 'Such as {"half_life_days": 14, "weights": {"Order Completed": 10}}.'
                      WHEN 'lead_model' THEN 'Such as {"goal": "Order Completed", "within_days": 30, "features": '
                          '{"Looks at products": {"event": "Product Viewed", "within_days": 14}, "Has an e-mail": {"attribute": "email"}}}.'
                      WHEN 'subscription' THEN 'Such as {"renewed": "Plan Renewed", "period": "1 year", "grace_days": 14}.'
                      ELSE 'Such as {"Asked for a demo": {"points": 20, "event": "Demo Requested", "within_days": 30}, '
                          '"From Vietnam": {"points": 5, "attribute": "country", "equals": "VN"}}.'
                  END;
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._check_score_settings(text, jsonb) IS
    'Refuses settings of a score that cannot be right.';
