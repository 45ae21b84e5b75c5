-- Opens a review for each tie, once for a pair of observations and a rule; one that was obsolete is open again, one that a
-- person decided stays decided. Trusts the search_path. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._open_reviews(
    p_one       bigint[],
    p_other     bigint[],
    p_rules     text[],
    p_values    text[],
    p_scores    real[],
    p_obstacles text[],
    p_at        timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
AS $$
BEGIN
    IF coalesce(cardinality(p_one), 0) = 0 THEN
        RETURN;
    END IF;

    INSERT INTO cdp_match_reviews AS known (
        low_raw_profile_id, high_raw_profile_id, rule, obstacle, score, evidence, opened_at
    )
    SELECT DISTINCT ON (low, high, tie.rule COLLATE "C")
        pair.low,
        pair.high,
        tie.rule,
        tie.obstacle,
        tie.score,
        CASE
            WHEN tie.value IS NULL THEN '{}'
            WHEN tie.rule = 'alias' THEN jsonb_build_object('identifier_type', 'user_id', 'value', tie.value)
            ELSE jsonb_build_object('identifier_type', substr(tie.rule, length('exact:') + 1), 'value', tie.value)
        END,
        p_at
    FROM unnest(p_one, p_other, p_rules, p_values, p_scores, p_obstacles) AS tie (one, other, rule, value, score, obstacle)
    CROSS JOIN LATERAL (
        SELECT
            least(tie.one, tie.other) AS low,
            greatest(tie.one, tie.other) AS high
    ) AS pair
    ORDER BY
        low,
        high,
        tie.rule COLLATE "C",
        tie.value COLLATE "C"
    ON CONFLICT (low_raw_profile_id, high_raw_profile_id, rule) DO UPDATE
    SET obstacle = excluded.obstacle,
        score = excluded.score,
        evidence = excluded.evidence,
        opened_at = CASE WHEN known.status = 'open' THEN known.opened_at ELSE excluded.opened_at END,
        status = 'open',
        decided_at = NULL,
        decided_by = NULL
    WHERE known.status = 'obsolete'
       OR (
           known.status = 'open'
           AND (known.obstacle, known.score, known.evidence) <> (excluded.obstacle, excluded.score, excluded.evidence)
       );
END;
$$;

COMMENT ON FUNCTION c360._open_reviews(bigint[], bigint[], text[], text[], real[], text[], timestamptz) IS
    'Opens reviews for ties that were not made.';
