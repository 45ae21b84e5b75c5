-- Ends the claim of a session on an import. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._release_import(p_tenant text, p_import_id bigint)
    RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM c360.import_sessions AS holder
    WHERE holder.tenant = p_tenant
      AND holder.import_id = p_import_id;
$$;

COMMENT ON FUNCTION c360._release_import(text, bigint) IS
    'Ends the claim of a session on an import of a file.';
