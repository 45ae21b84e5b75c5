-- The messages of a lease behind p_after, in their order, whole; as many as fit into p_limit and p_bytes, at least one. Unlike read_topic() it
-- locks nothing and takes a position, so that a process reads on while what it read before is still under way.
-- What is not for this consumer is passed over for good where nothing is under way before it, so that no later read walks over it.
-- Raises: U5442 sink_taken

CREATE OR REPLACE FUNCTION c360.read_sink(
    p_sink_id bigint,
    p_token   bigint,
    p_after   bigint,
    p_limit   integer,
    p_bytes   bigint
)
    RETURNS TABLE (
        "position"  bigint,
        message_id  uuid,
        type        text,
        key         text,
        created_at  timestamptz,
        body        text,
        ended_keys  text[]
    )
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_sink     c360.sinks;
    v_consumer c360.topic_consumers;
    v_after    bigint := p_after;
    v_last     bigint;
BEGIN
    v_sink := c360._leased_sink(p_sink_id, p_token, false);
    PERFORM c360._hold_partitions();
    v_consumer := c360._find_consumer(v_sink.tenant, v_sink.topic, v_sink.sink, false);

    LOOP
        SELECT max(next.position)
        INTO v_last
        FROM (
            SELECT entry.position
            FROM c360.feed_messages AS entry
            WHERE entry.feed_id = v_consumer.feed_id
              AND entry.position > v_after
            ORDER BY entry.position
            LIMIT p_limit
        ) AS next;
        EXIT WHEN v_last IS NULL;

        RETURN QUERY
        SELECT
            next.position,
            next.message_id,
            next.type,
            next.key,
            next.created_at,
            next.body,
            CASE WHEN next.type = 'profile.erased' THEN c360._ended_keys(v_sink.topic, next.type, next.key, next.body) END
        FROM (
            SELECT
                entry.position,
                message.*,
                sum(octet_length(message.body)) OVER (ORDER BY entry.position) - octet_length(message.body) AS bytes_before
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
              AND entry.position > v_after
              AND entry.position <= v_last
              AND (v_consumer.start_snapshot IS NULL OR NOT pg_visible_in_snapshot(message.xid, v_consumer.start_snapshot))
        ) AS next
        WHERE next.bytes_before < p_bytes
        ORDER BY next.position;
        EXIT WHEN FOUND;

        UPDATE c360.topic_consumers AS consumer
        SET done_position = v_last
        WHERE consumer.tenant = v_sink.tenant
          AND consumer.topic = v_sink.topic
          AND consumer.consumer = v_sink.sink
          AND consumer.done_position = v_after;
        v_after := v_last;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360.read_sink(bigint, bigint, bigint, integer, bigint) IS
    'The messages of a leased sink behind a position.';
