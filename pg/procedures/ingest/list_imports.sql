-- Lists the imports of a tenant, newest first.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.list_imports(p_tenant text, p_limit integer DEFAULT 20)
    RETURNS TABLE (
        import_id    bigint,
        source       text,
        name         text,
        status       text,
        row_count    bigint,
        counts       jsonb,
        mapping      jsonb,
        options      jsonb,
        started_at   timestamptz,
        finished_at  timestamptz,
        started_by   text
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
        import.import_id,
        import.source,
        import.name,
        import.status,
        import.row_count,
        import.counts,
        import.mapping,
        import.options,
        import.started_at,
        import.finished_at,
        import.started_by
    FROM cdp_imports AS import
    ORDER BY import.import_id DESC
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.list_imports(text, integer) IS
    'Imports of a tenant with their mapping and counts, newest first.';
