-- Links that a rule proposes and that were not made, for a person to decide: both observations with the values that speak
-- for them, the rule, the score and what stood in the way. Surest first, then oldest. p_status: open, accepted, rejected,
-- obsolete, or NULL for all; p_review_id picks one whatever its status. Masked values are shown masked.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.match_reviews(
    p_tenant    text,
    p_status    text DEFAULT 'open',
    p_limit     integer DEFAULT 50,
    p_review_id bigint DEFAULT NULL
)
    RETURNS TABLE (
        match_review_id bigint,
        status          text,
        rule            text,
        score           real,
        obstacle        text,
        evidence        jsonb,
        opened_at       timestamptz,
        decided_at      timestamptz,
        decided_by      text,
        first           jsonb,
        second          jsonb
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        review.match_review_id,
        review.status,
        review.rule,
        review.score,
        review.obstacle,
        c360._masked_evidence(p_tenant, review.evidence),
        review.opened_at,
        review.decided_at,
        review.decided_by,
        c360._observation(p_tenant, review.low_raw_profile_id),
        c360._observation(p_tenant, review.high_raw_profile_id)
    FROM (
        SELECT *
        FROM cdp_match_reviews AS own
        WHERE (p_review_id IS NULL OR own.match_review_id = p_review_id)
          AND (p_review_id IS NOT NULL OR p_status IS NULL OR own.status = p_status)
        ORDER BY
            own.score DESC,
            own.opened_at,
            own.match_review_id
        LIMIT c360._checked_limit(p_limit)
    ) AS review
    ORDER BY
        review.score DESC,
        review.opened_at,
        review.match_review_id;
END;
$$;

COMMENT ON FUNCTION c360.match_reviews(text, text, integer, bigint) IS
    'Links that a person has to decide about, with both sides and what stood in the way.';
