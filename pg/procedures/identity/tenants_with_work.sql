-- The active tenants whose resolution queue is not empty, or where something that failed is due again, for the resolver.
-- Reads one or two rows per tenant; passes over tenants whose tables are locked, until they are free.
-- Raises nothing.

CREATE OR REPLACE FUNCTION c360.tenants_with_work()
    RETURNS TABLE (tenant text)
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant   record;
    v_has_work boolean;
BEGIN
    FOR v_tenant IN
        SELECT
            active.tenant,
            active.schema_name
        FROM c360.tenants AS active
        JOIN pg_namespace AS own ON own.nspname = active.schema_name
        JOIN pg_namespace AS shared ON shared.nspname = 'c360' AND shared.nspowner = own.nspowner
        WHERE active.status = 'active'
        ORDER BY active.tenant
    LOOP
        -- Registered, but its tables are not made yet.
        CONTINUE WHEN to_regclass(format('%I.cdp_resolution_queue', v_tenant.schema_name)) IS NULL;

        -- A sync of the tenant, or its end, may hold these tables for long; the others need not wait for that.
        BEGIN
            EXECUTE format(
                'LOCK TABLE %1$I.cdp_resolution_queue, %1$I.cdp_resolution_failures IN ACCESS SHARE MODE NOWAIT',
                v_tenant.schema_name
            );
            EXECUTE format(
                $query$
                    SELECT EXISTS (SELECT FROM %1$I.cdp_resolution_queue)
                        OR EXISTS (SELECT FROM %1$I.cdp_resolution_failures WHERE retry_at <= clock_timestamp())
                $query$,
                v_tenant.schema_name
            )
            INTO v_has_work;
        EXCEPTION
            WHEN lock_not_available THEN
                v_has_work := false;
        END;

        IF v_has_work THEN
            tenant := v_tenant.tenant;
            RETURN NEXT;
        END IF;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360.tenants_with_work() IS
    'Active tenants that have observations waiting for resolution.';
