-- The next messages of a consumer in their order, as readers may see them or, p_is_whole, as they were sent. What read_topic() and
-- read_topic_as_sent() share. Locks the consumer until the transaction ends, but only when there is something: an idle
-- loop writes nothing. Trusts the search_path.
-- Plans do not depend on statistics, which may be older than the messages: along the primary keys, never all of a feed for a few.
-- What is not for this consumer, and what readers may not know of, is passed over for good, so that no later read walks over it.
-- Raises: U5405 topic_not_found, U5430 consumer_not_found, U5431 consumer_invalid, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360._read_topic(
    p_tenant   text,
    p_topic    text,
    p_consumer text,
    p_limit    integer,
    p_is_whole boolean
)
    RETURNS TABLE ("position" bigint, message_id uuid, type text, key text, created_at timestamptz, body jsonb)
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_limit    integer := c360._checked_limit(p_limit);
    v_consumer c360.topic_consumers := c360._find_consumer(p_tenant, p_topic, p_consumer, false);
    v_shown    jsonb;
    v_segments jsonb;
    v_rules    jsonb;
    v_size     integer := p_limit;
    v_looked   bigint;
    v_last     bigint;
    v_given    bigint;
BEGIN
    PERFORM c360._check_no_sink(p_tenant, p_topic, p_consumer);
    IF v_consumer.lost_at > coalesce(v_consumer.committed_at, v_consumer.created_at) THEN
        RAISE WARNING 'consumer "%" of "%" has lost messages, % so far', p_consumer, p_topic, v_consumer.lost_count
            USING HINT = 'It had not committed them when their time was over: see kept_for_consumers in docs/how-to/consume-topics.md.';
    END IF;

    IF v_limit = 0 OR c360._is_read_up(v_consumer.feed_id, v_consumer.done_position) THEN
        RETURN;
    END IF;

    PERFORM c360._hold_partitions();
    v_consumer := c360._find_consumer(p_tenant, p_topic, p_consumer);

    IF NOT p_is_whole THEN
        v_shown := c360._shown_fields(p_tenant);
        v_segments := c360._told_segments(p_tenant);
        v_rules := c360._told_rules(p_tenant);
    END IF;

    LOOP
        SELECT
            count(*),
            max(next.position)
        INTO
            v_looked,
            v_last
        FROM (
            SELECT entry.position
            FROM c360.feed_messages AS entry
            WHERE entry.feed_id = v_consumer.feed_id
              AND entry.position > v_consumer.done_position
            ORDER BY entry.position
            LIMIT v_size
        ) AS next;
        EXIT WHEN v_looked = 0;

        RETURN QUERY
        SELECT
            entry.position,
            message.message_id,
            message.type,
            message.key,
            message.created_at,
            CASE WHEN p_is_whole THEN message.body ELSE c360._shown_message(p_tenant, message.body, v_shown) END::jsonb
        FROM c360.feed_messages AS entry
        -- One by one, by its primary key: never a walk through a partition, whatever the statistics say.
        CROSS JOIN LATERAL (
            SELECT
                log.message_id,
                log.type,
                log.key,
                log.created_at,
                log.body,
                log.xid
            FROM c360.messages AS log
            WHERE log.created_at = entry.message_at
              AND log.seq = entry.message_seq
            LIMIT 1
        ) AS message
        WHERE entry.feed_id = v_consumer.feed_id
          AND entry.position > v_consumer.done_position
          AND entry.position <= v_last
          AND (v_consumer.start_snapshot IS NULL OR NOT pg_visible_in_snapshot(message.xid, v_consumer.start_snapshot))
          AND (p_is_whole OR c360._is_told_message(message.type, message.body, message.created_at, v_segments, v_rules))
        ORDER BY entry.position
        LIMIT v_limit;
        GET DIAGNOSTICS v_given = ROW_COUNT;
        EXIT WHEN v_given > 0;

        UPDATE c360.topic_consumers AS consumer
        SET done_position = v_last
        WHERE consumer.tenant = p_tenant
          AND consumer.topic = p_topic
          AND consumer.consumer = p_consumer;
        v_consumer.done_position := v_last;
        v_size := greatest(v_size, 10000);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._read_topic(text, text, text, integer, boolean) IS
    'The next messages of a consumer, in their order.';
