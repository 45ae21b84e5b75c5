-- Ingests the body of an HTTP request for the tenant that its claims name, as the role the HTTP server became: that role needs to
-- be a writer of the tenant. Behind the functions of c360_v1.
-- Raises: U1414 key_of_agent, what c360.request_tenant() and c360.ingest_request() raise, 42501 for a role that is no writer

CREATE OR REPLACE FUNCTION c360.ingest_claimed(p_type text, p_body text)
    RETURNS json
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_request record;
    v_answer  json;
BEGIN
    SELECT * INTO v_request FROM c360.request_tenant();

    IF v_request.kind = 'agent' THEN
        RAISE EXCEPTION 'this token is for agents: it may ask for a context and tell outcomes'
            USING ERRCODE = 'U1414',
                  HINT = 'Send events with a token of another kind.';
    END IF;

    EXECUTE format('SELECT %I.ingest_request($1, $2, $3)', v_request.schema_name)
    USING coalesce(v_request.source, 'http'), p_type, p_body
    INTO v_answer;

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360.ingest_claimed(text, text) IS
    'Ingests a request body for the tenant that the claims of the request name.';
