-- Finds the tenant and source an API key speaks for. Only live keys, only from the origins they allow.
-- A browser sends its origin, everybody else may leave it out: an origin protects honest pages from copied keys, it is
-- no secret.
-- Raises: U1401 key_unknown, U1403 origin_forbidden

CREATE OR REPLACE FUNCTION c360._authenticate_key(
    p_key_hash  bytea,
    p_origin    text,
    OUT tenant  text,
    OUT source  text,
    OUT kind    text,
    OUT name    text
)
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_allowed_origins text[];
BEGIN
    SELECT key.tenant, key.source, key.kind, key.name, key.allowed_origins
    INTO tenant, source, kind, name, v_allowed_origins
    FROM c360.api_keys AS key
    WHERE key.key_hash = p_key_hash
      AND key.revoked_at IS NULL;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'the key is missing, unknown or revoked'
            USING ERRCODE = 'U1401',
                  HINT = 'Send the write key as user of HTTP Basic, as bearer token, or as writeKey in the body.';
    END IF;

    IF p_origin IS NOT NULL AND v_allowed_origins <> '{}' AND p_origin <> ALL (v_allowed_origins) THEN
        RAISE EXCEPTION 'the key may not be used from "%"', p_origin
            USING ERRCODE = 'U1403',
                  HINT = 'Create a key with this origin: c360 key create --origin';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360._authenticate_key(bytea, text) IS
    'Tenant, source, kind and name of a live API key.';
