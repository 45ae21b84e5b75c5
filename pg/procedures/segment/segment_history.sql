-- Who entered and left, newest first: of one segment, of one golden record, or of all. p_before is the last change_id of the page before.
-- Segments whose members people may not see are left out. Reads only.
-- Raises: U3301 segment_not_found, U3304 segment_hidden, U4404 tenant_not_found, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.segment_history(
    p_tenant            text,
    p_segment           text DEFAULT NULL,
    p_master_profile_id uuid DEFAULT NULL,
    p_before            bigint DEFAULT NULL,
    p_limit             integer DEFAULT 100
)
    RETURNS TABLE (
        change_id         bigint,
        segment           text,
        master_profile_id uuid,
        change            text,
        reason            text,
        changed_at        timestamptz
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    IF p_segment IS NOT NULL THEN
        PERFORM c360._check_segment(p_tenant, p_segment);
    END IF;

    RETURN QUERY
    SELECT
        noted.change_id,
        noted.segment,
        noted.master_profile_id,
        noted.change,
        noted.reason,
        noted.changed_at
    FROM cdp_segment_changes AS noted
    WHERE (p_segment IS NULL OR noted.segment = p_segment)
      AND (p_master_profile_id IS NULL OR noted.master_profile_id = p_master_profile_id)
      AND (p_before IS NULL OR noted.change_id < p_before)
      AND noted.segment <> ALL (c360._hidden_segments(p_tenant))
    ORDER BY noted.change_id DESC
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.segment_history(text, text, uuid, bigint, integer) IS
    'Who entered and left segments, newest first, with the reason.';
