-- Reads the body of an outcome, {activationId, outcome, timestamp, details, messageId}, and keeps it.
-- Safe to repeat.
-- Raises: U1001 body_not_json, U2522 activation_not_found, U2523 outcome_invalid, U4404 tenant_not_found, U4423 tenant_suspended

CREATE OR REPLACE FUNCTION c360.record_outcome_body(p_tenant text, p_source text, p_body text)
    RETURNS json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_body    jsonb;
    v_problem text;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF NOT pg_input_is_valid(p_body, 'jsonb') THEN
        RAISE EXCEPTION 'the body is not JSON'
            USING ERRCODE = 'U1001';
    END IF;

    v_body := p_body::jsonb;
    v_problem := CASE
        WHEN jsonb_typeof(v_body) <> 'object' THEN 'the body is no object'
        WHEN NOT coalesce(pg_input_is_valid(v_body ->> 'activationId', 'uuid'), false) THEN 'activationId is no id of an activation'
        WHEN v_body ->> 'timestamp' IS NOT NULL AND c360._client_time(v_body ->> 'timestamp') IS NULL THEN 'timestamp is no time'
    END;
    IF v_problem IS NOT NULL THEN
        RAISE EXCEPTION 'the outcome cannot be kept: %', v_problem
            USING ERRCODE = 'U2523',
                  HINT = 'Send {"activationId": "...", "outcome": "delivered"}.';
    END IF;

    RETURN c360.record_outcome(
        p_tenant,
        (v_body ->> 'activationId')::uuid,
        v_body ->> 'outcome',
        c360._client_time(v_body ->> 'timestamp'),
        coalesce(v_body -> 'details', '{}'),
        v_body ->> 'messageId',
        p_source
    )::json;
END;
$$;

COMMENT ON FUNCTION c360.record_outcome_body(text, text, text) IS
    'Reads the body of an outcome and keeps it.';
