-- Lists the API keys of a tenant, without anything a key could be made from.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.list_api_keys(p_tenant text)
    RETURNS TABLE (
        name             text,
        kind             text,
        source           text,
        key_prefix       text,
        allowed_origins  text[],
        created_at       timestamptz,
        created_by       text,
        revoked_at       timestamptz
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    RETURN QUERY
    SELECT
        key.name,
        key.kind,
        key.source,
        key.key_prefix,
        key.allowed_origins,
        key.created_at,
        key.created_by,
        key.revoked_at
    FROM c360.api_keys AS key
    WHERE key.tenant = p_tenant
    ORDER BY key.api_key_id;
END;
$$;

COMMENT ON FUNCTION c360.list_api_keys(text) IS
    'API keys of a tenant with their sources and origins, live and revoked.';
