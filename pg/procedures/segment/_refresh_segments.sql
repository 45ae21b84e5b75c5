-- Brings the members of all segments of a tenant among these golden records in line with their conditions, segments after those they are
-- made of. Called in the transaction that worked out what else follows from touched golden records. Ids may be gone: absorbed records leave,
-- erased ones are forgotten. While a segment is filled, only those are looked at that the filling has passed: it comes to the others.
-- Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._refresh_segments(
    p_tenant text,
    p_ids    uuid[],
    p_as_of  timestamptz DEFAULT now(),
    p_why    text DEFAULT 'event',
    p_timely boolean DEFAULT false
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_state   record;
    v_ids     uuid[];
    v_hidden  text[];
    v_step    jsonb;
    v_entered bigint := 0;
    v_left    bigint := 0;
BEGIN
    IF cardinality(p_ids) = 0 OR to_regclass('cdp_segment_states') IS NULL OR NOT EXISTS (
        SELECT
        FROM cdp_segment_states AS state
        WHERE state.status IN ('settled', 'filling')
    ) THEN
        RETURN '{"entered": 0, "left": 0}';
    END IF;

    PERFORM c360._hold_lock(p_tenant, 'segments');
    v_hidden := c360._hidden_segments(p_tenant);

    FOR v_state IN
        SELECT
            state.segment,
            state.status,
            state.filled_to
        FROM cdp_segment_states AS state
        WHERE state.status IN ('settled', 'filling')
          AND (state.uses_time OR NOT p_timely)
        ORDER BY
            state.place,
            state.segment
    LOOP
        v_ids := CASE v_state.status
            WHEN 'settled' THEN p_ids
            ELSE ARRAY(SELECT asked.id FROM unnest(p_ids) AS asked (id) WHERE asked.id <= v_state.filled_to)
        END;
        CONTINUE WHEN cardinality(v_ids) = 0;

        v_step := c360._evaluate_segment(
            p_tenant, v_state.segment, v_ids, p_as_of, p_why, v_state.segment <> ALL (v_hidden)
        );
        v_entered := v_entered + (v_step ->> 'entered')::bigint;
        v_left := v_left + (v_step ->> 'left')::bigint;
    END LOOP;

    RETURN jsonb_build_object('entered', v_entered, 'left', v_left);
END;
$$;

COMMENT ON FUNCTION c360._refresh_segments(text, uuid[], timestamptz, text, boolean) IS
    'Brings the members of all segments among these golden records in line with their conditions.';
