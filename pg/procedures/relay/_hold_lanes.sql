-- Locks all lanes of subscriptions that are about to be removed, and so waits for answers that are being settled. To be called before the
-- row of the subscription is locked: relays take a lane first and the subscription after it, and so must whoever removes one.

CREATE OR REPLACE FUNCTION c360._hold_lanes(p_subscription_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM
    FROM c360.lanes AS lane
    WHERE lane.subscription_id = ANY (p_subscription_ids)
    ORDER BY
        lane.subscription_id,
        lane.lane
    FOR UPDATE;
END;
$$;

COMMENT ON FUNCTION c360._hold_lanes(uuid[]) IS
    'Waits for relays that settle lanes of these subscriptions, and keeps them away until the transaction ends.';
