-- Brings deliveries whose retry is due back into their lanes, at their old place. Safe to call from any number of relays.
-- next_due_in: seconds until the next one is due, NULL when none waits.

CREATE OR REPLACE FUNCTION c360.release_due_deliveries(
    p_limit         integer DEFAULT 500,
    OUT released    integer,
    OUT next_due_in double precision
)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT extract(epoch FROM min(parked.due_at) - clock_timestamp())
    INTO next_due_in
    FROM c360.parked_deliveries AS parked
    WHERE NOT parked.is_behind;

    released := 0;
    IF next_due_in IS NULL OR next_due_in > 0 THEN
        RETURN;
    END IF;

    WITH due AS (
        SELECT parked.subscription_id, parked.lane, parked.delivery_id
        FROM c360.parked_deliveries AS parked
        WHERE NOT parked.is_behind
          AND parked.due_at <= clock_timestamp()
        ORDER BY parked.due_at, parked.delivery_id
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    ),
    taken AS (
        DELETE FROM c360.parked_deliveries AS parked
        USING due
        WHERE parked.subscription_id = due.subscription_id
          AND parked.lane = due.lane
          AND parked.delivery_id = due.delivery_id
        RETURNING parked.*
    )
    INSERT INTO c360.deliveries (subscription_id, lane, delivery_id, message_seq, message_at, key_hash, attempt)
        OVERRIDING SYSTEM VALUE
    SELECT
        taken.subscription_id, taken.lane, taken.delivery_id, taken.message_seq, taken.message_at, taken.key_hash,
        taken.attempt
    FROM taken;

    GET DIAGNOSTICS released = ROW_COUNT;
END;
$$;

COMMENT ON FUNCTION c360.release_due_deliveries(integer) IS
    'Moves parked deliveries whose time has come back into their lanes.';
