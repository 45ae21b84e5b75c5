-- Moves a consumer back to read messages again, or forward to leave some out: to those of a time and later (p_from; -infinity is the oldest
-- there are), or to a position, whose message comes next. Message ids are the same as the first time. A dry run moves nothing. Answers
-- {"position", "next_at", "again", "left_out"}: where it stands, when its next message was written, how many come again or never.
-- Raises: U4404 and U4423 of the tenant; U5405 topic_not_found, U5430 consumer_not_found, U5433 replay_invalid

CREATE OR REPLACE FUNCTION c360.replay_topic(
    p_tenant   text,
    p_topic    text,
    p_consumer text,
    p_from     timestamptz DEFAULT NULL,
    p_position bigint DEFAULT NULL,
    p_dry_run  boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_consumer c360.topic_consumers;
    v_target   bigint;
    v_answer   jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    IF num_nonnulls(p_from, p_position) <> 1 THEN
        RAISE EXCEPTION 'a replay begins at a time or at a position'
            USING ERRCODE = 'U5433',
                  HINT = 'Give one of p_from and p_position.';
    END IF;

    v_consumer := c360._find_consumer(p_tenant, p_topic, p_consumer, NOT p_dry_run);
    IF v_consumer.done_position IS NULL THEN
        RAISE EXCEPTION 'consumer "%" of "%" has not begun', p_consumer, p_topic
            USING ERRCODE = 'U5433',
                  HINT = 'A relay has to go through the log first: check that "c360 relay" runs.';
    END IF;

    v_target := least(
        coalesce(CASE WHEN p_position IS NOT NULL THEN greatest(p_position, 1) - 1 END, c360._position_at(v_consumer.feed_id, p_from)),
        c360._last_position(v_consumer.feed_id)
    );

    SELECT jsonb_build_object(
        'position', v_target,
        'next_at', (
            SELECT entry.message_at
            FROM c360.feed_messages AS entry
            WHERE entry.feed_id = v_consumer.feed_id
              AND entry.position > v_target
            ORDER BY entry.position
            LIMIT 1
        ),
        'again', count(*) FILTER (WHERE moved.position > v_target),
        'left_out', count(*) FILTER (WHERE moved.position <= v_target)
    )
    INTO v_answer
    FROM c360.feed_messages AS moved
    WHERE moved.feed_id = v_consumer.feed_id
      AND moved.position > least(v_target, v_consumer.done_position)
      AND moved.position <= greatest(v_target, v_consumer.done_position);

    IF NOT p_dry_run THEN
        UPDATE c360.topic_consumers AS consumer
        SET done_position = v_target,
            start_snapshot = NULL
        WHERE consumer.tenant = p_tenant
          AND consumer.topic = p_topic
          AND consumer.consumer = p_consumer;

        PERFORM c360._audit_consumer(
            p_tenant, p_topic, p_consumer, 'replayed', v_answer || jsonb_build_object('was_at', v_consumer.done_position)
        );
    END IF;

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360.replay_topic(text, text, text, timestamptz, bigint, boolean) IS
    'Moves a consumer to a time or a position, to read messages again; a dry run says how many.';
