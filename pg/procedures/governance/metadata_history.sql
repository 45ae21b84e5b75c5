-- The versions of what decides who is who in a tenant, newest first: when, by whom, and what changed. Blocked values of masked
-- identifier types are hidden. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.metadata_history(
    p_tenant text,
    p_limit  integer DEFAULT 50
)
    RETURNS TABLE (version integer, recorded_at timestamptz, recorded_by text, checksum text, changes text[])
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    RETURN QUERY
    SELECT
        known.version,
        known.recorded_at,
        known.recorded_by,
        known.checksum,
        c360._masked_changes(p_tenant, known.changes)
    FROM c360.metadata_versions AS known
    WHERE known.tenant = p_tenant
    ORDER BY known.version DESC
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.metadata_history(text, integer) IS
    'Versions of a tenant''s identity metadata, newest first: when, by whom, what changed.';
