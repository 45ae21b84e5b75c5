-- Takes new feeds into the fan-out: from here on its steps note their messages, and what it has done already is their history. Called by
-- fan_out() with its tick locked, between two steps; so each message comes from one of the two.
-- Positions of what follows are above every number of the history. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._take_feeds()
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_done   pg_snapshot;
    v_target bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM c360.topic_feeds AS feed WHERE feed.taken_snapshot IS NULL AND feed.dropped_at IS NULL) THEN
        RETURN;
    END IF;

    SELECT
        tick.done_snapshot,
        greatest(tick.last_seq, (SELECT max(message.seq) FROM c360.messages AS message))
    INTO
        v_done,
        v_target
    FROM c360.ticks AS tick
    WHERE tick.tick = 'fan-out'
      AND tick.target_snapshot IS NULL;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    UPDATE c360.topic_feeds AS feed
    SET taken_snapshot = v_done,
        history_target = v_target,
        history_done = coalesce((SELECT min(message.seq) FROM c360.messages AS message) - 1, v_target)
    WHERE feed.feed_id IN (
        SELECT fresh.feed_id
        FROM c360.topic_feeds AS fresh
        WHERE fresh.taken_snapshot IS NULL
          AND fresh.dropped_at IS NULL
        FOR NO KEY UPDATE SKIP LOCKED
    );

    PERFORM setval('c360.topic_positions', greatest(v_target, given.last_value))
    FROM c360.topic_positions AS given
    WHERE given.last_value < v_target
       OR NOT given.is_called;
END;
$$;

COMMENT ON FUNCTION c360._take_feeds() IS
    'Lets the fan-out note the messages of topics that somebody has begun to read.';
