-- One step of looking at everybody once for a rule that is new and waits for scores or silence: which side of its line scores are on, and who has
-- been silent since when. At most p_limit golden records. Who came to be since the rule began and is beyond its line crossed it. What is kept for rules
-- that are gone or paused goes. Nothing while somebody looks at scores. Trusts the search_path and the lock of activations. Answers
-- whether there is more.

CREATE OR REPLACE FUNCTION c360._look_at_everybody(p_tenant text, p_limit integer)
    RETURNS boolean
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    v_rule record;
    v_ids  uuid[];
BEGIN
    IF to_regclass('cdp_activation_passes') IS NULL THEN
        RETURN false;
    END IF;

    WITH ended AS (
        DELETE FROM cdp_activation_passes AS pass
        WHERE NOT EXISTS (
            SELECT
            FROM c360.activation_rules AS stated
            WHERE stated.tenant = p_tenant
              AND stated.rule = pass.rule
              AND stated.active_since = pass.active_since
              AND stated.status = 'active'
              AND stated.definition -> 'when' ?| '{score_crossed,no_event}'
        )
        RETURNING pass.rule
    ),
    forgotten AS (
        DELETE FROM cdp_activation_sides AS side
        USING ended
        WHERE side.rule = ended.rule
    )
    DELETE FROM cdp_activation_queue AS work
    USING
        ended,
        c360.activation_rules AS stated
    WHERE work.rule = ended.rule
      AND stated.tenant = p_tenant
      AND stated.rule = ended.rule
      AND stated.status = 'active'
      AND work.trigger_key ~ '^(score|silence):';

    SELECT
        stated.rule,
        stated.active_since,
        stated.definition -> 'when' AS condition,
        pass.walked_to
    INTO v_rule
    FROM c360.activation_rules AS stated
    LEFT JOIN cdp_activation_passes AS pass ON pass.rule = stated.rule
    WHERE stated.tenant = p_tenant
      AND stated.status = 'active'
      AND stated.definition -> 'when' ?| '{score_crossed,no_event}'
      AND pass.is_done IS NOT TRUE
    ORDER BY stated.rule
    LIMIT 1;

    IF NOT FOUND OR NOT c360._try_lock(p_tenant, 'segments') THEN
        RETURN false;
    END IF;

    v_ids := coalesce(c360._next_profiles(v_rule.walked_to, p_limit), '{}');

    IF v_rule.condition ? 'no_event' THEN
        PERFORM c360._note_silences(p_tenant, v_ids);
    ELSE
        WITH beyond AS MATERIALIZED (
            SELECT found.id
            FROM c360._persons_beyond(p_tenant, v_rule.condition -> 'score_crossed', v_ids) AS found (id)
        )
        INSERT INTO cdp_activation_sides (rule, master_profile_id)
        SELECT
            v_rule.rule,
            beyond.id
        FROM beyond
        JOIN cdp_master_profiles AS golden
            ON golden.master_profile_id = beyond.id
            AND golden.created_at < v_rule.active_since
        ORDER BY beyond.id
        ON CONFLICT (rule, master_profile_id) DO NOTHING;
    END IF;

    INSERT INTO cdp_activation_passes AS pass (rule, active_since, walked_to, is_done)
    -- A pass that is done keeps no id: its person may be erased.
    VALUES (
        v_rule.rule,
        v_rule.active_since,
        CASE WHEN cardinality(v_ids) = p_limit THEN v_ids[cardinality(v_ids)] END,
        cardinality(v_ids) < p_limit
    )
    ON CONFLICT (rule) DO UPDATE
    SET walked_to = excluded.walked_to,
        is_done = excluded.is_done;

    IF v_rule.condition ? 'score_crossed' THEN
        PERFORM c360._note_score_crossings(p_tenant, v_ids);
    END IF;

    RETURN true;
END;
$$;

COMMENT ON FUNCTION c360._look_at_everybody(text, integer) IS
    'One step of looking at everybody once for a new rule that waits for scores or silence.';
