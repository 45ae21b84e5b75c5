-- POST /rpc/outcome, for PostgREST: the whole body is the one parameter, {activationId, outcome, timestamp, details, messageId}. Tenant and source
-- come from request.jwt.claims, the right from the role PostgREST became: a writer of the tenant. A token whose claims say another kind than secret or agent is
-- refused all the same: it may stand in a web page. Safe to repeat.
-- Raises: U1401 key_unknown, U1413 key_may_not_read, U2522 activation_not_found, U2523 outcome_invalid, U4403 tenant_forbidden

CREATE OR REPLACE FUNCTION c360_v1.outcome(json)
    RETURNS json
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_request record;
    v_answer  json;
BEGIN
    SELECT * INTO v_request FROM c360.request_tenant();

    IF (v_request.kind IN ('secret', 'agent')) IS NOT TRUE THEN
        RAISE EXCEPTION 'this token may only send events'
            USING ERRCODE = 'U1413',
                  HINT = 'Use a token of kind secret or agent, from a server.';
    END IF;

    EXECUTE format('SELECT %I.record_outcome_body($1, $2)', v_request.schema_name)
    USING coalesce(v_request.source, 'http'), $1::text
    INTO v_answer;

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360_v1.outcome(json) IS
    'Records what became of a contact that a rule of activation asked for.';
