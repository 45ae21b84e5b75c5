-- Notes that all golden records of a tenant are to be queued, because observations may hold values for new columns. In the transaction that
-- adds the columns, so that it is not forgotten when the worker dies after it. Safe to repeat: it begins anew.

CREATE OR REPLACE FUNCTION c360._begin_rebuild(p_tenant text)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.tenant_syncs AS sync (tenant, is_finishing, rebuild_after)
    VALUES (p_tenant, true, '00000000-0000-0000-0000-000000000000')
    ON CONFLICT (tenant) DO UPDATE
    SET is_finishing = true,
        rebuild_after = excluded.rebuild_after;
$$;

COMMENT ON FUNCTION c360._begin_rebuild(text) IS
    'Notes that the golden records of a tenant are to be queued for new columns.';
