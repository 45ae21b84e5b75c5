-- What the gateway calls for every request: authenticates the key and ingests the body, in one round trip and one
-- transaction. p_key_hash NULL: the key is looked for in the body (writeKey).
-- The answer is the same for known and unknown persons: a write key can never be used to ask.
-- Raises: U1001 body_not_json, U1002 body_not_events, U1003 body_too_large, U1004 batch_too_long, U1005 body_too_deep,
--         U1009 endpoint_unknown, U1401 key_unknown, U1403 origin_forbidden, U1414 key_of_agent, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360_v1.receive(
    p_key_hash  bytea,
    p_type      text,
    p_body      text,
    p_origin    text DEFAULT NULL
)
    RETURNS json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant  text;
    v_source  text;
    v_kind    text;
BEGIN
    SELECT key.tenant, key.source, key.kind
    INTO v_tenant, v_source, v_kind
    FROM c360._authenticate_key(coalesce(p_key_hash, c360._body_key_hash(p_body)), p_origin) AS key;
    PERFORM c360._check_key_may(v_kind, 'send');

    IF (p_type = ANY (ARRAY['identify', 'track', 'page', 'screen', 'group', 'alias', 'batch', 'import', 'consent'])) IS NOT TRUE THEN
        RAISE EXCEPTION 'there is no endpoint "%"', p_type
            USING ERRCODE = 'U1009';
    END IF;

    RETURN c360.ingest_request(v_tenant, v_source, p_type, p_body);
END;
$$;

COMMENT ON FUNCTION c360_v1.receive(bytea, text, text, text) IS
    'Authenticates an API key by its SHA-256 and ingests a request body with it.';
