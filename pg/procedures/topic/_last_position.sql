-- The last position of a feed, or that of the end of its history when it holds nothing. Reads only.

CREATE OR REPLACE FUNCTION c360._last_position(p_feed_id bigint)
    RETURNS bigint
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (
            SELECT max(entry.position)
            FROM c360.feed_messages AS entry
            WHERE entry.feed_id = p_feed_id
        ),
        (
            SELECT feed.history_target
            FROM c360.topic_feeds AS feed
            WHERE feed.feed_id = p_feed_id
        )
    );
$$;

COMMENT ON FUNCTION c360._last_position(bigint) IS
    'The last position that a feed has given out.';
