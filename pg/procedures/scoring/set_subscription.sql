-- Sets how the tenant tells of subscriptions, whole: {started, renewed, cancelled: names of events; period; grace_days: how long after the end
-- of a period a renewal may still come; renews_by_itself: true where renewals are not told and a contract goes on until it is cancelled; id,
-- price: names of properties}. What is left out, all of it for NULL, is as c360 has it: "Subscription Started", "Subscription Renewed",
-- "Subscription Cancelled", "1 month", 7, false, "subscription_id", "price". Answers whether anything changed; safe to repeat. cdp_subscriptions
-- follows at once, its probabilities with the next fit_subscriptions().
-- Raises: U4404, U4423 of the tenant; U3411 score_settings_invalid

CREATE OR REPLACE FUNCTION c360.set_subscription(
    p_tenant   text,
    p_settings jsonb DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN c360._apply_score_settings(p_tenant, 'subscription', coalesce(p_settings, '{}'));
END;
$$;

COMMENT ON FUNCTION c360.set_subscription(text, jsonb) IS
    'Sets how a tenant tells of subscriptions; NULL is as c360 has it. Returns whether anything changed.';
