-- Moves deliveries of an ordered subscription behind an earlier delivery of the same key that waits for its retry.
-- Called by the holder of the lane only.

CREATE OR REPLACE FUNCTION c360._park_behind(
    p_subscription_id uuid,
    p_lane            integer,
    p_in_hand         bigint[],
    p_limit           integer
)
    RETURNS integer
    LANGUAGE plpgsql
AS $$
DECLARE
    v_moved integer;
BEGIN
    -- Nearly always nothing is parked, and then this is one look into an index.
    IF NOT EXISTS (
        SELECT
        FROM c360.parked_deliveries AS parked
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = parked.subscription_id
        WHERE parked.subscription_id = p_subscription_id
          AND parked.lane = p_lane
          AND subscription.is_ordered
    ) THEN
        RETURN 0;
    END IF;

    WITH next AS (
        SELECT delivery.delivery_id, delivery.key_hash
        FROM c360.deliveries AS delivery
        WHERE delivery.subscription_id = p_subscription_id
          AND delivery.lane = p_lane
          AND delivery.delivery_id <> ALL (p_in_hand)
        ORDER BY delivery.delivery_id
        LIMIT p_limit * 4
    ),
    moved AS (
        DELETE FROM c360.deliveries AS delivery
        USING next
        WHERE delivery.subscription_id = p_subscription_id
          AND delivery.lane = p_lane
          AND delivery.delivery_id = next.delivery_id
          AND EXISTS (
              SELECT
              FROM c360.parked_deliveries AS parked
              WHERE parked.subscription_id = p_subscription_id
                AND parked.lane = p_lane
                AND parked.key_hash = next.key_hash
                AND parked.delivery_id < next.delivery_id
          )
        RETURNING delivery.*
    )
    INSERT INTO c360.parked_deliveries (
        subscription_id, lane, delivery_id, message_seq, message_at, key_hash, attempt, is_behind, due_at
    )
    SELECT
        moved.subscription_id, moved.lane, moved.delivery_id, moved.message_seq, moved.message_at, moved.key_hash,
        moved.attempt, true, 'infinity'
    FROM moved;

    GET DIAGNOSTICS v_moved = ROW_COUNT;
    RETURN v_moved;
END;
$$;

COMMENT ON FUNCTION c360._park_behind(uuid, integer, bigint[], integer) IS
    'Keeps the order of a key: what comes after a parked delivery waits behind it.';
