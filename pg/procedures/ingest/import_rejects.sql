-- Lists rows an import refused, in their order, as they were sent. They may hold values that readers see masked only:
-- for the administrator of the tenant.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.import_rejects(
    p_tenant     text,
    p_import_id  bigint,
    p_limit      integer DEFAULT 100,
    p_after_row  bigint DEFAULT 0
)
    RETURNS TABLE (row_number bigint, code text, reason text, content text)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        reject.row_number,
        reject.code,
        reject.reason,
        reject.content
    FROM cdp_import_rejects AS reject
    WHERE reject.import_id = p_import_id
      AND reject.row_number > p_after_row
    ORDER BY reject.row_number
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.import_rejects(text, bigint, integer, bigint) IS
    'Rows an import refused, with the reason, as they were sent.';
