-- Notes which of these golden records have a score that is beyond a line a rule waits for and was not when it was last seen: that sets the rule
-- off, once a crossing. While everybody is looked at for a new rule, only those the pass has come to count, as it says on which side the
-- others begin. A record that another one absorbed keeps its side: so a merge of somebody who was beyond is no crossing, and neither
-- is a split that gives it back. A score that is masked meanwhile moves nobody. Trusts the search_path. Safe to repeat.

CREATE OR REPLACE FUNCTION c360._note_score_crossings(p_tenant text, p_ids uuid[])
    RETURNS void
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    v_rule record;
    v_ids  uuid[];
BEGIN
    IF to_regclass('cdp_activation_sides') IS NULL OR NOT EXISTS (
        SELECT
        FROM c360.activation_rules AS stated
        WHERE stated.tenant = p_tenant
          AND stated.status = 'active'
          AND stated.definition -> 'when' ? 'score_crossed'
    ) THEN
        RETURN;
    END IF;

    -- Sides are seen one session after the other, or an older look would undo a newer one.
    PERFORM c360._hold_lock(p_tenant, 'segments');

    FOR v_rule IN
        SELECT
            stated.rule,
            stated.definition #> '{when,score_crossed}' AS line,
            pass.walked_to,
            pass.is_done
        FROM c360.activation_rules AS stated
        JOIN cdp_activation_passes AS pass
            ON pass.rule = stated.rule
            AND pass.active_since = stated.active_since
        WHERE stated.tenant = p_tenant
          AND stated.status = 'active'
          AND stated.definition -> 'when' ? 'score_crossed'
          AND stated.definition #>> '{when,score_crossed,score}' <> ALL (c360._masked_scores(p_tenant))
        ORDER BY stated.rule
    LOOP
        v_ids := ARRAY(
            SELECT golden.master_profile_id
            FROM cdp_master_profiles AS golden
            WHERE golden.master_profile_id = ANY (p_ids)
              AND golden.status = 'active'
              AND (v_rule.is_done OR golden.master_profile_id <= v_rule.walked_to)
        );

        WITH family AS MATERIALIZED (
            SELECT
                item.id,
                item.id AS member
            FROM unnest(v_ids) AS item (id)
            UNION ALL
            SELECT
                absorbed.merged_into,
                absorbed.master_profile_id
            FROM cdp_master_profiles AS absorbed
            WHERE absorbed.merged_into = ANY (v_ids)
        ),
        known AS MATERIALIZED (
            SELECT
                family.id,
                side.master_profile_id AS member
            FROM family
            JOIN cdp_activation_sides AS side
                ON side.rule = v_rule.rule
                AND side.master_profile_id = family.member
        ),
        beyond AS MATERIALIZED (
            SELECT DISTINCT found.id
            FROM c360._persons_beyond(p_tenant, v_rule.line, v_ids) AS found (id)
        ),
        back AS (
            DELETE FROM cdp_activation_sides AS side
            USING known
            WHERE side.rule = v_rule.rule
              AND side.master_profile_id = known.member
              AND NOT EXISTS (SELECT FROM beyond WHERE beyond.id = known.id)
        ),
        kept AS (
            INSERT INTO cdp_activation_sides (rule, master_profile_id)
            SELECT
                v_rule.rule,
                beyond.id
            FROM beyond
            ORDER BY beyond.id
            ON CONFLICT (rule, master_profile_id) DO NOTHING
        )
        INSERT INTO cdp_activation_queue (rule, master_profile_id, trigger_key, happened_at, due_at)
        SELECT
            v_rule.rule,
            beyond.id,
            format('score:%s:%s', beyond.id, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint),
            now(),
            now()
        FROM beyond
        WHERE NOT EXISTS (SELECT FROM known WHERE known.id = beyond.id)
        ORDER BY beyond.id
        ON CONFLICT (rule, trigger_key) DO NOTHING;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._note_score_crossings(text, uuid[]) IS
    'Notes whose scores crossed lines that rules of activation wait for.';
