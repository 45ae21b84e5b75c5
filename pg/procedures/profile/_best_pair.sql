-- The pairs of a match rule between two golden records, whose observations are p_one and p_two: how many there are, what they
-- add up to in bits, and the surest of them, first the observation of p_one. No pairs: pairs is 0 and the rest NULL.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._best_pair(
    p_rule text,
    p_one  bigint[],
    p_two  bigint[]
)
    RETURNS TABLE (pairs bigint, bits double precision, first_raw_profile_id bigint, second_raw_profile_id bigint, verdict text)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    WITH pair AS MATERIALIZED (
        SELECT
            upward.low_raw_profile_id AS of_one,
            upward.high_raw_profile_id AS of_two,
            upward.score,
            upward.verdict
        FROM cdp_match_pairs AS upward
        WHERE upward.low_raw_profile_id = ANY (p_one)
          AND upward.high_raw_profile_id = ANY (p_two)
          AND upward.rule = p_rule
        UNION ALL
        SELECT
            downward.high_raw_profile_id,
            downward.low_raw_profile_id,
            downward.score,
            downward.verdict
        FROM cdp_match_pairs AS downward
        WHERE downward.low_raw_profile_id = ANY (p_two)
          AND downward.high_raw_profile_id = ANY (p_one)
          AND downward.rule = p_rule
    )
    SELECT
        counted.pairs,
        counted.bits,
        best.of_one,
        best.of_two,
        best.verdict
    FROM (
        SELECT
            count(*) AS pairs,
            sum(ln(greatest(pair.score, 1e-12) / greatest(1 - pair.score, 1e-12)) / ln(2)) AS bits
        FROM pair
    ) AS counted
    LEFT JOIN (
        SELECT *
        FROM pair
        ORDER BY
            pair.score DESC,
            pair.of_one,
            pair.of_two
        LIMIT 1
    ) AS best ON true;
END;
$$;

COMMENT ON FUNCTION c360._best_pair(text, bigint[], bigint[]) IS
    'How many pairs a match rule made between two golden records, and the surest.';
