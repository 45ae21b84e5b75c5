-- Takes old messages out of the feeds, so that the log may let them go: those that every consumer has committed when their topic (or the
-- tenant, where it keeps messages shorter) keeps them no longer, and those that somebody has not committed kept_for_consumers later.
-- Then the consumer goes on behind them, and how many it lost is counted, told by its next read and named by c360.doctor().
-- From the beginning of each feed, some slices a call. Waits for nobody: a feed or a consumer that is locked is left for the next call. Safe
-- to repeat. p_tenant: of one tenant alone. Answers how many messages left feeds.

CREATE OR REPLACE FUNCTION c360._trim_feeds(
    p_at     timestamptz,
    p_tenant text DEFAULT NULL,
    p_slices integer DEFAULT 20
)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_slice   constant integer := 10000;
    v_feed    record;
    v_all     boolean;
    v_passed  bigint;
    v_cut     bigint;
    v_count   bigint;
    v_removed bigint := 0;
BEGIN
    FOR v_feed IN
        SELECT
            feed.feed_id,
            feed.dropped_at,
            p_at - least(topic.retention, policy.keep) AS keep_from,
            p_at - least(topic.retention, policy.keep) - topic.kept_for_consumers AS wait_from
        FROM c360.topic_feeds AS feed
        JOIN c360.topics AS topic ON topic.topic = feed.topic
        LEFT JOIN c360.retention_policies AS policy
            ON policy.tenant = feed.tenant
            AND policy.kind = 'messages'
        WHERE (feed.is_complete OR feed.dropped_at IS NOT NULL)
          AND (p_tenant IS NULL OR feed.tenant = p_tenant)
        ORDER BY feed.feed_id
        FOR UPDATE OF feed SKIP LOCKED
    LOOP
        SELECT
            count(held.done_position) = (SELECT count(*) FROM c360.topic_consumers AS known WHERE known.feed_id = v_feed.feed_id),
            min(held.done_position)
        INTO
            v_all,
            v_passed
        FROM (
            SELECT consumer.done_position
            FROM c360.topic_consumers AS consumer
            WHERE consumer.feed_id = v_feed.feed_id
            FOR NO KEY UPDATE SKIP LOCKED
        ) AS held;
        CONTINUE WHEN NOT v_all;

        FOR v_slice IN 1..p_slices LOOP
            SELECT
                coalesce(min(lowest.position) FILTER (WHERE lowest.is_needed) - 1, max(lowest.position)),
                count(*)
            INTO
                v_cut,
                v_count
            FROM (
                SELECT
                    entry.position,
                    v_feed.dropped_at IS NULL
                        AND (
                            entry.message_at >= v_feed.keep_from
                            OR (entry.position > v_passed AND entry.message_at >= v_feed.wait_from)
                        ) AS is_needed
                FROM c360.feed_messages AS entry
                WHERE entry.feed_id = v_feed.feed_id
                ORDER BY entry.position
                LIMIT c_slice
            ) AS lowest;
            EXIT WHEN v_count = 0;

            UPDATE c360.topic_consumers AS consumer
            SET done_position = v_cut,
                lost_count = consumer.lost_count + passed.lost,
                lost_at = clock_timestamp()
            FROM (
                SELECT
                    behind.consumer,
                    count(entry.position) AS lost
                FROM c360.topic_consumers AS behind
                JOIN c360.feed_messages AS entry
                    ON entry.feed_id = behind.feed_id
                    AND entry.position > behind.done_position
                    AND entry.position <= v_cut
                WHERE behind.feed_id = v_feed.feed_id
                  AND behind.done_position < v_cut
                GROUP BY behind.consumer
            ) AS passed
            WHERE consumer.feed_id = v_feed.feed_id
              AND consumer.consumer = passed.consumer;

            DELETE FROM c360.feed_messages AS entry
            WHERE entry.feed_id = v_feed.feed_id
              AND entry.position <= v_cut;
            GET DIAGNOSTICS v_count = ROW_COUNT;
            v_removed := v_removed + v_count;
            EXIT WHEN v_count < c_slice;
        END LOOP;

        DELETE FROM c360.topic_feeds AS feed
        WHERE feed.feed_id = v_feed.feed_id
          AND feed.dropped_at IS NOT NULL
          AND v_count < c_slice;
    END LOOP;

    RETURN v_removed;
END;
$$;

COMMENT ON FUNCTION c360._trim_feeds(timestamptz, text, integer) IS
    'Takes messages out of the feeds that no consumer waits for any more, or has waited for too long; returns how many.';
