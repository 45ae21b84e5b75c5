-- Shows how far the message log is fanned out, for operators and metrics.

CREATE OR REPLACE FUNCTION c360.feed_status(
    OUT waiting        bigint,
    OUT oldest_seconds double precision,
    OUT ticked_at      timestamptz,
    OUT default_rows   bigint,
    OUT queue_usage    double precision
)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tick record;
BEGIN
    SELECT tick.done_snapshot, tick.ticked_at
    INTO STRICT v_tick
    FROM c360.ticks AS tick
    WHERE tick.tick = 'fan-out';

    SELECT count(*), extract(epoch FROM clock_timestamp() - min(message.created_at))
    INTO waiting, oldest_seconds
    FROM (
        SELECT message.created_at
        FROM c360.messages AS message
        WHERE message.xid >= pg_snapshot_xmax(v_tick.done_snapshot)
        UNION ALL
        SELECT message.created_at
        FROM c360.messages AS message
        WHERE message.xid IN (SELECT pg_snapshot_xip(v_tick.done_snapshot))
    ) AS message;

    ticked_at := v_tick.ticked_at;
    SELECT count(*) INTO default_rows FROM c360.messages_default;
    queue_usage := pg_notification_queue_usage();
END;
$$;

COMMENT ON FUNCTION c360.feed_status() IS
    'Messages not yet fanned out, their oldest age, rows in the default partition, use of the notification queue.';
