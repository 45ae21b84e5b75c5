-- The next observations whose visits are to be worked out: those noted, which leave the queue, and while not all have been
-- worked out with this pause, the next of all observations with events. has_more: there are others. Trusts the search_path and the
-- lock of sessions.

CREATE OR REPLACE FUNCTION c360._claim_observations(
    p_idle               interval,
    p_limit              integer,
    OUT raw_profile_ids  bigint[],
    OUT has_more         boolean
)
    LANGUAGE plpgsql
    SET enable_seqscan = off
AS $$
DECLARE
    v_state   record;
    v_further bigint[] := '{}';
BEGIN
    INSERT INTO cdp_session_states AS state (idle)
    VALUES (p_idle)
    ON CONFLICT (is_only) DO UPDATE
    SET idle = excluded.idle,
        filled_to = 0,
        is_filled = false
    WHERE state.idle IS DISTINCT FROM excluded.idle;

    WITH taken AS (
        DELETE FROM cdp_session_queue AS work
        WHERE work.queue_id IN (SELECT next.queue_id FROM cdp_session_queue AS next ORDER BY next.queue_id LIMIT p_limit)
        RETURNING work.raw_profile_id
    )
    SELECT coalesce(array_agg(DISTINCT taken.raw_profile_id), '{}')
    INTO raw_profile_ids
    FROM taken;

    SELECT
        state.filled_to,
        state.is_filled
    INTO v_state
    FROM cdp_session_states AS state;

    IF NOT v_state.is_filled THEN
        v_further := ARRAY(
            SELECT DISTINCT activity.raw_profile_id
            FROM cdp_activity AS activity
            WHERE activity.raw_profile_id > v_state.filled_to
            ORDER BY activity.raw_profile_id
            LIMIT p_limit
        );

        UPDATE cdp_session_states AS state
        SET filled_to = coalesce(v_further[cardinality(v_further)], state.filled_to),
            is_filled = cardinality(v_further) < p_limit;
    END IF;

    raw_profile_ids := raw_profile_ids || v_further;
    has_more := cardinality(v_further) = p_limit OR EXISTS (SELECT FROM cdp_session_queue);
END;
$$;

COMMENT ON FUNCTION c360._claim_observations(interval, integer) IS
    'The next observations whose visits are to be worked out.';
