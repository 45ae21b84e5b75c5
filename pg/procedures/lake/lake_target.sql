-- Where the lake of a tenant is, for the processes that work on it. Reads only.
-- Raises: U4404 tenant_not_found, U4460 lake_not_set, U4465 lake_not_ready

CREATE OR REPLACE FUNCTION c360.lake_target(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_lake(p_tenant);

    RETURN (
        SELECT jsonb_build_object(
            'tenant', lake.tenant,
            'url', lake.url,
            'options', lake.options,
            'format', lake.format,
            'has_iceberg', EXISTS (SELECT FROM c360_iceberg.iceberg_tables AS entry WHERE entry.table_namespace = p_tenant)
        )
        FROM c360.lakes AS lake
        WHERE lake.tenant = p_tenant
    );
END;
$$;

COMMENT ON FUNCTION c360.lake_target(text) IS
    'Where the lake of a tenant is.';
