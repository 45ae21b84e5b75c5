-- Moves what waits for disabled subscriptions into the dead letters, a slice at a time. Safe to repeat and to share.

CREATE OR REPLACE FUNCTION c360.bury_deliveries(p_limit integer DEFAULT 1000)
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count integer;
BEGIN
    IF NOT EXISTS (SELECT FROM c360.subscriptions AS subscription WHERE subscription.state = 'disabled') THEN
        RETURN 0;
    END IF;

    PERFORM c360._hold_partitions();

    WITH waiting AS (
        SELECT delivery.subscription_id, delivery.lane, delivery.delivery_id
        FROM c360.subscriptions AS subscription
        JOIN c360.deliveries AS delivery ON delivery.subscription_id = subscription.subscription_id
        WHERE subscription.state = 'disabled'
        LIMIT p_limit
        FOR UPDATE OF delivery SKIP LOCKED
    ),
    parked AS (
        SELECT parked.subscription_id, parked.lane, parked.delivery_id
        FROM c360.subscriptions AS subscription
        JOIN c360.parked_deliveries AS parked ON parked.subscription_id = subscription.subscription_id
        WHERE subscription.state = 'disabled'
        LIMIT p_limit
        FOR UPDATE OF parked SKIP LOCKED
    ),
    taken AS (
        DELETE FROM c360.deliveries AS delivery
        USING waiting
        WHERE delivery.subscription_id = waiting.subscription_id
          AND delivery.lane = waiting.lane
          AND delivery.delivery_id = waiting.delivery_id
        RETURNING delivery.subscription_id, delivery.message_seq, delivery.message_at, delivery.attempt, NULL AS last_error
    ),
    taken_parked AS (
        DELETE FROM c360.parked_deliveries AS gone
        USING parked
        WHERE gone.subscription_id = parked.subscription_id
          AND gone.lane = parked.lane
          AND gone.delivery_id = parked.delivery_id
        RETURNING gone.subscription_id, gone.message_seq, gone.message_at, gone.attempt, gone.last_error
    ),
    buried AS (
        INSERT INTO c360.dead_letters (
            subscription_id, message_seq, message_at, message_xid, message_id, tenant, topic, type, key, body,
            reason, attempts, last_error
        )
        SELECT
            taken.subscription_id, message.seq, message.created_at, message.xid, message.message_id, message.tenant,
            message.topic, message.type, message.key, message.body, 'disabled', taken.attempt, taken.last_error
        FROM (SELECT * FROM taken UNION ALL SELECT * FROM taken_parked) AS taken
        JOIN c360.messages AS message
            ON message.created_at = taken.message_at
            AND message.seq = taken.message_seq
        RETURNING 1
    )
    SELECT count(*)
    INTO v_count
    FROM buried;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360.bury_deliveries(integer) IS
    'Moves a slice of what waits for disabled subscriptions into dead_letters; returns how many.';
