-- Strikes files out of the ledger after their objects were deleted: stale ones only. Safe to repeat. Answers how many.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake

CREATE OR REPLACE FUNCTION c360.forget_lake_files(p_tenant text, p_epoch bigint, p_keys text[])
    RETURNS bigint
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);

    DELETE FROM cdp_lake_files AS file
    WHERE file.key = ANY (p_keys)
      AND file.state = 'stale';
    GET DIAGNOSTICS v_count = ROW_COUNT;

    RETURN v_count;
END;
$$;

COMMENT ON FUNCTION c360.forget_lake_files(text, bigint, text[]) IS
    'Strikes deleted files out of the ledger.';
