-- Disables a subscription that cannot go on and tells its tenant with a message endpoint.disabled. Safe to repeat.
-- What waits for it is moved to the dead letters by bury_deliveries(), in slices.

CREATE OR REPLACE FUNCTION c360._disable_subscription(p_subscription_id uuid, p_reason text)
    RETURNS boolean
    LANGUAGE plpgsql
AS $$
DECLARE
    v_subscription record;
BEGIN
    UPDATE c360.subscriptions AS subscription
    SET state = 'disabled',
        disabled_reason = p_reason,
        paused_reason = NULL
    WHERE subscription.subscription_id = p_subscription_id
      AND subscription.state <> 'disabled'
    RETURNING subscription.tenant, subscription.name
    INTO v_subscription;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    PERFORM c360._publish(
        v_subscription.tenant, 'c360-activation-events', 'endpoint.disabled', p_subscription_id::text,
        jsonb_build_object('subscription_id', p_subscription_id, 'name', v_subscription.name, 'reason', p_reason)
    );
    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360._disable_subscription(uuid, text) IS
    'Disables a subscription and publishes endpoint.disabled; false when it was disabled already.';
