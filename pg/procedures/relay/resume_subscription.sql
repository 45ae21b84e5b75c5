-- Sends to a paused or disabled webhook again, with a closed circuit. Safe to repeat: false when it was active already.
-- A disabled one goes on with what is committed from now on; what it missed before is among its dead letters. A backfill that
-- was interrupted goes on.
-- Raises: U4404 and U4423 of the tenant; U5404 subscription_not_found

CREATE OR REPLACE FUNCTION c360.resume_subscription(p_tenant text, p_subscription text)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_subscription_id uuid;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_subscription_id := c360._find_subscription(p_tenant, p_subscription);

    -- While it was disabled the relay made no deliveries for it, so nothing it may still bury can be missed here.
    UPDATE c360.subscriptions AS subscription
    SET state = 'active',
        disabled_reason = NULL,
        paused_reason = NULL,
        start_snapshot = CASE
            WHEN subscription.state = 'disabled'
                AND NOT EXISTS (
                    SELECT
                    FROM c360.backfills AS backfill
                    WHERE backfill.subscription_id = subscription.subscription_id
                )
            THEN c360._snapshot_without_self()
            ELSE subscription.start_snapshot
        END
    WHERE subscription.subscription_id = v_subscription_id
      AND subscription.state <> 'active';

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    UPDATE c360.subscription_states AS state
    SET circuit = 'closed',
        circuit_until = '-infinity',
        closed_at = clock_timestamp(),
        open_count = 0,
        probe_successes = 0,
        failures_in_row = 0,
        failing_since = NULL,
        not_before = '-infinity'
    WHERE state.subscription_id = v_subscription_id;

    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360.resume_subscription(text, text) IS
    'Resumes a paused or disabled webhook; returns whether it was one.';
