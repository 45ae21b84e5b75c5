-- Sends messages of the log to a webhook again, with the same ids: those of its topics and types from one time to another. One call reads a
-- stretch of the log, and answers how many it found and where to go on (p_after_seq of the next call; next is null at the end), in the
-- order of the log. A dry run changes nothing and counts all at once. Messages that still wait are not sent twice; of those that are not
-- fanned out yet the fan-out makes the deliveries; those older than the max_age of the webhook would not be sent, and are counted as
-- too_old. What the log has dropped cannot be sent again, but what was given up can: see recover_subscription().
-- Repeating it sends again.
--   p_filter: any of {"types", "key"}
-- Raises: U4404 and U4423 of the tenant; U4424 time_out_of_bounds; U5404 subscription_not_found; U5411 subscription_disabled;
--         U5420 message_type_not_found; U5421 subscription_invalid for a filter that is none

CREATE OR REPLACE FUNCTION c360.replay_messages(
    p_tenant       text,
    p_subscription text,
    p_from         timestamptz,
    p_until        timestamptz DEFAULT now(),
    p_filter       jsonb DEFAULT '{}',
    p_dry_run      boolean DEFAULT false,
    p_after_seq    bigint DEFAULT 0
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_stretch constant bigint := 20000;
    v_subscription     record;
    v_types            text[];
    v_first            bigint;
    v_last             bigint;
    v_until_seq        bigint;
    v_found            record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._checked_time('p_from', p_from);
    PERFORM c360._checked_time('p_until', p_until);
    v_subscription := c360._sending_subscription(p_tenant, p_subscription);
    v_types := c360._filter_types(v_subscription.topics, p_filter);

    PERFORM c360._hold_retention(p_tenant);
    PERFORM c360._hold_partitions();

    SELECT min(message.seq), max(message.seq)
    INTO v_first, v_last
    FROM c360.messages AS message
    WHERE message.created_at >= p_from
      AND message.created_at < p_until
      AND message.seq > p_after_seq;
    v_until_seq := CASE WHEN p_dry_run THEN v_last ELSE least(v_last, v_first + c_stretch - 1) END;

    WITH chosen AS MATERIALIZED (
        SELECT
            message.seq,
            message.created_at,
            hashtextextended(message.key, 0) AS key_hash,
            message.created_at < clock_timestamp() - v_subscription.max_age AS is_too_old
        FROM c360.messages AS message
        WHERE message.seq BETWEEN v_first AND v_until_seq
          AND message.created_at >= p_from
          AND message.created_at < p_until
          AND message.tenant = p_tenant
          AND message.topic = ANY (v_subscription.topics)
          AND c360._wants_type(v_subscription.types, message.type)
          AND c360._wants_type(v_types, message.type)
          AND (NOT p_filter ? 'key' OR message.key = p_filter ->> 'key')
          AND pg_visible_in_snapshot(message.xid, v_subscription.done_snapshot)
          AND message.seq NOT IN (
              SELECT delivery.message_seq
              FROM c360.deliveries AS delivery
              WHERE delivery.subscription_id = v_subscription.subscription_id
          )
          AND message.seq NOT IN (
              SELECT parked.message_seq
              FROM c360.parked_deliveries AS parked
              WHERE parked.subscription_id = v_subscription.subscription_id
          )
    ),
    inserted AS (
        INSERT INTO c360.deliveries (subscription_id, lane, message_seq, message_at, key_hash)
        SELECT
            v_subscription.subscription_id,
            (chosen.key_hash & 2147483647) % v_subscription.lane_count,
            chosen.seq,
            chosen.created_at,
            (chosen.key_hash >> 32)::integer
        FROM chosen
        WHERE NOT p_dry_run
          AND chosen.is_too_old IS NOT TRUE
        ORDER BY chosen.seq
    )
    SELECT
        count(*) FILTER (WHERE chosen.is_too_old IS NOT TRUE) AS messages,
        count(*) FILTER (WHERE chosen.is_too_old) AS too_old
    INTO v_found
    FROM chosen;

    RETURN jsonb_build_object(
        'messages', v_found.messages,
        'too_old', v_found.too_old,
        'next', CASE WHEN v_until_seq < v_last THEN v_until_seq END
    );
END;
$$;

COMMENT ON FUNCTION c360.replay_messages(text, text, timestamptz, timestamptz, jsonb, boolean, bigint) IS
    'Sends messages of the log to a webhook again, with the same ids; returns how many, and where to go on.';
