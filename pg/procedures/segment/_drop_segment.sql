-- Removes what a sync made of a segment that is no longer in the metadata: functions, state, members and their history. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._drop_segment(
    p_tenant  text,
    p_segment text
)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._drop_segment_functions(p_tenant, p_segment);

    DELETE FROM cdp_segment_states AS state
    WHERE state.segment = p_segment;

    DELETE FROM cdp_segment_members AS member
    WHERE member.segment = p_segment;

    DELETE FROM cdp_segment_changes AS change
    WHERE change.segment = p_segment;
END;
$$;

COMMENT ON FUNCTION c360._drop_segment(text, text) IS
    'Removes functions, state, members and history of a segment that is no longer in the metadata.';
