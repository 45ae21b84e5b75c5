-- What the gateway calls for /rpc/profile: authenticates the key and reads, in one round trip.
-- Raises: U1401 key_unknown, U1403 origin_forbidden, U1413 key_may_not_read, U1414 key_of_agent, U2404 profile_not_found

CREATE OR REPLACE FUNCTION c360_v1.profile_by_key(
    p_key_hash         bytea,
    p_identifier_type  text,
    p_value            text,
    p_origin           text DEFAULT NULL
)
    RETURNS json
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant  text;
    v_kind    text;
BEGIN
    SELECT key.tenant, key.kind
    INTO v_tenant, v_kind
    FROM c360._authenticate_key(p_key_hash, p_origin) AS key;

    PERFORM c360._check_key_may(v_kind, 'read');
    PERFORM c360._use_tenant(v_tenant);

    RETURN c360._profile(v_tenant, p_identifier_type, p_value);
END;
$$;

COMMENT ON FUNCTION c360_v1.profile_by_key(bytea, text, text, text) IS
    'Authenticates a secret key by its SHA-256 and answers a golden record.';
