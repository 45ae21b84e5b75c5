-- Turns what consumers remember as a snapshot into numbers, for confirm_cluster(): transaction ids of the old server are about to
-- go. A consumer that begins with what came after it may get a few messages from before; none is left out. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._settle_consumers()
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE c360.topic_consumers AS consumer
    SET start_snapshot = NULL,
        -- Of a feed that no relay has taken yet nothing is numbered: with an hour for transactions that were open when it was made.
        start_at = CASE WHEN consumer.done_position IS NULL THEN consumer.created_at - interval '1 hour' END,
        done_position = CASE
            WHEN consumer.done_position IS NOT NULL THEN coalesce(
                (
                    SELECT min(entry.position) - 1
                    FROM c360.feed_messages AS entry
                    JOIN c360.messages AS message
                        ON message.created_at = entry.message_at
                        AND message.seq = entry.message_seq
                    WHERE entry.feed_id = consumer.feed_id
                      AND entry.position > consumer.done_position
                      AND NOT pg_visible_in_snapshot(message.xid, consumer.start_snapshot)
                ),
                c360._last_position(consumer.feed_id)
            )
        END
    WHERE consumer.start_snapshot IS NOT NULL;
$$;

COMMENT ON FUNCTION c360._settle_consumers() IS
    'Lets consumers go on where they are on another server.';
