-- What the gateway calls for /rpc/outcome: authenticates the secret or agent key and keeps what became of a contact, in one round trip. The body is
-- {activationId, outcome, timestamp, details, messageId}; the source is that of the key.
-- Raises: U1001 body_not_json, U1401 key_unknown, U1403 origin_forbidden, U1413 key_may_not_read, U2522 activation_not_found, U2523 outcome_invalid,
--         U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360_v1.outcome_by_key(
    p_key_hash  bytea,
    p_body      text,
    p_origin    text DEFAULT NULL
)
    RETURNS json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key record;
BEGIN
    SELECT * INTO v_key FROM c360._authenticate_key(p_key_hash, p_origin);
    PERFORM c360._check_key_may(v_key.kind, 'serve');

    RETURN c360.record_outcome_body(v_key.tenant, v_key.source, p_body);
END;
$$;

COMMENT ON FUNCTION c360_v1.outcome_by_key(bytea, text, text) IS
    'Authenticates a secret or agent key by its SHA-256 and keeps what became of a contact.';
