-- Opens reviews for the pairs of these observations that a match rule hands to a person and that are different golden
-- records. Trusts the search_path and that the links are written. Safe to repeat. Raises nothing.

CREATE OR REPLACE FUNCTION c360._propose_pairs(
    p_raw_profile_ids bigint[],
    p_at              timestamptz
)
    RETURNS void
    LANGUAGE plpgsql
    SET jit = off
    SET enable_seqscan = off
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM cdp_match_pairs) THEN
        RETURN;
    END IF;

    PERFORM c360._open_reviews(
        array_agg(pair.low_raw_profile_id),
        array_agg(pair.high_raw_profile_id),
        array_agg(pair.rule),
        array_agg(NULL::text),
        array_agg(pair.score),
        array_agg('score'::text),
        p_at
    )
    FROM unnest(p_raw_profile_ids) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT own.*
        FROM cdp_match_pairs AS own
        WHERE own.low_raw_profile_id = wanted.id
          AND own.verdict IN ('review', 'kin')
        UNION ALL
        SELECT own.*
        FROM cdp_match_pairs AS own
        WHERE own.high_raw_profile_id = wanted.id
          AND own.verdict IN ('review', 'kin')
    ) AS pair
    JOIN cdp_profile_links AS one ON one.raw_profile_id = pair.low_raw_profile_id
    JOIN cdp_profile_links AS other ON other.raw_profile_id = pair.high_raw_profile_id
    WHERE one.master_profile_id <> other.master_profile_id;
END;
$$;

COMMENT ON FUNCTION c360._propose_pairs(bigint[], timestamptz) IS
    'Opens reviews for pairs between the thresholds of a match rule.';
