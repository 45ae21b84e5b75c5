-- Makes a consumer: a name under which a topic of the tenant is read with read_topic(), from now on, or from p_from on; -infinity is
-- everything the log still has. Safe to repeat: answers false and changes nothing when the name exists.
-- Nothing that is committed after the consumer is missed. The first consumer of a topic begins to read when a relay has gone
-- through the log, which takes a moment.
-- Raises: U4404 and U4423 of the tenant; U5405 topic_not_found; U5431 consumer_invalid; U4419 metadata_limit; U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.create_topic_consumer(
    p_tenant   text,
    p_topic    text,
    p_consumer text,
    p_from     timestamptz DEFAULT NULL
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_snapshot pg_snapshot := c360._snapshot_without_self();
    v_from     timestamptz;
    v_feed     record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_topic(p_topic);
    IF (p_consumer ~ '^[a-z0-9][a-z0-9_.-]{0,62}$') IS NOT TRUE THEN
        RAISE EXCEPTION '"%" cannot be the name of a consumer', left(p_consumer, 100)
            USING ERRCODE = 'U5431',
                  HINT = 'Lower case letters, digits, "_", "." and "-", at most 63, the first a letter or a digit.';
    END IF;
    v_from := CASE WHEN p_from = '-infinity' THEN p_from ELSE c360._checked_time('p_from', p_from) END;

    LOOP
        INSERT INTO c360.topic_feeds (tenant, topic)
        VALUES (p_tenant, p_topic)
        ON CONFLICT (tenant, topic) WHERE dropped_at IS NULL DO NOTHING;

        SELECT
            feed.feed_id,
            feed.is_complete
        INTO v_feed
        FROM c360.topic_feeds AS feed
        WHERE feed.tenant = p_tenant
          AND feed.topic = p_topic
          AND feed.dropped_at IS NULL
        FOR NO KEY UPDATE;
        -- Not when somebody has just dropped its last consumer.
        EXIT WHEN FOUND;
    END LOOP;

    INSERT INTO c360.topic_consumers (tenant, topic, consumer, feed_id, start_snapshot, start_at, done_position, created_by)
    VALUES (
        p_tenant,
        p_topic,
        p_consumer,
        v_feed.feed_id,
        CASE WHEN v_from IS NULL THEN v_snapshot END,
        v_from,
        CASE
            WHEN NOT v_feed.is_complete THEN NULL
            WHEN v_from IS NULL THEN c360._last_position(v_feed.feed_id)
            ELSE c360._position_at(v_feed.feed_id, v_from)
        END,
        c360._actor()
    )
    ON CONFLICT (tenant, topic, consumer) DO NOTHING;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    PERFORM c360._audit_consumer(p_tenant, p_topic, p_consumer, 'added', jsonb_build_object('from', v_from));
    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360.create_topic_consumer(text, text, text, timestamptz) IS
    'Makes a named consumer of a topic, from now on or from a time (-infinity: from the beginning); false when it exists.';
