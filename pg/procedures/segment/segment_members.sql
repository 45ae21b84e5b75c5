-- The members of a segment in the order of their ids, a page at a time: p_after is the last id of the page before. Reads only.
-- Raises: U3301 segment_not_found, U3304 segment_hidden, U4404 tenant_not_found, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.segment_members(
    p_tenant  text,
    p_segment text,
    p_after   uuid DEFAULT NULL,
    p_limit   integer DEFAULT 100
)
    RETURNS TABLE (master_profile_id uuid, entered_at timestamptz)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_segment(p_tenant, p_segment);

    RETURN QUERY
    SELECT
        member.master_profile_id,
        member.entered_at
    FROM cdp_segment_members AS member
    WHERE member.segment = p_segment
      AND (p_after IS NULL OR member.master_profile_id > p_after)
    ORDER BY member.master_profile_id
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.segment_members(text, text, uuid, integer) IS
    'The members of a segment, a page at a time.';
