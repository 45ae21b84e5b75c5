-- Makes deliveries of messages that were committed before a subscription began and not before p_from.
-- Exactly those its start_snapshot sees: the fan-out makes all others. Called while the fan-out is locked out.

CREATE OR REPLACE FUNCTION c360._backfill_deliveries(p_subscription_id uuid, p_from timestamptz)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    v_count bigint;
BEGIN
    INSERT INTO c360.deliveries (subscription_id, lane, message_seq, message_at, key_hash)
    SELECT
        subscription.subscription_id,
        (hashtextextended(message.key, 0) & 2147483647) % subscription.lane_count,
        message.seq,
        message.created_at,
        (hashtextextended(message.key, 0) >> 32)::integer
    FROM c360.subscriptions AS subscription
    JOIN c360.messages AS message
        ON message.tenant = subscription.tenant
        AND message.topic = ANY (subscription.topics)
        AND c360._wants_type(subscription.types, message.type)
        AND pg_visible_in_snapshot(message.xid, subscription.start_snapshot)
    WHERE subscription.subscription_id = p_subscription_id
      AND message.created_at >= p_from
    ORDER BY message.seq;

    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360._backfill_deliveries(uuid, timestamptz) IS
    'Deliveries for older messages of the log, for a subscription that asked for them.';
