-- The position after which a feed holds the messages of a time and later; before the first one for -infinity. Reads only.

CREATE OR REPLACE FUNCTION c360._position_at(p_feed_id bigint, p_at timestamptz)
    RETURNS bigint
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN p_at = '-infinity' THEN 0
        ELSE coalesce(
            (
                SELECT min(entry.position) - 1
                FROM c360.feed_messages AS entry
                WHERE entry.feed_id = p_feed_id
                  AND entry.message_at >= p_at
            ),
            c360._last_position(p_feed_id)
        )
    END;
$$;

COMMENT ON FUNCTION c360._position_at(bigint, timestamptz) IS
    'The position in a feed after which the messages of a time and later come.';
