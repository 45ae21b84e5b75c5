-- Ends an API key at once and for good. Safe to repeat: the second call answers false.
-- The triggers on c360.api_keys audit it and tell c360-synch-events.
-- Raises: U1405 key_not_found, U4404

CREATE OR REPLACE FUNCTION c360.revoke_api_key(p_tenant text, p_name text)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_is_revoked boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    SELECT key.revoked_at IS NOT NULL
    INTO v_is_revoked
    FROM c360.api_keys AS key
    WHERE key.tenant = p_tenant
      AND key.name = p_name
    FOR UPDATE;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant "%" has no key named "%"', p_tenant, p_name
            USING ERRCODE = 'U1405',
                  HINT = 'List the keys with: c360 key list';
    END IF;
    IF v_is_revoked THEN
        RETURN false;
    END IF;

    UPDATE c360.api_keys AS key
    SET revoked_at = now()
    WHERE key.tenant = p_tenant
      AND key.name = p_name;

    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360.revoke_api_key(text, text) IS
    'Revokes an API key; false when it was revoked already.';
