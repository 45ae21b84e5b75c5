-- Findings about consumers of topics: what they lost, and what they will lose unless somebody reads. Safe to repeat; reads only.

CREATE OR REPLACE FUNCTION c360._doctor_consumers(p_now timestamptz)
    RETURNS TABLE (level text, subject text, finding text, remedy text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH consumer AS MATERIALIZED (
        SELECT
            format('consumer %s of %s of tenant %s', known.consumer, known.topic, known.tenant) AS subject,
            format('c360 topic drop-consumer %s %s %s', known.tenant, known.topic, known.consumer) AS dropping,
            known.done_position IS NULL AND known.created_at < p_now - interval '10 minutes' AS is_stuck,
            known.lost_count,
            known.lost_at,
            oldest.message_at,
            oldest.message_at < p_now - least(topic.retention, policy.keep) AS is_late,
            oldest.message_at + least(topic.retention, policy.keep) + topic.kept_for_consumers AS kept_until
        FROM c360.topic_consumers AS known
        JOIN c360.topics AS topic ON topic.topic = known.topic
        LEFT JOIN c360.retention_policies AS policy
            ON policy.tenant = known.tenant
            AND policy.kind = 'messages'
        LEFT JOIN LATERAL (
            SELECT entry.message_at
            FROM c360.feed_messages AS entry
            WHERE entry.feed_id = known.feed_id
              AND entry.position > known.done_position
            ORDER BY entry.position
            LIMIT 1
        ) AS oldest ON true
    )
    SELECT
        'error',
        consumer.subject,
        format('It has lost %s messages, the last ones on %s: it had not committed them when their time was over.',
               consumer.lost_count, consumer.lost_at),
        format('See why it does not read. When nobody needs it any more: %s', consumer.dropping)
    FROM consumer
    WHERE consumer.lost_at > p_now - interval '7 days'

    UNION ALL

    SELECT
        'warning',
        consumer.subject,
        format('Its oldest message is of %s and is kept for it alone; it is lost on %s.', consumer.message_at, consumer.kept_until),
        format('See why it does not read. When nobody needs it any more: %s', consumer.dropping)
    FROM consumer
    WHERE consumer.is_late

    UNION ALL

    SELECT
        'error',
        consumer.subject,
        'It has not begun: no relay has gone through the log for it.',
        'Check that "c360 relay" runs and what it logs.'
    FROM consumer
    WHERE consumer.is_stuck;
$$;

COMMENT ON FUNCTION c360._doctor_consumers(timestamptz) IS 'Findings of c360.doctor() about consumers of topics.';
