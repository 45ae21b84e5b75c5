-- One step of filling a segment that is new or whose condition changed: looks at the next golden records. Answers {"profiles", "entered",
-- "left"}. Trusts the search_path and the lock of segments.

CREATE OR REPLACE FUNCTION c360._fill_segment(
    p_tenant  text,
    p_segment text,
    p_limit   integer,
    p_as_of   timestamptz
)
    RETURNS jsonb
    LANGUAGE plpgsql
AS $$
DECLARE
    v_state record;
    v_ids   uuid[];
    v_step  jsonb;
BEGIN
    SELECT
        state.filled_to,
        state.tells,
        state.compiled_at
    INTO v_state
    FROM cdp_segment_states AS state
    WHERE state.segment = p_segment;

    v_ids := coalesce(c360._next_profiles(v_state.filled_to, p_limit), '{}');
    v_step := c360._evaluate_segment(
        p_tenant, p_segment, v_ids, p_as_of, 'definition',
        v_state.tells AND p_segment <> ALL (c360._hidden_segments(p_tenant))
    );

    UPDATE cdp_segment_states AS state
    SET status = CASE WHEN cardinality(v_ids) < p_limit THEN 'settled' ELSE 'filling' END,
        filled_to = CASE WHEN cardinality(v_ids) < p_limit THEN NULL ELSE v_ids[cardinality(v_ids)] END,
        settled_at = CASE WHEN cardinality(v_ids) < p_limit THEN now() ELSE state.settled_at END
    WHERE state.segment = p_segment
      AND state.status = 'filling'
      AND state.compiled_at = v_state.compiled_at;

    RETURN v_step || jsonb_build_object('profiles', cardinality(v_ids));
END;
$$;

COMMENT ON FUNCTION c360._fill_segment(text, text, integer, timestamptz) IS
    'One step of looking at everybody with a new condition.';
