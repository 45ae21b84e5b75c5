-- Gives the holder of lanes their next deliveries, those of each lane in the order of their ids: what comes after p_after, without p_in_hand, and
-- retries that are due. p_lanes, p_tokens and p_after belong together, p_after being the last delivery each lane was given from.
-- For an ordered subscription, deliveries of a key that waits for a retry are put behind it and not given.
-- At most p_limit of each kind and about p_bytes of text (one delivery always): is_cut marks a retry that no text was left for: the
-- caller reads on from before it.
-- What the condition of the webhook does not want, and contacts a rule asked for that may not be made any more, are removed first; what was
-- not judged is not given (_drop_unwanted, _drop_withheld).
-- Lanes whose lease has passed to another relay, and subscriptions that somebody is removing, give nothing.

CREATE OR REPLACE FUNCTION c360.read_deliveries(
    p_subscription_id uuid,
    p_lanes           smallint[],
    p_tokens          bigint[],
    p_after           bigint[],
    p_in_hand         bigint[],
    p_limit           integer,
    p_bytes           bigint
)
    RETURNS TABLE (
        lane        smallint,
        delivery_id bigint,
        key_hash    integer,
        is_retry    boolean,
        is_cut      boolean,
        attempt     smallint,
        message_id  text,
        topic       text,
        key         text,
        body        text,
        read_at     double precision
    )
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
DECLARE
    v_is_ordered    boolean;
    v_is_filtered   boolean;
    v_until         bigint[];
    v_lanes         smallint[];
    v_after         bigint[];
    v_due_lanes     smallint[];
    v_due           bigint[];
BEGIN
    SELECT
        subscription.is_ordered,
        coalesce(subscription.condition, subscription.segment) IS NOT NULL
            OR 'c360-activation-events' = ANY (subscription.topics),
        array_agg(lane.lane ORDER BY lane.lane),
        array_agg(wanted.after ORDER BY lane.lane),
        array_agg(9223372036854775807)
    INTO v_is_ordered, v_is_filtered, v_lanes, v_after, v_until
    FROM unnest(p_lanes, p_tokens, p_after) AS wanted (lane, token, after)
    JOIN c360.lanes AS lane
        ON lane.subscription_id = p_subscription_id
        AND lane.lane = wanted.lane
        AND lane.token = wanted.token
    JOIN c360.subscriptions AS subscription ON subscription.subscription_id = lane.subscription_id
    WHERE subscription.state = 'active'
    GROUP BY subscription.subscription_id;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    PERFORM c360._hold_partitions();

    IF v_is_filtered THEN
        SELECT
            array_agg(judged.lane ORDER BY judged.lane),
            array_agg(judged.after ORDER BY judged.lane),
            array_agg(judged.until ORDER BY judged.lane)
        INTO v_lanes, v_after, v_until
        FROM c360._drop_unwanted(p_subscription_id, p_lanes, p_tokens, p_after, p_in_hand, p_limit) AS judged;

        IF v_lanes IS NULL THEN
            RETURN;
        END IF;
    END IF;

    -- Nearly always nothing waits for a retry, and then nothing is written and nothing locked.
    IF NOT EXISTS (
        SELECT
        FROM c360.parked_deliveries AS parked
        WHERE parked.subscription_id = p_subscription_id
          AND parked.lane = ANY (v_lanes)
    ) THEN
        RETURN QUERY
        SELECT
            found.lane, found.delivery_id, found.key_hash, false, false, found.attempt, found.message_id::text, found.topic,
            found.key, found.body,
            extract(epoch FROM clock_timestamp())::double precision
        FROM (
            SELECT
                next.*, message.message_id, message.topic, message.key, message.body,
                sum(octet_length(message.body)) OVER (ORDER BY next.delivery_id) - octet_length(message.body) AS bytes_before
            FROM unnest(v_lanes, v_after, v_until) AS wanted (lane, after, until)
            CROSS JOIN LATERAL (
                SELECT
                    delivery.lane, delivery.delivery_id, delivery.key_hash, delivery.attempt, delivery.message_at,
                    delivery.message_seq
                FROM c360.deliveries AS delivery
                WHERE delivery.subscription_id = p_subscription_id
                  AND delivery.lane = wanted.lane
                  AND delivery.delivery_id > wanted.after
                  AND delivery.delivery_id <= wanted.until
                  AND delivery.delivery_id <> ALL (p_in_hand)
                ORDER BY delivery.delivery_id
                LIMIT greatest(1, p_limit / cardinality(v_lanes))
            ) AS next
            -- The log keeps a message as long as a delivery points to it; the outer join shows what was dropped by hand.
            LEFT JOIN LATERAL (
                SELECT message.message_id, message.topic, message.key, message.body
                FROM c360.messages AS message
                WHERE message.created_at = next.message_at
                  AND message.seq = next.message_seq
                LIMIT 1
            ) AS message ON true
        ) AS found
        WHERE found.bytes_before < p_bytes OR found.bytes_before IS NULL
        ORDER BY found.delivery_id;
        RETURN;
    END IF;

    -- From here on the lanes are written to: the lock keeps a relay that takes one over out until the end.
    SELECT array_agg(held.lane ORDER BY held.lane), array_agg(held.after ORDER BY held.lane), array_agg(held.until ORDER BY held.lane)
    INTO v_lanes, v_after, v_until
    FROM (
        SELECT lane.lane, wanted.after, judged.until
        FROM unnest(p_lanes, p_tokens, p_after) AS wanted (lane, token, after)
        JOIN unnest(v_lanes, v_until) AS judged (lane, until) ON judged.lane = wanted.lane
        JOIN c360.lanes AS lane
            ON lane.subscription_id = p_subscription_id
            AND lane.lane = wanted.lane
            AND lane.token = wanted.token
        ORDER BY lane.lane
        FOR NO KEY UPDATE OF lane SKIP LOCKED
    ) AS held;

    IF v_lanes IS NULL THEN
        RETURN;
    END IF;

    SELECT array_agg(due.lane), array_agg(due.delivery_id)
    INTO v_due_lanes, v_due
    FROM c360._take_due_deliveries(p_subscription_id, v_lanes, p_limit) AS due;

    IF v_is_filtered AND v_due IS NOT NULL THEN
        PERFORM c360._drop_withheld(p_subscription_id, v_due_lanes, v_due);
    END IF;

    RETURN QUERY
    WITH next AS MATERIALIZED (
        SELECT
            found.*,
            v_is_ordered AND EXISTS (
                SELECT
                FROM c360.parked_deliveries AS parked
                WHERE parked.subscription_id = p_subscription_id
                  AND parked.lane = found.lane
                  AND parked.key_hash = found.key_hash
                  AND parked.delivery_id < found.delivery_id
            ) AS is_behind
        FROM (
            -- A retry whose place has been passed is given now; one that comes after p_after is met in its order.
            SELECT retry.lane, retry.delivery_id, retry.key_hash, retry.message_at, retry.message_seq, retry.attempt, true AS is_retry
            FROM unnest(v_due_lanes, v_due) AS due (lane, delivery_id)
            JOIN unnest(v_lanes, v_after) AS wanted (lane, after)
                ON wanted.lane = due.lane
                AND wanted.after >= due.delivery_id
            JOIN c360.deliveries AS retry
                ON retry.subscription_id = p_subscription_id
                AND retry.lane = due.lane
                AND retry.delivery_id = due.delivery_id
            UNION ALL
            SELECT delivery.lane, delivery.delivery_id, delivery.key_hash, delivery.message_at, delivery.message_seq, delivery.attempt, false
            FROM unnest(v_lanes, v_after, v_until) AS wanted (lane, after, until)
            CROSS JOIN LATERAL (
                SELECT waiting.*
                FROM c360.deliveries AS waiting
                WHERE waiting.subscription_id = p_subscription_id
                  AND waiting.lane = wanted.lane
                  AND waiting.delivery_id > wanted.after
                  AND waiting.delivery_id <= wanted.until
                  AND waiting.delivery_id <> ALL (p_in_hand)
                ORDER BY waiting.delivery_id
                LIMIT greatest(1, p_limit / cardinality(v_lanes))
            ) AS delivery
        ) AS found
    ),
    behind AS (
        DELETE FROM c360.deliveries AS delivery
        USING next
        WHERE next.is_behind
          AND delivery.subscription_id = p_subscription_id
          AND delivery.lane = next.lane
          AND delivery.delivery_id = next.delivery_id
    ),
    put_behind AS (
        INSERT INTO c360.parked_deliveries (
            subscription_id, lane, delivery_id, message_seq, message_at, key_hash, attempt, is_behind, due_at
        )
        SELECT
            p_subscription_id, next.lane, next.delivery_id, next.message_seq, next.message_at, next.key_hash,
            next.attempt, true, 'infinity'
        FROM next
        WHERE next.is_behind
    ),
    found AS (
        SELECT
            next.*, message.message_id, message.topic, message.key, message.body,
            sum(octet_length(message.body)) OVER (ORDER BY next.is_retry DESC, next.delivery_id)
                - octet_length(message.body) >= p_bytes AS is_beyond
        FROM next
        LEFT JOIN LATERAL (
            SELECT message.message_id, message.topic, message.key, message.body
            FROM c360.messages AS message
            WHERE message.created_at = next.message_at
              AND message.seq = next.message_seq
            LIMIT 1
        ) AS message ON true
        WHERE NOT next.is_behind
    )
    SELECT
        found.lane, found.delivery_id, found.key_hash, found.is_retry, coalesce(found.is_beyond, false), found.attempt,
        found.message_id::text, found.topic, found.key,
        CASE WHEN found.is_beyond THEN NULL ELSE found.body END,
        extract(epoch FROM clock_timestamp())::double precision
    FROM found
    WHERE found.is_retry OR found.is_beyond IS NOT TRUE
    ORDER BY found.is_retry DESC, found.delivery_id;
END;
$$;

COMMENT ON FUNCTION c360.read_deliveries(uuid, smallint[], bigint[], bigint[], bigint[], integer, bigint) IS
    'Next deliveries of leased lanes with the exact text to send; nothing for lanes whose token is outdated.';
