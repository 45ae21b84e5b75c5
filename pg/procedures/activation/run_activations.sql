-- One step of deciding whom rules contact: looks at who entered or left segments, and once at everybody for a new rule that waits for scores or silence, then decides what is due, one thing of each person, so that
-- caps count what was decided before. Writes activation.requested for those who are contacted, and each decision with its reasons. What comes in the quiet
-- hours of a person waits for their end, and is judged then. Call it again while has_more is true. One session a tenant at a time.
-- Answers {"requested", "refused", "held", "has_more"}, and busy when another session is at it.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4424 time_out_of_bounds, U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.run_activations(
    p_tenant text,
    p_limit  integer DEFAULT 500,
    p_as_of  timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    v_as_of      timestamptz := c360._checked_time('p_as_of', p_as_of);
    v_limit      integer := greatest(c360._checked_limit(p_limit), 1);
    v_has_more   boolean;
    v_candidates c360.activation_candidate[];
    v_answer     jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    IF to_regclass('cdp_activation_queue') IS NULL OR NOT c360._try_lock(p_tenant, 'activations') THEN
        RETURN jsonb_build_object(
            'requested', 0, 'refused', 0, 'held', 0, 'has_more', false, 'busy', to_regclass('cdp_activation_queue') IS NOT NULL
        );
    END IF;

    v_has_more := c360._note_segment_changes(p_tenant, v_limit);
    v_has_more := c360._look_at_everybody(p_tenant, greatest(v_limit, 2000)) OR v_has_more;

    v_candidates := ARRAY(
        SELECT ROW(chosen.queue_id, chosen.rule, chosen.master_profile_id, chosen.happened_at)::c360.activation_candidate
        FROM (
            SELECT DISTINCT ON (coalesce(golden.merged_into, due.master_profile_id)) due.*
            FROM (
                SELECT work.*
                FROM cdp_activation_queue AS work
                WHERE work.due_at <= v_as_of
                ORDER BY
                    work.due_at,
                    work.queue_id
                LIMIT v_limit
            ) AS due
            LEFT JOIN cdp_master_profiles AS golden ON golden.master_profile_id = due.master_profile_id
            ORDER BY
                coalesce(golden.merged_into, due.master_profile_id),
                due.due_at,
                due.queue_id
        ) AS chosen
        ORDER BY chosen.queue_id
    );

    v_answer := c360._decide_activations(p_tenant, v_candidates, v_as_of);

    RETURN v_answer || jsonb_build_object(
        'has_more',
        v_has_more OR EXISTS (SELECT FROM cdp_activation_queue AS work WHERE work.due_at <= v_as_of)
    );
END;
$$;

COMMENT ON FUNCTION c360.run_activations(text, integer, timestamptz) IS
    'One step of deciding whom rules of activation contact.';
