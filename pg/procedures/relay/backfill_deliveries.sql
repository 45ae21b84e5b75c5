-- Makes deliveries of older messages for a subscription that asked for them, the next p_window messages of the log, or notes what a
-- topic held before somebody began to read it in SQL. Safe to call from any number of relays: each subscription is worked on by one.
-- Answers how far it came, 0 when nothing is to do.
--
-- Goes towards what is fanned out already, never beyond: the last bit is left to fan_out(), which takes the subscription over
-- at that moment. So each message comes from here or from there, and the fan-out of others never waits for a backfill.
-- Webhooks that have too much waiting are looked at first: see _hold_back().

CREATE OR REPLACE FUNCTION c360.backfill_deliveries(p_window integer DEFAULT 20000)
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_backfill record;
    v_last     bigint;
    v_fed      bigint;
BEGIN
    PERFORM c360.check_cluster();
    PERFORM c360._hold_partitions();
    PERFORM c360._hold_back();

    -- Beside each other: neither a webhook nor a consumer that wants millions of older messages holds the others up.
    v_fed := c360._fill_feeds(p_window);

    FOR v_backfill IN
        SELECT
            backfill.subscription_id,
            backfill.from_at,
            backfill.done_snapshot,
            coalesce(backfill.target_snapshot, tick.done_snapshot) AS target_snapshot,
            backfill.target_snapshot IS NULL AS is_new_pass,
            backfill.seq_done + 1 AS first_seq,
            backfill.seq_target AS last_seq
        FROM c360.backfills AS backfill
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = backfill.subscription_id
        CROSS JOIN c360.ticks AS tick
        WHERE tick.tick = 'fan-out'
          AND subscription.state <> 'disabled'
          AND NOT backfill.is_held
        FOR UPDATE OF backfill SKIP LOCKED
    LOOP
        IF v_backfill.is_new_pass THEN
            SELECT pending.first_seq, pending.last_seq
            INTO v_backfill.first_seq, v_backfill.last_seq
            FROM c360._backfill_range(v_backfill.from_at, v_backfill.done_snapshot, v_backfill.target_snapshot) AS pending;
            -- Little enough for the fan-out to end it.
            CONTINUE WHEN coalesce(v_backfill.last_seq - v_backfill.first_seq, 0) < p_window;
        END IF;

        v_last := least(v_backfill.first_seq + p_window - 1, v_backfill.last_seq);
        PERFORM c360._backfill_deliveries(
            v_backfill.subscription_id, v_backfill.from_at, v_backfill.done_snapshot, v_backfill.target_snapshot,
            v_backfill.first_seq, v_last
        );

        UPDATE c360.backfills AS backfill
        SET done_snapshot = CASE WHEN v_last = v_backfill.last_seq THEN v_backfill.target_snapshot
                                 ELSE v_backfill.done_snapshot END,
            target_snapshot = CASE WHEN v_last < v_backfill.last_seq THEN v_backfill.target_snapshot END,
            seq_done = v_last,
            seq_target = v_backfill.last_seq
        WHERE backfill.subscription_id = v_backfill.subscription_id;

        RETURN v_last;
    END LOOP;

    RETURN v_fed;
END;
$$;

COMMENT ON FUNCTION c360.backfill_deliveries(integer) IS
    'A slice of older messages for subscriptions that asked for them; returns the last sequence number, 0 when none is left.';
