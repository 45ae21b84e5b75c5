-- Pairs that match rules made of these observations, seen from each of them, with the priority of the rule.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._pair_ties(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS TABLE (raw_profile_id bigint, with_raw_profile_id bigint, rule text, priority integer, score real)
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    SET jit = off
    SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    -- Most tenants have no rules, and then no pairs.
    IF NOT EXISTS (SELECT FROM cdp_match_pairs) THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        wanted.id,
        pair.other_id,
        pair.rule,
        coalesce(known.priority, 2147483647),
        pair.score
    FROM unnest(p_raw_profile_ids) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT
            upward.high_raw_profile_id AS other_id,
            upward.rule,
            upward.score
        FROM cdp_match_pairs AS upward
        WHERE upward.low_raw_profile_id = wanted.id
          AND upward.verdict = 'match'
        UNION ALL
        SELECT
            downward.low_raw_profile_id,
            downward.rule,
            downward.score
        FROM cdp_match_pairs AS downward
        WHERE downward.high_raw_profile_id = wanted.id
          AND downward.verdict = 'match'
    ) AS pair
    LEFT JOIN c360.match_rules AS known
        ON known.tenant = p_tenant
        AND known.rule = pair.rule;
END;
$$;

COMMENT ON FUNCTION c360._pair_ties(text, bigint[]) IS
    'Pairs of match rules from each of these observations to the other one.';
