-- Takes out of the lanes what the condition of their webhook does not want, of the next deliveries of each, and answers up to which delivery
-- each lane was judged: beyond it nothing may be read now. No rows when nothing may be sent; see _unwanted_messages(). Goes on while
-- nothing of a lane is wanted, so that a condition that wants little is not slow. Called by the holder of the lanes; a lane somebody
-- else has locked is left out. What comes back from a retry was judged by the condition before; contacts that rules asked for are judged
-- every time (_withhold_activations).

CREATE OR REPLACE FUNCTION c360._drop_unwanted(
    p_subscription_id uuid,
    p_lanes           smallint[],
    p_tokens          bigint[],
    p_after           bigint[],
    p_in_hand         bigint[],
    p_limit           integer
)
    RETURNS TABLE (lane smallint, after bigint, until bigint)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    v_lanes    smallint[];
    v_after    bigint[];
    v_until    bigint[];
    v_seqs     bigint[];
    v_places   smallint[];
    v_found    bigint[];
    v_messages c360.outgoing_message[];
    v_unwanted bigint[];
    v_withheld bigint[];
BEGIN
    SELECT
        array_agg(held.lane ORDER BY held.lane),
        array_agg(held.after ORDER BY held.lane)
    INTO v_lanes, v_after
    FROM (
        SELECT
            known.lane,
            wanted.after
        FROM unnest(p_lanes, p_tokens, p_after) AS wanted (lane, token, after)
        JOIN c360.lanes AS known
            ON known.subscription_id = p_subscription_id
            AND known.lane = wanted.lane
            AND known.token = wanted.token
        ORDER BY known.lane
        FOR NO KEY UPDATE OF known SKIP LOCKED
    ) AS held;

    FOR v_round IN 1 .. 10 LOOP
        SELECT
            array_agg(found.lane),
            array_agg(found.delivery_id),
            array_agg(found.message_seq),
            array_agg(ROW(found.message_seq, found.topic, found.type, found.key, found.body)::c360.outgoing_message)
                FILTER (WHERE found.body IS NOT NULL)
        INTO v_places, v_found, v_seqs, v_messages
        FROM c360._next_messages(p_subscription_id, v_lanes, v_after, p_in_hand, p_limit) AS found;

        EXIT WHEN v_seqs IS NULL;

        v_unwanted := c360._unwanted_messages(p_subscription_id, coalesce(v_messages, '{}'));
        IF v_unwanted IS NULL THEN
            RETURN;
        END IF;
        v_withheld := c360._withhold_activations(p_subscription_id, coalesce(v_messages, '{}'));

        v_until := ARRAY(
            SELECT coalesce(max(found.delivery_id), asked.after)
            FROM unnest(v_lanes, v_after) AS asked (lane, after)
            LEFT JOIN unnest(v_places, v_found) AS found (lane, delivery_id) ON found.lane = asked.lane
            GROUP BY
                asked.lane,
                asked.after
            ORDER BY asked.lane
        );

        DELETE FROM c360.deliveries AS delivery
        USING unnest(v_lanes, v_after, v_until) AS judged (lane, after, until)
        WHERE delivery.subscription_id = p_subscription_id
          AND delivery.lane = judged.lane
          AND delivery.delivery_id > judged.after
          AND delivery.delivery_id <= judged.until
          AND delivery.delivery_id <> ALL (p_in_hand)
          AND (
              (delivery.attempt = 0 AND delivery.message_seq = ANY (v_unwanted))
              OR delivery.message_seq = ANY (v_withheld)
          );

        EXIT WHEN NOT v_seqs <@ (v_unwanted || v_withheld);
    END LOOP;

    RETURN QUERY
    SELECT
        asked.lane,
        asked.after,
        asked.until
    FROM unnest(v_lanes, v_after, coalesce(v_until, v_after)) AS asked (lane, after, until);
END;
$$;

COMMENT ON FUNCTION c360._drop_unwanted(uuid, smallint[], bigint[], bigint[], bigint[], integer) IS
    'Removes deliveries a webhook does not want from its lanes; answers up to where each was judged.';
