-- Notes the history of one new feed, the next p_window messages of the log, and lets its consumers begin when all of it is there.
-- Runs beside the fan-out and holds it up in nothing. Safe to call from any number of relays. Answers how far it came, 0 when
-- nothing is to do.

CREATE OR REPLACE FUNCTION c360._fill_feeds(p_window integer)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_feed record;
    v_last bigint;
BEGIN
    FOR v_feed IN
        SELECT
            feed.feed_id,
            feed.tenant,
            feed.topic,
            feed.taken_snapshot,
            feed.history_done,
            feed.history_target
        FROM c360.topic_feeds AS feed
        WHERE feed.taken_snapshot IS NOT NULL
          AND feed.dropped_at IS NULL
          AND NOT feed.is_complete
        ORDER BY feed.feed_id
        FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        -- Retention of the tenant's messages waits for nobody; when it is at work, this feed is left for later.
        PERFORM
        FROM c360.tenants AS tenant
        WHERE tenant.tenant = v_feed.tenant
        FOR KEY SHARE SKIP LOCKED;
        CONTINUE WHEN NOT FOUND;

        SELECT max(stretch.seq)
        INTO v_last
        FROM (
            SELECT message.seq
            FROM c360.messages AS message
            WHERE message.seq > v_feed.history_done
              AND message.seq <= v_feed.history_target
            ORDER BY message.seq
            LIMIT p_window
        ) AS stretch;

        INSERT INTO c360.feed_messages (feed_id, position, message_seq, message_at)
        SELECT
            v_feed.feed_id,
            message.seq,
            message.seq,
            message.created_at
        FROM c360.messages AS message
        WHERE message.seq > v_feed.history_done
          AND message.seq <= v_last
          AND message.tenant = v_feed.tenant
          AND message.topic = v_feed.topic
          AND pg_visible_in_snapshot(message.xid, v_feed.taken_snapshot)
        ORDER BY message.seq;

        UPDATE c360.topic_feeds AS feed
        SET history_done = coalesce(v_last, feed.history_target),
            is_complete = coalesce(v_last = feed.history_target, true)
        WHERE feed.feed_id = v_feed.feed_id;

        IF coalesce(v_last = v_feed.history_target, true) THEN
            PERFORM c360._start_consumers(v_feed.feed_id);
            -- Whoever listens already has heard of messages that it could not read yet.
            PERFORM pg_notify(
                v_feed.topic,
                json_build_object('tenant', v_feed.tenant, 'count', 0, 'last_seq', v_feed.history_target)::text
            )
            WHERE pg_notification_queue_usage() < 0.5;
        END IF;

        RETURN coalesce(v_last, v_feed.history_target);
    END LOOP;

    RETURN 0;
END;
$$;

COMMENT ON FUNCTION c360._fill_feeds(integer) IS
    'Notes a slice of the messages that a topic held before somebody began to read it; returns the last one looked at, 0 when none is left.';
