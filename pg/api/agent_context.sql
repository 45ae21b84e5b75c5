-- POST /rpc/agent_context, for PostgREST: the whole body is the one parameter, {identifierType, value, purpose, channel, events}. The tenant comes from
-- request.jwt.claims, the right from the role PostgREST became: a reader of the tenant. A token whose claims say another kind than agent or secret is
-- refused all the same: it may stand in a web page. Every call is kept.
-- Raises: U1012 parameter_missing, U1401 key_unknown, U1413 key_may_not_read, U2404 profile_not_found, U2405 identifier_type_unknown, U2502 person_unclear,
--         U2511 consent_purpose_not_found, U4403 tenant_forbidden, U4423 tenant_suspended, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360_v1.agent_context(json)
    RETURNS json
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_request record;
    v_answer  json;
BEGIN
    SELECT * INTO v_request FROM c360.request_tenant();

    IF (v_request.kind IN ('agent', 'secret')) IS NOT TRUE THEN
        RAISE EXCEPTION 'this token may only send events'
            USING ERRCODE = 'U1413',
                  HINT = 'Use a token of kind agent, from a server.';
    END IF;

    EXECUTE format('SELECT %I.agent_context_body($1)', v_request.schema_name)
    USING $1::text
    INTO v_answer;

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360_v1.agent_context(json) IS
    'What an AI agent may know about a person for a purpose, and what it must not do.';
