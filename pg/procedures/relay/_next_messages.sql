-- The next deliveries of lanes with their messages, as c360._drop_unwanted() judges them. Reads only.

CREATE OR REPLACE FUNCTION c360._next_messages(
    p_subscription_id uuid,
    p_lanes           smallint[],
    p_after           bigint[],
    p_in_hand         bigint[],
    p_limit           integer
)
    RETURNS TABLE (lane smallint, delivery_id bigint, message_seq bigint, topic text, type text, key text, body text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
    SELECT
        next.lane,
        next.delivery_id,
        next.message_seq,
        message.topic,
        message.type,
        message.key,
        message.body
    FROM unnest(p_lanes, p_after) AS asked (lane, after)
    CROSS JOIN LATERAL (
        SELECT
            delivery.lane,
            delivery.delivery_id,
            delivery.message_seq,
            delivery.message_at
        FROM c360.deliveries AS delivery
        WHERE delivery.subscription_id = p_subscription_id
          AND delivery.lane = asked.lane
          AND delivery.delivery_id > asked.after
          AND delivery.delivery_id <> ALL (p_in_hand)
        ORDER BY delivery.delivery_id
        LIMIT greatest(1, p_limit / cardinality(p_lanes))
    ) AS next
    LEFT JOIN LATERAL (
        SELECT
            log.topic,
            log.type,
            log.key,
            log.body
        FROM c360.messages AS log
        WHERE log.created_at = next.message_at
          AND log.seq = next.message_seq
        LIMIT 1
    ) AS message ON true;
$$;

COMMENT ON FUNCTION c360._next_messages(uuid, smallint[], bigint[], bigint[], integer) IS
    'The next deliveries of lanes with their messages.';
