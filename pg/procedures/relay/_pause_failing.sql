-- Pauses a webhook that c360 cannot go on with, says why, and tells its tenant by a message endpoint.paused. Waits for nobody: where
-- somebody is just changing the webhook, the next try does it. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._pause_failing(p_subscription_id uuid, p_reason text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription record;
BEGIN
    SELECT
        subscription.tenant,
        subscription.name
    INTO v_subscription
    FROM c360.subscriptions AS subscription
    WHERE subscription.subscription_id = p_subscription_id
      AND subscription.state = 'active'
    FOR UPDATE SKIP LOCKED;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    UPDATE c360.subscriptions AS subscription
    SET state = 'paused',
        paused_reason = p_reason
    WHERE subscription.subscription_id = p_subscription_id;

    PERFORM c360._publish(
        v_subscription.tenant, 'c360-activation-events', 'endpoint.paused', p_subscription_id::text,
        jsonb_build_object('subscription_id', p_subscription_id, 'name', v_subscription.name, 'reason', p_reason)
    );
END;
$$;

COMMENT ON FUNCTION c360._pause_failing(uuid, text) IS
    'Pauses a webhook that cannot go on, with the reason, and publishes endpoint.paused.';
