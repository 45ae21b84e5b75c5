-- Name of the table through which the rows of a file reach an import, schema included and quoted. Pure.

CREATE OR REPLACE FUNCTION c360._import_staging(p_tenant text, p_import_id bigint)
    RETURNS text
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('%I.%I', 'tenant_' || p_tenant, 'cdp_import_staging_' || p_import_id);
$$;

COMMENT ON FUNCTION c360._import_staging(text, bigint) IS
    'The staging table of an import of a file.';
