-- The pairs that match rules made among these observations, matches and, of scored rules, those for review as well.
-- bits is what a scored pair says for (or against) one person, see _pair_bits(); NULL for other rules.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._pairs_among(
    p_tenant          text,
    p_raw_profile_ids bigint[]
)
    RETURNS TABLE (
        low_raw_profile_id bigint, high_raw_profile_id bigint, rule text, priority integer, score real,
        is_match boolean, bits integer
    )
    LANGUAGE plpgsql
    STABLE
    PARALLEL SAFE
    ROWS 50000
    SET plan_cache_mode = force_custom_plan
    SET enable_hashjoin = on
    SET enable_seqscan = off
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    -- Most tenants have no rules, and then no pairs.
    IF NOT EXISTS (SELECT FROM cdp_match_pairs) THEN
        RETURN;
    END IF;

    -- Materialized, or else every observation may be looked for in the list of all.
    RETURN QUERY
    WITH upward AS MATERIALIZED (
        SELECT
            low.id,
            pair.high_raw_profile_id,
            pair.rule,
            pair.score,
            pair.verdict
        FROM unnest(p_raw_profile_ids) AS low (id)
        CROSS JOIN LATERAL (
            SELECT
                own.high_raw_profile_id,
                own.rule,
                own.score,
                own.verdict
            FROM cdp_match_pairs AS own
            WHERE own.low_raw_profile_id = low.id
            OFFSET 0
        ) AS pair
    ),
    known AS MATERIALIZED (
        SELECT
            matched.rule,
            matched.priority,
            matched.kind = 'scored' AS is_scored
        FROM c360.match_rules AS matched
        WHERE matched.tenant = p_tenant
    )
    SELECT
        upward.id,
        upward.high_raw_profile_id,
        upward.rule,
        coalesce(known.priority, 2147483647),
        upward.score,
        upward.verdict = 'match',
        CASE WHEN known.is_scored THEN c360._pair_bits(upward.score, upward.verdict) END
    FROM upward
    JOIN unnest(p_raw_profile_ids) AS high (id) ON high.id = upward.high_raw_profile_id
    LEFT JOIN known ON known.rule = upward.rule
    WHERE upward.verdict = 'match'
       OR known.is_scored;
END;
$$;

COMMENT ON FUNCTION c360._pairs_among(text, bigint[]) IS
    'Pairs of match rules among observations, with what a scored one says.';
