-- Gives the lake of a tenant back. Safe to repeat. False if the session did not have it.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.release_lake(p_tenant text)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_life_sign bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT lake.life_sign
    INTO v_life_sign
    FROM c360.lakes AS lake
    WHERE lake.tenant = p_tenant
      AND lake.pid = pg_backend_pid()
    FOR UPDATE;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    UPDATE c360.lakes AS lake
    SET pid = NULL,
        life_sign = NULL
    WHERE lake.tenant = p_tenant;

    RETURN pg_advisory_unlock_shared(v_life_sign);
END;
$$;

COMMENT ON FUNCTION c360.release_lake(text) IS
    'Gives the lake of a tenant back.';
