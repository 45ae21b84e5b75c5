-- Says that a consumer is done with its messages up to this position, that of the last row it has worked through. Answers true when that
-- moved it, false when it was there or further already, or for NULL, which is max(position) of no rows. Safe to repeat: a consumer
-- never goes back by this, see replay_topic().
-- Raises: U4404 and U4423 of the tenant; U5405 topic_not_found, U5430 consumer_not_found, U5431 consumer_invalid, U5432 position_not_reached

CREATE OR REPLACE FUNCTION c360.commit_topic(
    p_tenant   text,
    p_topic    text,
    p_consumer text,
    p_position bigint
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_consumer c360.topic_consumers;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_no_sink(p_tenant, p_topic, p_consumer);
    v_consumer := c360._find_consumer(p_tenant, p_topic, p_consumer);

    IF p_position IS NULL OR p_position <= v_consumer.done_position THEN
        RETURN false;
    END IF;
    IF v_consumer.done_position IS NULL OR p_position > c360._last_position(v_consumer.feed_id) THEN
        RAISE EXCEPTION 'topic "%" has not come to position %', p_topic, p_position
            USING ERRCODE = 'U5432',
                  HINT = 'Commit the position of a message that read_topic() gave.';
    END IF;

    UPDATE c360.topic_consumers AS consumer
    SET done_position = p_position,
        committed_at = clock_timestamp()
    WHERE consumer.tenant = p_tenant
      AND consumer.topic = p_topic
      AND consumer.consumer = p_consumer;
    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360.commit_topic(text, text, text, bigint) IS
    'Moves a consumer on behind the position of the last message it has worked through; true when that moved it.';
