-- What became of erasures in the lake, newest first: when, and the proof: files rewritten, rows removed, objects scanned, what the store keeps
-- anyway and until when. Not who. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.lake_erasures(p_tenant text)
    RETURNS TABLE (erasure_id bigint, mode text, requested_at timestamptz, done_at timestamptz, proof jsonb)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    IF to_regclass('cdp_lake_erasures') IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        erasure.erasure_id,
        erasure.mode,
        erasure.requested_at,
        erasure.done_at,
        erasure.proof
    FROM cdp_lake_erasures AS erasure
    ORDER BY erasure.erasure_id DESC;
END;
$$;

COMMENT ON FUNCTION c360.lake_erasures(text) IS
    'What became of erasures in the lake.';
