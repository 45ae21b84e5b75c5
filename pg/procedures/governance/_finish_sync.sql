-- Notes that nothing is left of a sync: indexes are there, golden records are queued. The lease ends. Where that had failed before, the
-- tenant is looked at once more: the failure took the place of what waited for a person. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._finish_sync(p_tenant text)
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM c360.tenant_syncs AS sync WHERE sync.tenant = p_tenant AND sync.state = 'failed') THEN
        PERFORM c360._request_sync(ARRAY[p_tenant]);
    END IF;

    UPDATE c360.tenant_syncs AS sync
    SET state = CASE sync.state WHEN 'failed' THEN 'current' ELSE sync.state END,
        error_code = NULL,
        error_hint = NULL,
        attempts = 0,
        retry_at = NULL,
        is_finishing = false,
        rebuild_after = NULL,
        claimed_by = NULL,
        lease_until = NULL
    WHERE sync.tenant = p_tenant;
END;
$$;

COMMENT ON FUNCTION c360._finish_sync(text) IS
    'Notes that indexes and golden records have followed too.';
