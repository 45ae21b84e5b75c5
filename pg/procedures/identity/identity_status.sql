-- How far identity resolution is in a tenant: what waits and since when, what failed (why is in
-- cdp_resolution_failures), how many observations and golden records there are. Counts of the large tables are the planner's estimates, so that asking costs nothing.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.identity_status(p_tenant text)
    RETURNS TABLE (
        queue_depth       bigint,
        oldest_queued_at  timestamptz,
        failures          bigint,
        raw_profiles      bigint,
        golden_records    bigint,
        merges            bigint
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        (SELECT count(*) FROM cdp_resolution_queue),
        (SELECT min(first.enqueued_at) FROM (SELECT work.enqueued_at FROM cdp_resolution_queue AS work ORDER BY work.queue_id LIMIT 1) AS first),
        (SELECT count(*) FROM cdp_resolution_failures),
        c360._estimated_rows('cdp_raw_profiles'::regclass),
        c360._estimated_rows('cdp_master_profiles'::regclass),
        c360._estimated_rows('cdp_profile_merges'::regclass);
END;
$$;

COMMENT ON FUNCTION c360.identity_status(text) IS
    'Queue depth, age and failures of identity resolution, and the sizes of its tables.';
