-- One step of the fan-out: turns the next slice of committed messages into deliveries, each message once for each
-- subscription of its own tenant that wants it, and puts it into the feed of its topic where somebody reads that in SQL. Safe to call from any number of relays: one works, the others get busy.
--
-- Reads by a pair of snapshots: what the target sees and done does not see. A number as cursor would lose messages whose
-- transaction took an earlier number and committed later; a horizon would stand still while any transaction is open.
-- Raises: U5003 cluster_changed

CREATE OR REPLACE FUNCTION c360.fan_out(
    p_limit      integer DEFAULT 2000,
    OUT is_busy  boolean,
    OUT messages integer,
    OUT deliveries integer,
    OUT has_more boolean,
    OUT hints    jsonb
)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tick   record;
    v_last   bigint;
    v_older  integer;
BEGIN
    is_busy := false;
    messages := 0;
    deliveries := 0;
    has_more := false;
    hints := '[]';

    PERFORM c360.check_cluster();
    PERFORM c360._hold_partitions();

    -- Idle is the usual case and must not write: look without a lock first.
    SELECT * INTO v_tick FROM c360._pending_messages();
    IF v_tick.first_seq IS NULL
        AND NOT EXISTS (SELECT FROM c360.backfills AS backfill WHERE NOT backfill.is_held)
        AND NOT EXISTS (SELECT FROM c360.topic_feeds AS feed WHERE feed.taken_snapshot IS NULL AND feed.dropped_at IS NULL)
    THEN
        RETURN;
    END IF;

    PERFORM FROM c360.ticks AS tick WHERE tick.tick = 'fan-out' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        is_busy := true;
        RETURN;
    END IF;

    PERFORM c360._take_feeds();
    v_older := c360._finish_backfills(p_limit * 10);
    deliveries := v_older;

    SELECT * INTO v_tick FROM c360._pending_messages();
    IF v_tick.first_seq IS NULL THEN
        RETURN;
    END IF;

    SELECT step.message_count, step.delivery_count + v_older, step.last_seq, step.hints
    INTO messages, deliveries, v_last, hints
    FROM c360._insert_deliveries(
        v_tick.done_snapshot, v_tick.target_snapshot, v_tick.first_seq, v_tick.last_seq, p_limit
    ) AS step;

    has_more := messages >= p_limit AND v_last < v_tick.last_seq;

    UPDATE c360.ticks AS tick
    SET done_snapshot = CASE WHEN has_more THEN v_tick.done_snapshot ELSE v_tick.target_snapshot END,
        target_snapshot = CASE WHEN has_more THEN v_tick.target_snapshot END,
        seq_done = CASE WHEN has_more THEN v_last ELSE 0 END,
        seq_target = CASE WHEN has_more THEN v_tick.last_seq ELSE 0 END,
        last_seq = greatest(tick.last_seq, v_last),
        ticked_at = clock_timestamp()
    WHERE tick.tick = 'fan-out';
END;
$$;

COMMENT ON FUNCTION c360.fan_out(integer) IS
    'Makes deliveries of the next committed messages; hints say which topics of which tenants moved.';
