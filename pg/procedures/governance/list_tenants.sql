-- All tenants with status and properties, and whether they have tables yet. Reads only. For the owner of c360 and the workers; what somebody else may call: my_tenants().

CREATE OR REPLACE FUNCTION c360.list_tenants()
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(
        to_jsonb(listed.*)
            || jsonb_build_object('is_synced', to_regnamespace(quote_ident(listed.schema_name)) IS NOT NULL)
        ORDER BY listed.tenant
    ), '[]')
    FROM c360.tenants AS listed;
$$;

COMMENT ON FUNCTION c360.list_tenants() IS
    'All tenants, as a list of documents.';
