-- The segments of a tenant whose members people may not see, because their conditions look at an attribute that is masked now. New ones of
-- that kind are refused; these are older than the mask. Trusts the search_path. Reads only.

CREATE OR REPLACE FUNCTION c360._hidden_segments(p_tenant text)
    RETURNS text[]
    LANGUAGE plpgsql
    STABLE
AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(state.segment), '{}')
        FROM cdp_segment_states AS state
        WHERE state.columns && ARRAY(SELECT hidden.attribute FROM c360._masked_attributes(p_tenant) AS hidden)
    );
END;
$$;

COMMENT ON FUNCTION c360._hidden_segments(text) IS
    'Segments whose conditions look at an attribute that is masked now.';
