-- Why a rule does or does not contact a person: {profile_id, rule, now: {is_reached, reasons, resumes_at}, waiting: [{set_off_by, happened_at, due_at}],
-- decisions: [{activation_id, decided_at, is_requested, reasons, outcomes, set_off_by, happened_at}]}, the latest 100 first. now is as if it were set off at this moment.
-- p_identifier_type 'profile_id' takes the id of a golden record. Reads only.
-- Raises: U2404 profile_not_found, U2405 identifier_type_unknown, U2521 activation_rule_not_found, U4404 tenant_not_found, U4424 time_out_of_bounds

CREATE OR REPLACE FUNCTION c360.explain_activation(
    p_tenant          text,
    p_rule            text,
    p_identifier_type text,
    p_value           text,
    p_as_of           timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_as_of  timestamptz := c360._checked_time('p_as_of', p_as_of);
    v_id     uuid;
    v_family uuid[];
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_activation_rule(p_tenant, p_rule);

    SELECT found.master_profile_id INTO v_id FROM c360._find_profile(p_tenant, p_identifier_type, p_value) AS found;
    v_family := c360._family_of(v_id);

    RETURN jsonb_build_object(
        'profile_id', v_id,
        'rule', p_rule,
        'now', (
            SELECT jsonb_build_object('is_reached', told.reasons = '{}', 'reasons', told.reasons, 'resumes_at', told.resumes_at)
            FROM c360._judge_activations(
                p_tenant, ARRAY[ROW(1, p_rule, v_id, v_as_of)::c360.activation_candidate], v_as_of, false
            ) AS told
        ),
        'waiting', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object('set_off_by', work.trigger_key, 'happened_at', work.happened_at, 'due_at', work.due_at)
                ORDER BY work.due_at
            ), '[]')
            FROM cdp_activation_queue AS work
            WHERE work.master_profile_id = ANY (v_family)
              AND work.rule = p_rule
        ),
        'decisions', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object(
                    'activation_id', listed.activation_id,
                    'decided_at', listed.decided_at,
                    'is_requested', listed.is_requested,
                    'reasons', listed.reasons,
                    'outcomes', listed.outcomes,
                    'set_off_by', listed.trigger_key,
                    'happened_at', listed.happened_at
                )
                ORDER BY listed.decided_at DESC, listed.activation_id DESC
            ), '[]')
            FROM (
                SELECT past.*
                FROM cdp_activations AS past
                WHERE past.master_profile_id = ANY (v_family)
                  AND past.rule = p_rule
                ORDER BY
                    past.decided_at DESC,
                    past.activation_id DESC
                LIMIT 100
            ) AS listed
        )
    );
END;
$$;

COMMENT ON FUNCTION c360.explain_activation(text, text, text, text, timestamptz) IS
    'Why a rule of activation does or does not contact a person.';
