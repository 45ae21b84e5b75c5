-- Finds the pairs that the match rules of the tenant make of new observations with all others, and keeps them.
-- A tenant without active rules pays nothing. Trusts the search_path. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._find_pairs(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
AS $$
BEGIN
    IF coalesce(cardinality(p_raw_profile_ids), 0) = 0
        OR NOT EXISTS (SELECT FROM c360.match_rules AS known WHERE known.tenant = p_tenant AND known.is_active)
    THEN
        RETURN;
    END IF;

    INSERT INTO cdp_match_pairs (low_raw_profile_id, high_raw_profile_id, rule, verdict, score, levels)
    SELECT
        pair.low_raw_profile_id,
        pair.high_raw_profile_id,
        pair.rule,
        pair.verdict,
        pair.score,
        pair.levels
    FROM candidate_pairs(p_raw_profile_ids) AS pair
    -- One that was switched off a moment ago is still compiled.
    JOIN c360.match_rules AS known
        ON known.tenant = p_tenant
        AND known.rule = pair.rule
        AND known.is_active
    ORDER BY
        pair.low_raw_profile_id,
        pair.high_raw_profile_id
    ON CONFLICT (low_raw_profile_id, high_raw_profile_id, rule) DO NOTHING;
END;
$$;

COMMENT ON FUNCTION c360._find_pairs(text, bigint[]) IS
    'Keeps the pairs that match rules make of new observations.';
