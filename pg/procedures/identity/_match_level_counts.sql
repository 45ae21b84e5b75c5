-- Counts pairs of a pass by comparison and level, each pattern weighted by the probability that it is a match under the
-- given log-likelihood ratios (natural logarithms, nine places a comparison) and prior odds; and the rest, weighted by the
-- probability that it is none. One expectation step. Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._match_level_counts(
    p_match_model_id bigint,
    p_pass           text,
    p_ratios         double precision[],
    p_log_odds       double precision
)
    RETURNS TABLE (matching double precision[], other double precision[])
    LANGUAGE plpgsql
    STABLE
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
BEGIN
    RETURN QUERY
    WITH weighed AS MATERIALIZED (
        SELECT
            pattern.levels,
            pattern.pair_count::double precision AS pairs,
            1 / (1 + exp(-greatest(-500, least(500, p_log_odds + (
                SELECT sum(p_ratios[(single.number - 1) * 9 + 1 + single.level])
                FROM unnest(pattern.levels) WITH ORDINALITY AS single (level, number)
            ))))) AS probability
        FROM cdp_match_patterns AS pattern
        WHERE pattern.match_model_id = p_match_model_id
          AND pattern.pass = p_pass
    ),
    summed AS (
        SELECT
            (single.number - 1) * 9 + 1 + single.level AS place,
            sum(weighed.pairs * weighed.probability) AS matching,
            sum(weighed.pairs * (1 - weighed.probability)) AS other
        FROM weighed
        CROSS JOIN LATERAL unnest(weighed.levels) WITH ORDINALITY AS single (level, number)
        GROUP BY 1
    )
    SELECT
        array_agg(coalesce(summed.matching, 0) ORDER BY slot.place),
        array_agg(coalesce(summed.other, 0) ORDER BY slot.place)
    FROM generate_series(1, cardinality(p_ratios)) AS slot (place)
    LEFT JOIN summed ON summed.place = slot.place;
END;
$$;

COMMENT ON FUNCTION c360._match_level_counts(bigint, text, double precision[], double precision) IS
    'Expected numbers of matching and other pairs of a training pass at each level.';
