-- Moves into the dead letters what waits for disabled subscriptions, and what has waited longer than its subscription wants (max_age), a
-- slice at a time. What waited behind such a delivery may go then. Safe to repeat and to share. Subscriptions that somebody is just removing
-- or changing, and rows somebody holds, are left for the next time.

CREATE OR REPLACE FUNCTION c360.bury_deliveries(p_limit integer DEFAULT 1000)
    RETURNS integer
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ids   uuid[];
    v_count integer;
BEGIN
    -- Their rows first, as whoever removes one does: a dead letter needs its subscription.
    SELECT array_agg(held.subscription_id)
    INTO v_ids
    FROM (
        SELECT subscription.subscription_id
        FROM c360.subscriptions AS subscription
        WHERE subscription.state = 'disabled'
           OR subscription.max_age IS NOT NULL
        FOR KEY SHARE SKIP LOCKED
    ) AS held;

    IF v_ids IS NULL THEN
        RETURN 0;
    END IF;

    PERFORM c360._hold_partitions();

    WITH wanting AS MATERIALIZED (
        SELECT
            subscription.subscription_id,
            CASE WHEN subscription.state = 'disabled' THEN 'disabled' ELSE 'max_age' END AS reason,
            CASE WHEN subscription.state = 'disabled' THEN 'infinity' ELSE clock_timestamp() - subscription.max_age END AS oldest_at
        FROM c360.subscriptions AS subscription
        WHERE subscription.subscription_id = ANY (v_ids)
    ),
    -- The oldest of a lane is its first: where that may still be sent, nothing else is looked at.
    waiting AS MATERIALIZED (
        SELECT first_of.*
        FROM wanting
        JOIN c360.lanes AS lane ON lane.subscription_id = wanting.subscription_id
        CROSS JOIN LATERAL (
            SELECT head.message_at
            FROM c360.deliveries AS head
            WHERE head.subscription_id = lane.subscription_id
              AND head.lane = lane.lane
            ORDER BY head.delivery_id
            LIMIT 1
        ) AS head
        CROSS JOIN LATERAL (
            SELECT delivery.subscription_id, delivery.lane, delivery.delivery_id
            FROM c360.deliveries AS delivery
            WHERE delivery.subscription_id = lane.subscription_id
              AND delivery.lane = lane.lane
              AND delivery.message_at < wanting.oldest_at
            ORDER BY delivery.delivery_id
            LIMIT p_limit
            FOR UPDATE SKIP LOCKED
        ) AS first_of
        WHERE head.message_at < wanting.oldest_at
        LIMIT p_limit
    ),
    parked AS MATERIALIZED (
        SELECT first_of.*
        FROM wanting
        JOIN c360.lanes AS lane ON lane.subscription_id = wanting.subscription_id
        CROSS JOIN LATERAL (
            SELECT head.message_at
            FROM c360.parked_deliveries AS head
            WHERE head.subscription_id = lane.subscription_id
              AND head.lane = lane.lane
            ORDER BY head.delivery_id
            LIMIT 1
        ) AS head
        CROSS JOIN LATERAL (
            SELECT delivery.subscription_id, delivery.lane, delivery.delivery_id
            FROM c360.parked_deliveries AS delivery
            WHERE delivery.subscription_id = lane.subscription_id
              AND delivery.lane = lane.lane
              AND delivery.message_at < wanting.oldest_at
            ORDER BY delivery.delivery_id
            LIMIT p_limit
            FOR UPDATE SKIP LOCKED
        ) AS first_of
        WHERE head.message_at < wanting.oldest_at
        LIMIT p_limit
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
        RETURNING gone.subscription_id, gone.lane, gone.delivery_id, gone.key_hash, gone.message_seq, gone.message_at, gone.attempt, gone.last_error
    ),
    freed AS (
        UPDATE c360.parked_deliveries AS behind
        SET is_behind = false,
            due_at = clock_timestamp()
        FROM (SELECT DISTINCT head.subscription_id, head.lane, head.key_hash FROM taken_parked AS head) AS head
        WHERE behind.subscription_id = head.subscription_id
          AND behind.lane = head.lane
          AND behind.key_hash = head.key_hash
          AND behind.is_behind
          AND (behind.subscription_id, behind.lane, behind.delivery_id) NOT IN (
              SELECT gone.subscription_id, gone.lane, gone.delivery_id
              FROM parked AS gone
          )
    ),
    buried AS (
        INSERT INTO c360.dead_letters (
            subscription_id, message_seq, message_at, message_xid, message_id, tenant, topic, type, key, body,
            reason, attempts, last_error
        )
        SELECT
            taken.subscription_id, message.seq, message.created_at, message.xid, message.message_id, message.tenant,
            message.topic, message.type, message.key, message.body, wanting.reason, taken.attempt, taken.last_error
        FROM (
            SELECT taken.subscription_id, taken.message_seq, taken.message_at, taken.attempt, taken.last_error
            FROM taken
            UNION ALL
            SELECT gone.subscription_id, gone.message_seq, gone.message_at, gone.attempt, gone.last_error
            FROM taken_parked AS gone
        ) AS taken
        JOIN wanting ON wanting.subscription_id = taken.subscription_id
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
    'Moves a slice of what waits for disabled subscriptions, or has waited too long, into dead_letters; returns how many.';
