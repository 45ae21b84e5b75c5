-- What people said or have to say about two golden records: cannot-link overrides, reviews that are open, rejected, or open
-- again. Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._decided_obstacles(
    p_tenant text,
    p_one    bigint[],
    p_two    bigint[]
)
    RETURNS TABLE (distance integer, priority integer, detail jsonb)
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    SELECT
        1,
        0,
        jsonb_build_object('kind', 'cannot_link') || (override.item - 'kind')
    FROM jsonb_array_elements(c360._overrides_between(p_tenant, p_one, p_two)) AS override (item)
    WHERE override.item ->> 'kind' = 'cannot_link'
    UNION ALL
    SELECT
        2,
        1,
        jsonb_build_object(
            'kind', 'review',
            'match_review_id', review.match_review_id,
            'rule', review.rule,
            'score', review.score,
            'obstacle', review.obstacle,
            'first_raw_profile_id', review.low_raw_profile_id,
            'second_raw_profile_id', review.high_raw_profile_id
        )
    FROM cdp_match_reviews AS review
    WHERE review.status = 'open'
      AND (
          (review.low_raw_profile_id = ANY (p_one) AND review.high_raw_profile_id = ANY (p_two))
          OR (review.low_raw_profile_id = ANY (p_two) AND review.high_raw_profile_id = ANY (p_one))
      );
END;
$$;

COMMENT ON FUNCTION c360._decided_obstacles(text, bigint[], bigint[]) IS
    'Cannot-links and open reviews between two golden records.';
