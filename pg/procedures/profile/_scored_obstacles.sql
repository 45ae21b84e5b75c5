-- Why the scored rule did not make two golden records one. p_one and p_two are all observations of the one and the other;
-- told of is the pair of them that scores best, or the two that were asked for when none scores. Kinds: below_threshold
-- (with all weights), contested (the score is high enough; how many of the pairs between the two are alike, and what they add
-- up to, is said), not_compared (no blocking key has found the two for each other), no_model (the rule is in force, but no
-- model scores by it). Masked values are hidden. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._scored_obstacles(
    p_tenant text,
    p_one    bigint[],
    p_two    bigint[],
    p_first  bigint,
    p_second bigint
)
    RETURNS TABLE (distance integer, priority integer, detail jsonb)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_rule     text := match_recipe() ->> 'rule';
    v_priority integer;
    v_alike    integer;
    v_bits     double precision;
    v_first    bigint;
    v_second   bigint;
    v_weighed  jsonb;
BEGIN
    SELECT known.priority
    INTO v_priority
    FROM c360.match_rules AS known
    WHERE known.tenant = p_tenant
      AND known.rule = v_rule
      AND known.is_active;

    IF NOT FOUND THEN
        RETURN;
    END IF;

    IF c360._active_match_model() IS NULL THEN
        RETURN QUERY SELECT 6, v_priority, jsonb_build_object('kind', 'no_model', 'rule', v_rule);
        RETURN;
    END IF;

    SELECT
        pair.pairs,
        pair.bits,
        coalesce(pair.first_raw_profile_id, p_first),
        coalesce(pair.second_raw_profile_id, p_second)
    INTO
        v_alike,
        v_bits,
        v_first,
        v_second
    FROM c360._best_pair(v_rule, p_one, p_two) AS pair;

    v_weighed := c360._weighed_pair(p_tenant, v_first, v_second);
    IF v_weighed IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        CASE WHEN v_alike = 0 THEN 5 ELSE 2 END,
        v_priority,
        jsonb_build_object(
            'kind', CASE
                WHEN NOT (v_weighed ->> 'holds')::boolean THEN 'below_threshold'
                WHEN v_alike > 0 THEN 'contested'
                ELSE 'not_compared'
            END,
            'first_raw_profile_id', v_first,
            'second_raw_profile_id', v_second,
            'pairs', cardinality(p_one) * cardinality(p_two),
            'pairs_alike', v_alike,
            'pairs_bits', v_bits
        ) || v_weighed;
END;
$$;

COMMENT ON FUNCTION c360._scored_obstacles(text, bigint[], bigint[], bigint, bigint) IS
    'Why the scored rule does not tie two golden records, comparison by comparison.';
