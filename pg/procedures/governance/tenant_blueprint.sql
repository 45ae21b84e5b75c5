-- Everything a tenant is rendered and exported from, as one document, blocked values whole: for those who plan, sync and export
-- it. Safe to repeat; reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.tenant_blueprint(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    RETURN c360._tenant_metadata(p_tenant);
END;
$$;

COMMENT ON FUNCTION c360.tenant_blueprint(text) IS
    'The governance metadata of a tenant as one document, whole: what its schema is rendered and exported from.';
