-- The segments of a tenant whose members people may not see, because their conditions look at an attribute that is masked now, or at a
-- property of events that is no longer shown. New ones of that kind are refused; these are older than the mask. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._hidden_segments(p_tenant text)
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(state.segment), '{}')
        FROM cdp_segment_states AS state
        WHERE c360._tells_hidden(p_tenant, state.columns)
    );
END;
$$;

COMMENT ON FUNCTION c360._hidden_segments(text) IS
    'Segments whose conditions look at an attribute that is masked now.';
