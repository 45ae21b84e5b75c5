-- Removes a webhook with everything that waits for it and its dead letters. Not to be undone. Waits for a relay that is just settling
-- answers for it.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found

CREATE OR REPLACE FUNCTION c360.remove_subscription(p_tenant text, p_subscription text)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
    v_lost            jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    SELECT jsonb_build_object(
        'subscription_id', status.subscription_id,
        'name', status.name,
        'backlog', status.backlog,
        'parked', status.parked,
        'dead_letters', status.dead_letters
    )
    INTO v_lost
    FROM c360.relay_status(p_tenant) AS status
    WHERE status.subscription_id = v_subscription_id;

    PERFORM c360._hold_lanes(ARRAY[v_subscription_id]);

    DELETE FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = v_subscription_id;

    RETURN v_lost;
END;
$$;

COMMENT ON FUNCTION c360.remove_subscription(text, text) IS
    'Removes a webhook and says what was still waiting for it.';
