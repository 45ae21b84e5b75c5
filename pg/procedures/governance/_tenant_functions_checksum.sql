-- Checksum of the functions that every tenant has for its people and of its copies of shared ones, to see whether a tenant has those of this release. Reads only.

CREATE OR REPLACE FUNCTION c360._tenant_functions_checksum()
    RETURNS text
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT encode(sha256(convert_to(string_agg(made.text, '' ORDER BY made.function_name), 'UTF8')), 'hex')
    FROM (
        SELECT listed.function_name, listed.taken_by || listed.definition AS text
        FROM c360._tenant_functions() AS listed

        UNION ALL

        SELECT copied.function_name, copied.definition
        FROM c360._tenant_copies() AS copied
    ) AS made;
$$;

COMMENT ON FUNCTION c360._tenant_functions_checksum() IS
    'Checksum of the functions every tenant has for its people.';
