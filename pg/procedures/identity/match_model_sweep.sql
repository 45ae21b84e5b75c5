-- What would come of other match thresholds: for each the pairs at or above it and the groups they make when each pair
-- ties, without protection, so that the largest group shows where strangers begin to chain. Where a trait holds the truth
-- about who is who, precision, recall and F1 over pairs of observations that have it. Looks at the pairs that are kept,
-- which begin at the review threshold. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.match_model_sweep(
    p_tenant          text,
    p_truth_attribute text DEFAULT NULL
)
    RETURNS TABLE (
        threshold         real,
        pairs             bigint,
        groups            bigint,
        largest           bigint,
        "precision"       double precision,
        recall            double precision,
        f1                double precision
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
DECLARE
    v_low   bigint[];
    v_high  bigint[];
    v_score real[];
    v_total bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT
        coalesce(array_agg(pair.low_raw_profile_id), '{}'),
        coalesce(array_agg(pair.high_raw_profile_id), '{}'),
        coalesce(array_agg(pair.score), '{}')
    INTO
        v_low,
        v_high,
        v_score
    FROM cdp_match_pairs AS pair
    WHERE pair.levels IS NOT NULL;
    SELECT count(*) INTO v_total FROM cdp_raw_profiles;

    RETURN QUERY
    SELECT
        cut.threshold,
        kept.pairs,
        v_total - grouped.members + grouped.groups,
        grouped.largest,
        CASE WHEN p_truth_attribute IS NOT NULL THEN judged.hits / nullif(judged.found, 0) END,
        CASE WHEN p_truth_attribute IS NOT NULL THEN judged.hits / nullif(judged.wanted, 0) END,
        CASE WHEN p_truth_attribute IS NOT NULL THEN 2 * judged.hits / nullif(judged.found + judged.wanted, 0) END
    FROM unnest('{0.1,0.2,0.3,0.5,0.7,0.8,0.9,0.95,0.98,0.99,0.995,0.999,0.9999}'::real[]) AS cut (threshold)
    CROSS JOIN LATERAL (
        SELECT
            count(*) AS pairs,
            array_agg(pair.low_id) AS lows,
            array_agg(pair.high_id) AS highs
        FROM unnest(v_low, v_high, v_score) AS pair (low_id, high_id, score)
        WHERE pair.score >= cut.threshold
    ) AS kept
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(part.size), 0)::bigint AS members,
            count(*) AS groups,
            coalesce(max(part.size), least(v_total, 1)) AS largest
        FROM (
            SELECT count(*) AS size
            FROM c360._components(kept.lows, kept.highs) AS placed
            GROUP BY placed.component
        ) AS part
    ) AS grouped
    LEFT JOIN LATERAL (
        SELECT
            sum(counted.pairs) FILTER (WHERE counted.kind = 'hit')::double precision AS hits,
            sum(counted.pairs) FILTER (WHERE counted.kind = 'found')::double precision AS found,
            sum(counted.pairs) FILTER (WHERE counted.kind = 'wanted')::double precision AS wanted
        FROM c360._judged_pairs(p_truth_attribute, kept.lows, kept.highs) AS counted
    ) AS judged ON p_truth_attribute IS NOT NULL;
END;
$$;

COMMENT ON FUNCTION c360.match_model_sweep(text, text) IS
    'Pairs and groups at each match threshold, with precision, recall and F1 where a trait tells the truth.';
