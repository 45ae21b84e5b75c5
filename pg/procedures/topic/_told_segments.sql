-- Since when each segment of a tenant is one of which readers may know who entered and left, as {"segment": time}. Segments that are hidden
-- or gone are not in it. Empty for a tenant that has not been synced since an upgrade. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._told_segments(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
AS $$
DECLARE
    v_segments jsonb := '{}';
BEGIN
    IF to_regclass('cdp_segment_states') IS NOT NULL THEN
        SELECT coalesce(jsonb_object_agg(state.segment, state.begun_at), '{}')
        INTO v_segments
        FROM cdp_segment_states AS state
        WHERE state.segment <> ALL (c360._hidden_segments(p_tenant));
    END IF;

    RETURN v_segments;
END;
$$;

COMMENT ON FUNCTION c360._told_segments(text) IS
    'The segments of which readers may know who entered and left, and since when.';
