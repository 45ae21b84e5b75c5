-- Makes the deliveries of one slice of older messages for one subscription: those the target sees and done does not, in the
-- order of their sequence numbers, from p_from on. Answers how many.

CREATE OR REPLACE FUNCTION c360._backfill_deliveries(
    p_subscription_id uuid,
    p_from            timestamptz,
    p_done            pg_snapshot,
    p_target          pg_snapshot,
    p_first_seq       bigint,
    p_last_seq        bigint
)
    RETURNS integer
    LANGUAGE sql
AS $$
    WITH inserted AS (
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
        WHERE subscription.subscription_id = p_subscription_id
          AND message.seq BETWEEN p_first_seq AND p_last_seq
          AND message.created_at >= p_from
          AND pg_visible_in_snapshot(message.xid, p_target)
          AND NOT pg_visible_in_snapshot(message.xid, p_done)
        ORDER BY message.seq
        RETURNING 1
    )
    SELECT count(*)::integer
    FROM inserted;
$$;

COMMENT ON FUNCTION c360._backfill_deliveries(uuid, timestamptz, pg_snapshot, pg_snapshot, bigint, bigint) IS
    'Deliveries for a slice of older messages, for a subscription that asked for them.';
