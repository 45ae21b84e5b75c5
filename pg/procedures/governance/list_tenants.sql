-- All tenants with status and properties. Reads only. For the owner of c360 and the workers; what somebody else may call: my_tenants().

CREATE OR REPLACE FUNCTION c360.list_tenants()
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(to_jsonb(listed.*) ORDER BY listed.tenant), '[]')
    FROM c360.tenants AS listed;
$$;

COMMENT ON FUNCTION c360.list_tenants() IS
    'All tenants, as a list of documents.';
