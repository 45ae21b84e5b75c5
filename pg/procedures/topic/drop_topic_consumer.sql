-- Removes a consumer with its position. When it was the last one of its topic, nothing is noted for the topic any more. Not safe to repeat:
-- the second call finds none. Waits for a transaction that is reading with it.
-- Raises: U4404 and U4423 of the tenant; U5405 topic_not_found, U5430 consumer_not_found

CREATE OR REPLACE FUNCTION c360.drop_topic_consumer(
    p_tenant   text,
    p_topic    text,
    p_consumer text
)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_consumer c360.topic_consumers;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    v_consumer := c360._find_consumer(p_tenant, p_topic, p_consumer, false);

    -- The feed first, as everybody does: maintenance locks the feed and then its consumers.
    PERFORM
    FROM c360.topic_feeds AS feed
    WHERE feed.feed_id = v_consumer.feed_id
    FOR NO KEY UPDATE;

    DELETE FROM c360.topic_consumers AS consumer
    WHERE consumer.tenant = p_tenant
      AND consumer.topic = p_topic
      AND consumer.consumer = p_consumer;

    IF NOT FOUND THEN
        v_consumer := c360._find_consumer(p_tenant, p_topic, p_consumer);
    END IF;

    UPDATE c360.topic_feeds AS feed
    SET dropped_at = clock_timestamp()
    WHERE feed.feed_id = v_consumer.feed_id
      AND NOT EXISTS (
          SELECT
          FROM c360.topic_consumers AS other
          WHERE other.feed_id = feed.feed_id
      );

    PERFORM c360._audit_consumer(
        p_tenant, p_topic, p_consumer, 'removed',
        jsonb_build_object('position', v_consumer.done_position, 'lost', nullif(v_consumer.lost_count, 0))
    );
END;
$$;

COMMENT ON FUNCTION c360.drop_topic_consumer(text, text, text) IS
    'Removes a consumer of a topic with its position.';
