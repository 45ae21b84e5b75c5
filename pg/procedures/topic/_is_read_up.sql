-- Answers whether a consumer has nothing to read. Warns, once a call, when that is because no relay works: messages older than a
-- minute wait for it. A consumer whose feed is not ready has nothing to read yet. Reads only.

CREATE OR REPLACE FUNCTION c360._is_read_up(p_feed_id bigint, p_done_position bigint)
    RETURNS boolean
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ticked_at timestamptz;
BEGIN
    IF EXISTS (
        SELECT
        FROM c360.feed_messages AS entry
        WHERE entry.feed_id = p_feed_id
          AND entry.position > p_done_position
    ) THEN
        RETURN false;
    END IF;

    SELECT tick.ticked_at
    INTO v_ticked_at
    FROM c360.ticks AS tick
    WHERE tick.tick = 'fan-out'
      AND tick.ticked_at < clock_timestamp() - interval '1 minute'
      AND (
          EXISTS (
              SELECT
              FROM c360.messages AS message
              WHERE message.xid >= pg_snapshot_xmax(tick.done_snapshot)
                AND message.created_at < clock_timestamp() - interval '1 minute'
          )
          OR EXISTS (
              SELECT
              FROM c360.topic_feeds AS feed
              WHERE feed.feed_id = p_feed_id
                AND feed.taken_snapshot IS NULL
                AND feed.created_at < clock_timestamp() - interval '1 minute'
          )
      );

    IF FOUND THEN
        RAISE WARNING 'no relay has brought messages into the topics since %', v_ticked_at
            USING HINT = 'Start "c360 up" or "c360 relay"; c360 doctor says what keeps it from working.';
    END IF;

    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360._is_read_up(bigint, bigint) IS
    'True when a feed holds nothing after a position; warns when no relay works.';
