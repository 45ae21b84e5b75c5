-- Gives every tenant the functions of this release for its people. Last step of an installation. Safe to repeat.

CREATE OR REPLACE PROCEDURE c360._renew_tenants()
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_checksum text := c360._tenant_functions_checksum();
    v_tenant   text;
BEGIN
    FOR v_tenant IN
        SELECT known.tenant
        FROM c360.tenants AS known
        WHERE NOT EXISTS (
            SELECT
            FROM c360.tenant_releases AS release
            WHERE release.tenant = known.tenant
              AND release.template = 'functions'
              AND release.checksum = v_checksum
        )
        ORDER BY known.tenant
    LOOP
        PERFORM c360._renew_tenant_functions(v_tenant);
    END LOOP;
END;
$$;

COMMENT ON PROCEDURE c360._renew_tenants() IS
    'Gives every tenant the functions of this release for its people.';
