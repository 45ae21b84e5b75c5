-- The tenants the caller may read, with status and properties. Reads only; the list of somebody without rights is empty.

CREATE OR REPLACE FUNCTION c360.list_tenants()
    RETURNS jsonb
    LANGUAGE sql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(to_jsonb(listed) ORDER BY listed.tenant), '[]')
    FROM c360.tenants AS listed
    WHERE c360._has_tenant_right(c360._caller(), listed.tenant, 'read');
$$;

COMMENT ON FUNCTION c360.list_tenants() IS
    'The tenants the caller may read, as a list of documents.';
