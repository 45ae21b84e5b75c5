-- Who is to be taken out of the lake, oldest first, for who does it. Reads only.
-- Raises: U4404 tenant_not_found, U4460 lake_not_set, U4465 lake_not_ready

CREATE OR REPLACE FUNCTION c360.lake_erasures_waiting(p_tenant text)
    RETURNS TABLE (erasure_id bigint, raw_profile_ids bigint[], master_profile_ids text[], texts text[])
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_lake(p_tenant);

    RETURN QUERY
    SELECT
        erasure.erasure_id,
        erasure.raw_profile_ids,
        erasure.master_profile_ids::text[],
        erasure.texts
    FROM cdp_lake_erasures AS erasure
    WHERE erasure.done_at IS NULL
    ORDER BY erasure.erasure_id;
END;
$$;

COMMENT ON FUNCTION c360.lake_erasures_waiting(text) IS
    'Who is to be taken out of the lake.';
