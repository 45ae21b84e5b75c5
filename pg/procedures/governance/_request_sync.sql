-- Asks for a sync of tenants, and wakes the workers when the transaction commits. Waits for nobody: each call adds rows of its own.
-- Unknown tenants are left out: one is on its way out when its metadata go.

CREATE OR REPLACE FUNCTION c360._request_sync(p_tenants text[])
    RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO c360.sync_requests (tenant)
    SELECT known.tenant
    FROM c360.tenants AS known
    WHERE known.tenant = ANY (p_tenants)
    ORDER BY known.tenant;

    IF FOUND THEN
        PERFORM c360._ring_bell('sync');
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._request_sync(text[]) IS
    'Asks the workers to bring the schemas of tenants in line with their metadata.';
