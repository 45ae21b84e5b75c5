-- One step of looking at everybody: fills segments that are new or whose conditions changed, those first that others are made of, and after
-- that lets enter and leave whom the passing of time moves, and notes whose scores crossed the lines of rules of activation. Call it again while has_more is true; then all have been looked at once. The next
-- call begins anew. Answers {"profiles", "entered", "left", "has_more"}, and busy when another session is at it.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.refresh_segments(
    p_tenant text,
    p_limit  integer DEFAULT 10000,
    p_as_of  timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_as_of   timestamptz := c360._checked_time('p_as_of', p_as_of);
    v_limit   integer := greatest(c360._checked_limit(p_limit), 1);
    v_segment text;
    v_ids     uuid[];
    v_step    jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    -- A tenant that has not been synced since an upgrade.
    IF to_regclass('cdp_segment_states') IS NULL THEN
        RETURN '{"profiles": 0, "entered": 0, "left": 0, "has_more": false}';
    END IF;

    IF NOT c360._try_lock(p_tenant, 'segments') THEN
        RETURN '{"profiles": 0, "entered": 0, "left": 0, "has_more": false, "busy": true}';
    END IF;

    -- What failed is tried again whenever a pass begins: the value that did not fit may be gone.
    UPDATE cdp_segment_states AS state
    SET status = 'filling',
        problem = NULL
    WHERE state.status = 'failed'
      AND NOT EXISTS (SELECT FROM cdp_segment_passes)
      AND NOT EXISTS (SELECT FROM cdp_segment_states AS other WHERE other.status = 'filling');

    INSERT INTO cdp_segment_passes (walked_to)
    VALUES (NULL)
    ON CONFLICT (is_only) DO NOTHING;

    SELECT state.segment
    INTO v_segment
    FROM cdp_segment_states AS state
    WHERE state.status = 'filling'
    ORDER BY
        state.place,
        state.segment
    LIMIT 1;

    IF FOUND THEN
        RETURN c360._fill_segment(p_tenant, v_segment, v_limit, v_as_of) || '{"has_more": true}';
    END IF;

    v_ids := coalesce(c360._next_profiles((SELECT pass.walked_to FROM cdp_segment_passes AS pass), v_limit), '{}');
    v_step := c360._refresh_segments(p_tenant, v_ids, v_as_of, 'time', true);
    PERFORM c360._note_score_crossings(p_tenant, v_ids);

    IF cardinality(v_ids) < v_limit THEN
        DELETE FROM cdp_segment_passes;
    ELSE
        UPDATE cdp_segment_passes
        SET walked_to = v_ids[cardinality(v_ids)];
    END IF;

    RETURN v_step || jsonb_build_object('profiles', cardinality(v_ids), 'has_more', cardinality(v_ids) = v_limit);
END;
$$;

COMMENT ON FUNCTION c360.refresh_segments(text, integer, timestamptz) IS
    'One step of filling new segments and of finding who enters or leaves because time passes.';
