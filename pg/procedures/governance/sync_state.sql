-- How far the schema of a tenant follows its metadata, as c360._sync_state() says: current, pending, waits for a person, or failed.
-- Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.sync_state(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    RETURN c360._sync_state(p_tenant);
END;
$$;

COMMENT ON FUNCTION c360.sync_state(text) IS
    'How far the tenant follows its metadata: current, pending, waits for a person with the plan, or failed with the code.';
