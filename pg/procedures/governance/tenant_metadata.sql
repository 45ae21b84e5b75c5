-- What a tenant is made of, as one document: properties, identifier types, blocked values, attributes, retired ones included,
-- and match rules. Blocked values of masked identifier types are hidden; whole, for rendering and export, the document is
-- what c360.tenant_blueprint() answers. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.tenant_metadata(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    RETURN (
        SELECT c360._masked_metadata(p_tenant, whole.document)
        FROM c360._tenant_metadata(p_tenant) AS whole (document)
    );
END;
$$;

COMMENT ON FUNCTION c360.tenant_metadata(text) IS
    'The governance metadata of a tenant as one document, blocked values of masked identifier types hidden.';
