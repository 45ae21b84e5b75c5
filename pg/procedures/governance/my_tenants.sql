-- The tenants whose functions the current role may call, by PostgreSQL's own rights. Runs as the caller. Reads only.
-- A schema that somebody else made under such a name is no tenant: nobody shall be led to call what is in it.

CREATE OR REPLACE FUNCTION c360.my_tenants()
    RETURNS SETOF text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT substr(schema.nspname, length('tenant_') + 1)
    FROM pg_namespace AS schema
    JOIN pg_proc AS function ON function.pronamespace = schema.oid AND function.proname = 'tenant_metadata'
    WHERE starts_with(schema.nspname, 'tenant_')
      AND schema.nspowner = (SELECT shared.nspowner FROM pg_namespace AS shared WHERE shared.nspname = 'c360')
      AND has_schema_privilege(schema.oid, 'USAGE')
      AND has_function_privilege(function.oid, 'EXECUTE')
    ORDER BY schema.nspname;
$$;

COMMENT ON FUNCTION c360.my_tenants() IS
    'The tenants whose functions the current role may call.';
