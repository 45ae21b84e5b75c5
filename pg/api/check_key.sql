-- Says whom an API key speaks for, or why it may not, without an error: a refused key must not become a line in the log of the
-- server, which anybody could fill. The gateway asks for keys it does not know; whatever the answer, receive() and
-- profile_by_key() judge the key again. p_key_hash NULL: the key is looked for in the body (writeKey).
-- Answers {"tenant", "key_hash"}, or {"code", "message", "hint"} with U1401 or U1403.

CREATE OR REPLACE FUNCTION c360_v1.check_key(
    p_key_hash  bytea,
    p_body      text DEFAULT NULL,
    p_origin    text DEFAULT NULL
)
    RETURNS json
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hash     bytea := coalesce(p_key_hash, c360._body_key_hash(p_body));
    v_tenant   text;
    v_code     text;
    v_message  text;
    v_hint     text;
BEGIN
    SELECT key.tenant
    INTO v_tenant
    FROM c360._authenticate_key(v_hash, p_origin) AS key;

    RETURN json_build_object('tenant', v_tenant, 'key_hash', encode(v_hash, 'hex'));
EXCEPTION
    WHEN SQLSTATE 'U1401' OR SQLSTATE 'U1403' THEN
        GET STACKED DIAGNOSTICS
            v_code = RETURNED_SQLSTATE,
            v_message = MESSAGE_TEXT,
            v_hint = PG_EXCEPTION_HINT;
        RETURN json_build_object('code', v_code, 'message', v_message, 'hint', v_hint);
END;
$$;

COMMENT ON FUNCTION c360_v1.check_key(bytea, text, text) IS
    'The tenant an API key speaks for and its hash, or code, message and hint of the refusal.';
