-- Suspends a tenant: it can be read, but nothing is written or resolved. Safe to repeat; false when it was suspended
-- already. For the owner of c360 alone; granted to nobody.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.suspend_tenant(
    p_tenant text,
    p_at     timestamptz DEFAULT now()
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    UPDATE c360.tenants AS tenant
    SET status = 'suspended',
        suspended_at = p_at
    WHERE tenant.tenant = p_tenant
      AND tenant.status = 'active';

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.suspend_tenant(text, timestamptz) IS
    'Stops all writing to a tenant; returns false when it was suspended already.';
