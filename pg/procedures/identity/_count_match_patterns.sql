-- Compares pairs and adds to a model how many agree in which way; comparisons that the pass fixes count as saying nothing.
-- Trusts the search_path. Raises nothing.

CREATE OR REPLACE FUNCTION c360._count_match_patterns(
    p_match_model_id bigint,
    p_pass           text,
    p_low            bigint[],
    p_high           bigint[],
    p_fixes          integer[]
)
    RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode = force_custom_plan
    SET jit = off
AS $$
BEGIN
    INSERT INTO cdp_match_patterns (match_model_id, pass, levels, pair_count)
    SELECT
        p_match_model_id,
        p_pass,
        freed.levels,
        sum(freed.pair_count)
    FROM (
        SELECT
            ARRAY(
                SELECT CASE WHEN single.number = ANY (p_fixes) THEN 0::smallint ELSE single.level END
                FROM unnest(pattern.levels) WITH ORDINALITY AS single (level, number)
                ORDER BY single.number
            ) AS levels,
            pattern.pair_count
        FROM c360._match_patterns(p_match_model_id, p_low, p_high, true) AS pattern
    ) AS freed
    GROUP BY freed.levels;
END;
$$;

COMMENT ON FUNCTION c360._count_match_patterns(bigint, text, bigint[], bigint[], integer[]) IS
    'Compares pairs and adds the counts of their patterns of agreement to a model.';
