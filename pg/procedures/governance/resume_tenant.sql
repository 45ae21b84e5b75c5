-- Lets a suspended tenant be written again. Safe to repeat; false when it was active already. For the owner of c360
-- alone; granted to nobody.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.resume_tenant(p_tenant text)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    UPDATE c360.tenants AS tenant
    SET status = 'active',
        suspended_at = NULL
    WHERE tenant.tenant = p_tenant
      AND tenant.status = 'suspended';

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.resume_tenant(text) IS
    'Lets a suspended tenant be written again; returns false when it was active already.';
