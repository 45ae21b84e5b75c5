-- c360.rebuild_identities(), and beside what becomes of golden records which pairs of match rules come and go:
-- pairs: {counts: {added, removed}, added: [{rule, verdict, score, low_raw_profile_id, high_raw_profile_id}], removed: [...]},
-- p_most of each. Remembers all pairs of before, so it is for previews. Raises: what c360.rebuild_identities() raises

CREATE OR REPLACE FUNCTION c360._rebuild_with_pairs(
    p_tenant text,
    p_most   integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_lows     bigint[];
    v_highs    bigint[];
    v_rules    text[];
    v_verdicts text[];
    v_scores   real[];
    v_changes  jsonb;
    v_pairs    jsonb;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._wait_for_resolver(p_tenant);

    SELECT
        array_agg(pair.low_raw_profile_id),
        array_agg(pair.high_raw_profile_id),
        array_agg(pair.rule),
        array_agg(pair.verdict),
        array_agg(pair.score)
    INTO
        v_lows,
        v_highs,
        v_rules,
        v_verdicts,
        v_scores
    FROM cdp_match_pairs AS pair;

    v_changes := c360.rebuild_identities(p_tenant, false, p_most);
    PERFORM c360._use_tenant(p_tenant);

    WITH change AS (
        SELECT
            CASE WHEN before.rule IS NULL THEN 'added' ELSE 'removed' END AS kind,
            coalesce(now.low_raw_profile_id, before.low_raw_profile_id) AS low_raw_profile_id,
            coalesce(now.high_raw_profile_id, before.high_raw_profile_id) AS high_raw_profile_id,
            coalesce(now.rule, before.rule) AS rule,
            coalesce(now.verdict, before.verdict) AS verdict,
            coalesce(now.score, before.score) AS score
        FROM unnest(v_lows, v_highs, v_rules, v_verdicts, v_scores)
            AS before (low_raw_profile_id, high_raw_profile_id, rule, verdict, score)
        FULL JOIN cdp_match_pairs AS now
            ON now.low_raw_profile_id = before.low_raw_profile_id
            AND now.high_raw_profile_id = before.high_raw_profile_id
            AND now.rule = before.rule
            AND now.verdict = before.verdict
        WHERE before.rule IS NULL
           OR now.rule IS NULL
    ),
    listed AS (
        SELECT
            change.*,
            row_number() OVER (
                PARTITION BY change.kind
                ORDER BY
                    change.rule COLLATE "C",
                    change.verdict,
                    change.low_raw_profile_id,
                    change.high_raw_profile_id
            ) AS position
        FROM change
    )
    SELECT jsonb_build_object(
        'counts', jsonb_build_object(
            'added', count(*) FILTER (WHERE listed.kind = 'added'),
            'removed', count(*) FILTER (WHERE listed.kind = 'removed')
        ),
        'added', coalesce(
            jsonb_agg(to_jsonb(listed.*) - '{kind,position}'::text[] ORDER BY listed.position)
                FILTER (WHERE listed.kind = 'added' AND listed.position <= p_most),
            '[]'
        ),
        'removed', coalesce(
            jsonb_agg(to_jsonb(listed.*) - '{kind,position}'::text[] ORDER BY listed.position)
                FILTER (WHERE listed.kind = 'removed' AND listed.position <= p_most),
            '[]'
        )
    )
    INTO v_pairs
    FROM listed;

    RETURN v_changes || jsonb_build_object('pairs', v_pairs);
END;
$$;

COMMENT ON FUNCTION c360._rebuild_with_pairs(text, integer) IS
    'Rebuilds identities and says which golden records and which pairs of match rules differ.';
