-- agent_context() for a body {identifierType, value, purpose, channel, events}.
-- Raises: U1001 body_not_json, U1012 parameter_missing, U2404 profile_not_found, U2405 identifier_type_unknown, U2502 person_unclear,
--         U2511 consent_purpose_not_found, U4404 tenant_not_found, U4423 tenant_suspended, U4426 limit_out_of_bounds (more than 50 events)

CREATE OR REPLACE FUNCTION c360.agent_context_body(p_tenant text, p_body text)
    RETURNS json
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN c360._agent_context(p_tenant, c360._agent_question(p_body), c360._actor(), 'sql')::json;
END;
$$;

COMMENT ON FUNCTION c360.agent_context_body(text, text) IS
    'What an AI agent may know about a person for a purpose, for a body of a request.';
