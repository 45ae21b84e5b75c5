-- Whom a rule would contact as it stands, and why not the others: everybody who is in the segment it waits for, beyond the line of the score or silent for so long, or who
-- left the segment, did the event or was merged within p_within. Answers {rule, considered, reached, held, reasons: {reason: persons}, sample: [{profile_id, is_reached, reasons,
-- resumes_at}]}; a person with several reasons counts for each. What is too old now is not left out. Judges ten thousand persons at a time, so that what it takes
-- in memory does not grow with them; p_sample, at most so many are shown. Changes nothing.
-- Raises: U2521 activation_rule_not_found, U4404 tenant_not_found, U4424, U4425, U4426 of times and limits

CREATE OR REPLACE FUNCTION c360.preview_activation(
    p_tenant text,
    p_rule   text,
    p_within interval DEFAULT '7 days',
    p_sample integer DEFAULT 20,
    p_as_of  timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_as_of      timestamptz := c360._checked_time('p_as_of', p_as_of);
    v_within     interval := c360._checked_interval('p_within', coalesce(p_within, interval '7 days'), interval '366 days');
    v_sample     integer := c360._checked_limit(p_sample);
    v_candidates c360.activation_candidate[];
    v_step       record;
    v_considered bigint := 0;
    v_reached    bigint := 0;
    v_held       bigint := 0;
    v_reasons    jsonb := '{}';
    v_shown      jsonb := '[]';
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_activation_rule(p_tenant, p_rule);

    FOR v_candidates IN
        SELECT array_agg(audience.*)
        FROM c360._activation_audience(p_tenant, p_rule, v_as_of - v_within, v_as_of) AS audience
        GROUP BY audience.place / 10000
    LOOP
        WITH judged AS MATERIALIZED (
            SELECT
                told.place,
                told.profile_id,
                told.reasons,
                told.resumes_at
            FROM c360._judge_activations(p_tenant, v_candidates, v_as_of, false) AS told
        )
        SELECT
            count(*) AS considered,
            count(*) FILTER (WHERE judged.reasons = '{}') AS reached,
            count(*) FILTER (WHERE judged.reasons = '{}' AND judged.resumes_at IS NOT NULL) AS held,
            (
                SELECT jsonb_object_agg(counted.reason, counted.persons)
                FROM (
                    SELECT
                        named.reason,
                        count(*) AS persons
                    FROM judged AS own
                    CROSS JOIN LATERAL unnest(own.reasons) AS named (reason)
                    GROUP BY named.reason
                ) AS counted
            ) AS reasons,
            (
                SELECT coalesce(jsonb_agg(
                    jsonb_build_object(
                        'profile_id', shown.profile_id,
                        'is_reached', shown.reasons = '{}',
                        'reasons', shown.reasons,
                        'resumes_at', shown.resumes_at
                    )
                ), '[]')
                FROM (SELECT own.* FROM judged AS own ORDER BY own.place LIMIT v_sample - jsonb_array_length(v_shown)) AS shown
            ) AS shown
        INTO v_step
        FROM judged;

        v_considered := v_considered + v_step.considered;
        v_reached := v_reached + v_step.reached;
        v_held := v_held + v_step.held;
        v_shown := v_shown || v_step.shown;
        v_reasons := v_reasons || (
            SELECT coalesce(jsonb_object_agg(step.key, coalesce((v_reasons ->> step.key)::bigint, 0) + step.value::bigint), '{}')
            FROM jsonb_each_text(v_step.reasons) AS step
        );
    END LOOP;

    RETURN jsonb_build_object(
        'rule', p_rule,
        'considered', v_considered,
        'reached', v_reached,
        'held', v_held,
        'reasons', v_reasons,
        'sample', v_shown
    );
END;
$$;

COMMENT ON FUNCTION c360.preview_activation(text, text, interval, integer, timestamptz) IS
    'Whom a rule of activation would contact, and why not the others.';
