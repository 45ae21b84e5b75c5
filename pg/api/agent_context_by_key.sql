-- What the gateway calls for /rpc/agent/context: authenticates the agent or secret key, answers what it may know of a person and keeps that it was told,
-- in one round trip and one transaction. The body is {identifierType, value, purpose, channel, events}.
-- Raises: U1001 body_not_json, U1012 parameter_missing, U1401 key_unknown, U1403 origin_forbidden, U1413 key_may_not_read, U2404 profile_not_found,
--         U2405 identifier_type_unknown, U2502 person_unclear, U2511 consent_purpose_not_found, U4423 tenant_suspended, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360_v1.agent_context_by_key(
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
    PERFORM c360._use_tenant(v_key.tenant, 'write');

    RETURN c360._agent_context(v_key.tenant, c360._agent_question(p_body), v_key.name, 'key')::json;
END;
$$;

COMMENT ON FUNCTION c360_v1.agent_context_by_key(bytea, text, text) IS
    'Authenticates an agent key by its SHA-256 and answers what an agent may know about a person for a purpose.';
