-- The next golden records for which something follows: those noted, which leave the queue, and while not all have been worked out,
-- the next of all; these begin anew when the tenant has another time zone or currency. has_more: there are others. Some of them may be no
-- more: merged or erased. Trusts the search_path and the lock of profiles.

CREATE OR REPLACE FUNCTION c360._claim_touched_profiles(
    p_zone                  text,
    p_currency              text,
    p_limit                 integer,
    OUT master_profile_ids  uuid[],
    OUT has_more            boolean
)
    LANGUAGE plpgsql
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
    c_start   constant uuid := '00000000-0000-0000-0000-000000000000';
    v_touches bigint[];
    v_state   record;
    v_further uuid[] := '{}';
BEGIN
    INSERT INTO cdp_touch_states AS state (time_zone, currency)
    VALUES (p_zone, p_currency)
    ON CONFLICT (is_only) DO UPDATE
    SET time_zone = excluded.time_zone,
        currency = excluded.currency,
        filled_to = excluded.filled_to,
        is_filled = false
    WHERE (state.time_zone, state.currency) IS DISTINCT FROM (excluded.time_zone, excluded.currency);

    v_touches := ARRAY(
        SELECT next.touch_id
        FROM cdp_touched_profiles AS next
        ORDER BY next.touch_id
        LIMIT p_limit
    );

    WITH taken AS (
        DELETE FROM cdp_touched_profiles AS touch
        WHERE touch.touch_id = ANY (v_touches)
        RETURNING touch.master_profile_id
    )
    SELECT coalesce(array_agg(DISTINCT taken.master_profile_id), '{}')
    INTO master_profile_ids
    FROM taken;

    SELECT
        state.filled_to,
        state.is_filled
    INTO v_state
    FROM cdp_touch_states AS state;

    IF NOT v_state.is_filled THEN
        v_further := ARRAY(
            SELECT profile.master_profile_id
            FROM cdp_master_profiles AS profile
            WHERE profile.master_profile_id > v_state.filled_to
            ORDER BY profile.master_profile_id
            LIMIT p_limit
        );

        UPDATE cdp_touch_states AS state
        SET filled_to = CASE WHEN cardinality(v_further) < p_limit THEN c_start ELSE v_further[p_limit] END,
            is_filled = cardinality(v_further) < p_limit;

        master_profile_ids := ARRAY(
            SELECT DISTINCT claimed.id
            FROM unnest(master_profile_ids || v_further) AS claimed (id)
        );
    END IF;

    has_more := cardinality(v_further) = p_limit OR EXISTS (SELECT FROM cdp_touched_profiles);
END;
$$;

COMMENT ON FUNCTION c360._claim_touched_profiles(text, text, integer) IS
    'The next golden records for which something follows from a change.';
