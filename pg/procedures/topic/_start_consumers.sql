-- Gives the consumers that wait for a feed their first position, now that its history is there: at the beginning, at a time, or
-- before the first message that was committed after they were made. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._start_consumers(p_feed_id bigint)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE c360.topic_consumers AS consumer
    SET done_position = CASE
        WHEN consumer.start_at IS NOT NULL THEN c360._position_at(feed.feed_id, consumer.start_at)
        ELSE coalesce(
            (
                -- What began before the snapshot was taken and ended after it counts as well.
                SELECT min(message.seq) - 1
                FROM c360.messages AS message
                WHERE message.xid >= pg_snapshot_xmin(consumer.start_snapshot)
                  AND message.tenant = feed.tenant
                  AND message.topic = feed.topic
                  AND pg_visible_in_snapshot(message.xid, feed.taken_snapshot)
                  AND NOT pg_visible_in_snapshot(message.xid, consumer.start_snapshot)
            ),
            feed.history_target
        )
    END
    FROM c360.topic_feeds AS feed
    WHERE feed.feed_id = p_feed_id
      AND consumer.feed_id = feed.feed_id
      AND consumer.done_position IS NULL;
$$;

COMMENT ON FUNCTION c360._start_consumers(bigint) IS
    'Lets the consumers begin that have waited for a feed.';
