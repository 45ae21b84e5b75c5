-- Gives the holder of a lane its next deliveries, without those it has in hand already.
-- For an ordered subscription, deliveries of a key that waits for a retry are put behind it first.
-- Returns nothing when the lease has passed to another relay, or somebody is removing the subscription.

CREATE OR REPLACE FUNCTION c360.read_lane(
    p_subscription_id uuid,
    p_lane            integer,
    p_token           bigint,
    p_in_hand         bigint[],
    p_limit           integer
)
    RETURNS TABLE (
        delivery_id bigint,
        key_hash    integer,
        attempt     smallint,
        message_id  uuid,
        type        text,
        body        text,
        read_at     timestamptz
    )
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM
    FROM c360.lanes AS lane
    JOIN c360.subscriptions AS subscription ON subscription.subscription_id = lane.subscription_id
    WHERE lane.subscription_id = p_subscription_id
      AND lane.lane = p_lane
      AND lane.token = p_token
      AND subscription.state = 'active'
    FOR UPDATE OF lane SKIP LOCKED;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    PERFORM c360._hold_partitions();
    PERFORM c360._park_behind(p_subscription_id, p_lane, p_in_hand, p_limit);

    -- The log keeps a message as long as a delivery points to it; the outer join shows what was dropped by hand.
    RETURN QUERY
    SELECT
        delivery.delivery_id,
        delivery.key_hash,
        delivery.attempt,
        message.message_id,
        message.type,
        message.body,
        clock_timestamp()
    FROM c360.deliveries AS delivery
    LEFT JOIN c360.messages AS message
        ON message.created_at = delivery.message_at
        AND message.seq = delivery.message_seq
    WHERE delivery.subscription_id = p_subscription_id
      AND delivery.lane = p_lane
      AND delivery.delivery_id <> ALL (p_in_hand)
    ORDER BY delivery.delivery_id
    LIMIT p_limit;
END;
$$;

COMMENT ON FUNCTION c360.read_lane(uuid, integer, bigint, bigint[], integer) IS
    'Next deliveries of a leased lane with the exact text to send; nothing when the token is outdated.';
