-- What an AI agent may know about a person for a purpose: {profile_id, as_of, purpose, is_allowed, consents, do_not, profile, masked, computed_traits, scores,
-- segments, last_events, next_best_action, no_action_because}. Where the person does not allow the purpose, what begins with profile is NULL. Nothing masked and
-- no text of an event is in it. p_channel: over which the agent would talk, NULL for any. Every call is kept, see agent_calls().
-- Raises: U1012 parameter_missing, U2404 profile_not_found, U2405 identifier_type_unknown, U2502 person_unclear, U2511 consent_purpose_not_found,
--         U4404 tenant_not_found, U4423 tenant_suspended, U4426 limit_out_of_bounds (more than 50 events)

CREATE OR REPLACE FUNCTION c360.agent_context(
    p_tenant          text,
    p_identifier_type text,
    p_value           text,
    p_purpose         text,
    p_channel         text DEFAULT NULL,
    p_events          integer DEFAULT 10
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    RETURN c360._agent_context(
        p_tenant,
        ROW(p_identifier_type, p_value, p_purpose, p_channel, p_events)::c360.agent_question,
        c360._actor(),
        'sql'
    );
END;
$$;

COMMENT ON FUNCTION c360.agent_context(text, text, text, text, text, integer) IS
    'What an AI agent may know about a person for a purpose: golden record, scores, segments, events, consents, what not to do and what next.';
