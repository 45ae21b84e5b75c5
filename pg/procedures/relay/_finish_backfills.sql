-- Takes over subscriptions whose backfill has nearly caught up: makes their last older deliveries and leaves the rest to the
-- fan-out. Called by fan_out() with its tick locked; does nothing in the middle of a step. Reads at most p_window messages,
-- so that no backfill, however large, holds up the fan-out. Answers how many deliveries it made.

CREATE OR REPLACE FUNCTION c360._finish_backfills(p_window integer)
    RETURNS integer
    LANGUAGE plpgsql
AS $$
DECLARE
    v_backfill record;
    v_range    record;
    v_room     bigint := p_window;
    v_made     integer := 0;
BEGIN
    FOR v_backfill IN
        SELECT backfill.subscription_id, backfill.from_at, backfill.done_snapshot, tick.done_snapshot AS target_snapshot
        FROM c360.backfills AS backfill
        JOIN c360.subscriptions AS subscription ON subscription.subscription_id = backfill.subscription_id
        CROSS JOIN c360.ticks AS tick
        WHERE tick.tick = 'fan-out'
          AND tick.target_snapshot IS NULL
          AND backfill.target_snapshot IS NULL
          AND subscription.state <> 'disabled'
          AND NOT backfill.is_held
        LIMIT 100
        FOR UPDATE OF backfill SKIP LOCKED
    LOOP
        SELECT pending.first_seq, pending.last_seq
        INTO v_range
        FROM c360._backfill_range(v_backfill.from_at, v_backfill.done_snapshot, v_backfill.target_snapshot) AS pending;
        CONTINUE WHEN v_range.last_seq - v_range.first_seq >= v_room;

        IF v_range.first_seq IS NOT NULL THEN
            v_room := v_room - (v_range.last_seq - v_range.first_seq + 1);
            v_made := v_made + c360._backfill_deliveries(
                v_backfill.subscription_id, v_backfill.from_at, v_backfill.done_snapshot, v_backfill.target_snapshot,
                v_range.first_seq, v_range.last_seq
            );
        END IF;

        DELETE FROM c360.backfills AS backfill
        WHERE backfill.subscription_id = v_backfill.subscription_id;
    END LOOP;

    RETURN v_made;
END;
$$;

COMMENT ON FUNCTION c360._finish_backfills(integer) IS
    'Hands subscriptions that have caught up over to the fan-out; returns how many deliveries that took.';
