-- Makes the rows that transactions of a tenant lock to take turns. Safe to repeat and to share: only missing rows are made.
-- For a tenant that does not exist there is nothing to make.

CREATE OR REPLACE FUNCTION c360._make_locks(p_tenant text)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO c360.locks (tenant, lock, bucket)
    SELECT
        tenant.tenant,
        wanted.lock,
        wanted.bucket
    FROM c360.tenants AS tenant
    CROSS JOIN (
        SELECT unnest(ARRAY['sync', 'metadata', 'resolver', 'scores', 'imports', 'sessions', 'profiles', 'segments', 'activations']) AS lock, 0 AS bucket
        UNION ALL
        SELECT 'orders', generate_series(0, 127)
    ) AS wanted
    WHERE tenant.tenant = p_tenant
    ON CONFLICT (tenant, lock, bucket) DO NOTHING;
$$;

COMMENT ON FUNCTION c360._make_locks(text) IS
    'Makes the lock rows of a tenant that are missing.';
