-- Answers whether messages of a tenant may be removed just now, and keeps it so until the transaction ends.
-- On a server that the log was moved to, transaction ids say nothing about what was fanned out until somebody confirms it.
-- And whoever takes up old messages again (a subscription with a start in the past, a replay) locks the row of the tenant
-- for sharing first: so either their deliveries are seen here, or they see what was removed. Waits for nobody.

CREATE OR REPLACE FUNCTION c360._may_remove_messages(p_tenant text)
    RETURNS boolean
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360.check_cluster();
    PERFORM c360._hold_partitions();

    PERFORM
    FROM c360.tenants AS tenant
    WHERE tenant.tenant = p_tenant
    FOR UPDATE SKIP LOCKED;

    RETURN FOUND;
EXCEPTION
    WHEN SQLSTATE 'U5003' OR lock_not_available THEN
        RETURN false;
END;
$$;

COMMENT ON FUNCTION c360._may_remove_messages(text) IS
    'Whether messages of a tenant may be removed just now; holds off whoever would send old ones again.';
