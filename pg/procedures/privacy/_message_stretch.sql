-- Where a step through the message log ends: after about p_count messages of all tenants, a day at most, and not beyond
-- p_before. Later than p_from, however many messages have that very time. So a step reads about as much whether the log is
-- crowded or empty, and whoever's messages are in it. Reads only.

CREATE OR REPLACE FUNCTION c360._message_stretch(
    p_from   timestamptz,
    p_before timestamptz,
    p_count  integer
)
    RETURNS timestamptz
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (
            SELECT nullif(message.created_at, p_from)
            FROM c360.messages AS message
            WHERE message.created_at >= p_from
              AND message.created_at < least(p_before, p_from + interval '1 day')
            ORDER BY
                message.created_at,
                message.seq
            OFFSET p_count
            LIMIT 1
        ),
        (
            -- That many messages of one moment, or fewer than that in the whole stretch.
            SELECT min(message.created_at)
            FROM c360.messages AS message
            WHERE message.created_at > p_from
              AND message.created_at < least(p_before, p_from + interval '1 day')
              AND p_count <= (
                  SELECT count(*)
                  FROM (
                      SELECT
                      FROM c360.messages AS same
                      WHERE same.created_at = p_from
                      LIMIT p_count
                  ) AS same
              )
        ),
        least(p_before, p_from + interval '1 day')
    );
$$;

COMMENT ON FUNCTION c360._message_stretch(timestamptz, timestamptz, integer) IS
    'Where a step through the message log ends, so that it reads no more than a number of messages.';
