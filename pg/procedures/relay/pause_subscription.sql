-- Stops sending to a webhook; its messages are kept for it. Safe to repeat: false when it was paused already.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found; U5411 subscription_disabled

CREATE OR REPLACE FUNCTION c360.pause_subscription(p_tenant text, p_subscription text)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
    v_state           text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    SELECT subscription.state
    INTO STRICT v_state
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = v_subscription_id
    FOR NO KEY UPDATE;

    IF v_state = 'disabled' THEN
        RAISE EXCEPTION 'subscription "%" is disabled', p_subscription
            USING ERRCODE = 'U5411',
                  HINT = 'Resume it first; what it missed is among its dead letters.';
    END IF;

    UPDATE c360.subscriptions AS subscription
    SET state = 'paused'
    WHERE subscription.subscription_id = v_subscription_id
      AND subscription.state = 'active';

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.pause_subscription(text, text) IS
    'Pauses a webhook: messages pile up for it; returns whether it was active.';
