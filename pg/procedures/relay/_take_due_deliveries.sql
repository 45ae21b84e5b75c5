-- Brings deliveries whose retry is due back into these lanes, at their old place, at most p_limit. Called by the holder of the
-- lanes only, who has locked them: nobody else may put a delivery before others it has read already.

CREATE OR REPLACE FUNCTION c360._take_due_deliveries(
    p_subscription_id uuid,
    p_lanes           smallint[],
    p_limit           integer
)
    RETURNS TABLE (lane smallint, delivery_id bigint)
    LANGUAGE sql
AS $$
    WITH due AS MATERIALIZED (
        SELECT parked.lane, parked.delivery_id
        FROM unnest(p_lanes) AS held (lane)
        CROSS JOIN LATERAL (
            SELECT waiting.lane, waiting.delivery_id
            FROM c360.parked_deliveries AS waiting
            WHERE waiting.subscription_id = p_subscription_id
              AND waiting.lane = held.lane
              AND NOT waiting.is_behind
              AND waiting.due_at <= clock_timestamp()
            -- What became free together is in the order of its ids, so that the first of a key are taken first.
            ORDER BY waiting.due_at, waiting.delivery_id
            LIMIT greatest(1, p_limit / cardinality(p_lanes))
        ) AS parked
    ),
    taken AS (
        DELETE FROM c360.parked_deliveries AS parked
        USING due
        WHERE parked.subscription_id = p_subscription_id
          AND parked.lane = due.lane
          AND parked.delivery_id = due.delivery_id
        RETURNING parked.*
    )
    INSERT INTO c360.deliveries AS delivery (subscription_id, lane, delivery_id, message_seq, message_at, key_hash, attempt)
        OVERRIDING SYSTEM VALUE
    SELECT
        taken.subscription_id, taken.lane, taken.delivery_id, taken.message_seq, taken.message_at, taken.key_hash,
        taken.attempt
    FROM taken
    RETURNING delivery.lane, delivery.delivery_id;
$$;

COMMENT ON FUNCTION c360._take_due_deliveries(uuid, smallint[], integer) IS
    'Brings due retries back into lanes whose holder has locked them.';
