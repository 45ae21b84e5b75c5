-- Takes retries that have just come back into their lanes out again when a rule asked for the contact and it may not be made any more, and frees
-- what waits behind them. Called by the holder of the lanes, who has locked them.

CREATE OR REPLACE FUNCTION c360._drop_withheld(
    p_subscription_id uuid,
    p_lanes           smallint[],
    p_delivery_ids    bigint[]
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
DECLARE
    v_messages c360.outgoing_message[];
    v_withheld bigint[];
BEGIN
    SELECT array_agg(ROW(message.seq, message.topic, message.type, message.key, message.body)::c360.outgoing_message)
    INTO v_messages
    FROM unnest(p_lanes, p_delivery_ids) AS due (lane, delivery_id)
    JOIN c360.deliveries AS delivery
        ON delivery.subscription_id = p_subscription_id
        AND delivery.lane = due.lane
        AND delivery.delivery_id = due.delivery_id
    JOIN c360.messages AS message
        ON message.created_at = delivery.message_at
        AND message.seq = delivery.message_seq;

    v_withheld := c360._withhold_activations(p_subscription_id, coalesce(v_messages, '{}'));
    IF v_withheld = '{}' THEN
        RETURN;
    END IF;

    WITH dropped AS (
        DELETE FROM c360.deliveries AS delivery
        USING unnest(p_lanes, p_delivery_ids) AS due (lane, delivery_id)
        WHERE delivery.subscription_id = p_subscription_id
          AND delivery.lane = due.lane
          AND delivery.delivery_id = due.delivery_id
          AND delivery.message_seq = ANY (v_withheld)
        RETURNING delivery.lane, delivery.key_hash
    )
    UPDATE c360.parked_deliveries AS parked
    SET is_behind = false,
        due_at = now()
    FROM (SELECT DISTINCT dropped.lane, dropped.key_hash FROM dropped) AS free
    WHERE parked.subscription_id = p_subscription_id
      AND parked.lane = free.lane
      AND parked.key_hash = free.key_hash
      AND parked.is_behind;
END;
$$;

COMMENT ON FUNCTION c360._drop_withheld(uuid, smallint[], bigint[]) IS
    'Removes retries of contacts that may not be made any more, and frees what waits behind them.';
