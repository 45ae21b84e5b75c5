-- What the gateway answers at /: OpenAPI of what a key may do. Only for a secret key it names columns of its tenant.
-- Raises: U1401 key_unknown, U1403 origin_forbidden

CREATE OR REPLACE FUNCTION c360_v1.openapi_by_key(
    p_key_hash  bytea,
    p_origin    text DEFAULT NULL
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
    IF p_key_hash IS NOT NULL THEN
        SELECT key.tenant, key.kind
        INTO v_tenant, v_kind
        FROM c360._authenticate_key(p_key_hash, p_origin) AS key;
    END IF;

    RETURN c360._openapi(CASE WHEN v_kind = 'secret' THEN v_tenant END, v_kind);
END;
$$;

COMMENT ON FUNCTION c360_v1.openapi_by_key(bytea, text) IS
    'OpenAPI of what a key may do.';
