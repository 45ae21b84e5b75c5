-- Whom a rule would contact as it stands, and why not the others: everybody who is in the segment it waits for, or left it, did the event or was merged
-- within p_within. Answers {rule, considered, reached, held, reasons: {reason: persons}, sample: [{profile_id, is_reached, reasons, resumes_at}]}; a person with several
-- reasons counts for each. What is too old now is not left out. Changes nothing.
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
    v_as_of  timestamptz := c360._checked_time('p_as_of', p_as_of);
    v_within interval := c360._checked_interval('p_within', coalesce(p_within, interval '7 days'), interval '366 days');
    v_sample integer := c360._checked_limit(p_sample);
    v_answer jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_activation_rule(p_tenant, p_rule);

    WITH judged AS MATERIALIZED (
        SELECT
            told.place,
            told.profile_id,
            told.reasons,
            told.resumes_at
        FROM c360._judge_activations(
            p_tenant,
            c360._activation_audience(p_tenant, p_rule, v_as_of - v_within, v_as_of),
            v_as_of,
            false
        ) AS told
    )
    SELECT jsonb_build_object(
        'rule', p_rule,
        'considered', count(*),
        'reached', count(*) FILTER (WHERE judged.reasons = '{}'),
        'held', count(*) FILTER (WHERE judged.reasons = '{}' AND judged.resumes_at IS NOT NULL),
        'reasons', (
            SELECT coalesce(jsonb_object_agg(counted.reason, counted.persons), '{}')
            FROM (
                SELECT
                    named.reason,
                    count(*) AS persons
                FROM judged AS own
                CROSS JOIN LATERAL unnest(own.reasons) AS named (reason)
                GROUP BY named.reason
            ) AS counted
        ),
        'sample', (
            SELECT coalesce(jsonb_agg(
                jsonb_build_object(
                    'profile_id', shown.profile_id,
                    'is_reached', shown.reasons = '{}',
                    'reasons', shown.reasons,
                    'resumes_at', shown.resumes_at
                )
                ORDER BY shown.place
            ), '[]')
            FROM (SELECT own.* FROM judged AS own ORDER BY own.place LIMIT v_sample) AS shown
        )
    )
    INTO v_answer
    FROM judged;

    RETURN v_answer;
END;
$$;

COMMENT ON FUNCTION c360.preview_activation(text, text, interval, integer, timestamptz) IS
    'Whom a rule of activation would contact, and why not the others.';
