-- Checksum of the functions that every tenant has for its people, to see whether a tenant has those of this release. Reads only.

CREATE OR REPLACE FUNCTION c360._tenant_functions_checksum()
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT encode(sha256(convert_to(string_agg(made.taken_by || made.definition, '' ORDER BY made.function_name), 'UTF8')), 'hex')
    FROM c360._tenant_functions() AS made;
$$;

COMMENT ON FUNCTION c360._tenant_functions_checksum() IS
    'Checksum of the functions every tenant has for its people.';
