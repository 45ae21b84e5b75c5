-- The consumers of a tenant, or of one of its topics, with what each has still to read. Reads only.
--   state                  reading, or starting: a relay has still to go through the log for it
--   waiting                messages it has not committed; those that readers may not see count too
--   oldest_at, lag_seconds when the first of them was written, and how long ago
--   kept_until             when that one is lost unless it is committed before; NULL where nothing waits
--   unfanned               messages of the tenant's topic that are committed and that a relay has still to bring into it
--   held_since, held_by    the oldest transaction of the database that is still open, and its process: what it writes comes when it commits.
--                          NULL where none is, or where PostgreSQL shows it to the owner's role only in part
-- Raises: U4404 of the tenant; U5405 topic_not_found

CREATE OR REPLACE FUNCTION c360.list_topic_consumers(
    p_tenant text,
    p_topic  text DEFAULT NULL
)
    RETURNS TABLE (
        topic         text,
        consumer      text,
        state         text,
        "position"    bigint,
        waiting       bigint,
        oldest_at     timestamptz,
        lag_seconds   double precision,
        kept_until    timestamptz,
        unfanned      bigint,
        held_since    timestamptz,
        held_by       integer,
        lost_count    bigint,
        lost_at       timestamptz,
        committed_at  timestamptz,
        created_at    timestamptz,
        created_by    text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    IF p_topic IS NOT NULL THEN
        PERFORM c360._check_topic(p_topic);
    END IF;

    RETURN QUERY
    WITH holder AS MATERIALIZED (
        SELECT
            activity.xact_start,
            activity.pid
        FROM pg_stat_activity AS activity
        WHERE activity.datname = current_database()
          AND activity.backend_xid IS NOT NULL
          AND activity.pid <> pg_backend_pid()
        ORDER BY activity.xact_start
        LIMIT 1
    ),
    unfanned AS MATERIALIZED (
        SELECT
            message.topic,
            count(*) AS count
        FROM c360.ticks AS tick
        JOIN c360.messages AS message ON message.xid >= pg_snapshot_xmin(tick.done_snapshot)
        WHERE tick.tick = 'fan-out'
          AND message.tenant = p_tenant
          AND NOT pg_visible_in_snapshot(message.xid, tick.done_snapshot)
        GROUP BY message.topic
    )
    SELECT
        known.topic,
        known.consumer,
        CASE WHEN known.done_position IS NULL THEN 'starting' ELSE 'reading' END,
        known.done_position,
        ahead.count,
        oldest.message_at,
        extract(epoch FROM clock_timestamp() - oldest.message_at)::double precision,
        oldest.message_at + least(kind.retention, policy.keep) + kind.kept_for_consumers,
        coalesce(unfanned.count, 0),
        holder.xact_start,
        holder.pid,
        known.lost_count,
        known.lost_at,
        known.committed_at,
        known.created_at,
        known.created_by
    FROM c360.topic_consumers AS known
    JOIN c360.topics AS kind ON kind.topic = known.topic
    LEFT JOIN c360.retention_policies AS policy
        ON policy.tenant = known.tenant
        AND policy.kind = 'messages'
    LEFT JOIN unfanned ON unfanned.topic = known.topic
    LEFT JOIN holder ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS count
        FROM c360.feed_messages AS entry
        WHERE entry.feed_id = known.feed_id
          AND entry.position > known.done_position
    ) AS ahead
    LEFT JOIN LATERAL (
        SELECT entry.message_at
        FROM c360.feed_messages AS entry
        WHERE entry.feed_id = known.feed_id
          AND entry.position > known.done_position
        ORDER BY entry.position
        LIMIT 1
    ) AS oldest ON true
    WHERE known.tenant = p_tenant
      AND (p_topic IS NULL OR known.topic = p_topic)
    ORDER BY
        known.topic,
        known.consumer;
END;
$$;

COMMENT ON FUNCTION c360.list_topic_consumers(text, text) IS
    'The consumers of a tenant''s topics: position, messages and seconds behind, what they lost, and which transaction is still open.';
