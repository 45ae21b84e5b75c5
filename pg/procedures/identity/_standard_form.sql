-- A checksum of everything that decides what an observation says in standard form: all functions of the release and of the
-- tenant. What was brought into standard form under the same one need not be read again. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._standard_form(p_tenant text)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN md5((
        SELECT string_agg(part.name || ' ' || part.checksum, ',' ORDER BY part.name COLLATE "C")
        FROM (
            SELECT shared.path AS name, shared.sha256 AS checksum FROM c360.repeatables AS shared
            UNION ALL
            SELECT own.template, own.checksum FROM c360.tenant_releases AS own WHERE own.tenant = p_tenant
        ) AS part
    ));
END;
$$;

COMMENT ON FUNCTION c360._standard_form(text) IS
    'Checksum of what decides how observations are brought into standard form.';
