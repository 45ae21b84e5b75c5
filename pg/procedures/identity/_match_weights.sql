-- m and weight of each place of a model, from the sums of the passes: m smoothed by one pair a level, weight log2(m / u) and
-- never below -6 bits, so that no single disagreement outweighs everything. What no pass could tell counts when it agrees
-- and not when it differs. To differ never speaks for one person; nor does any other likeness where most strangers are equal,
-- as in a column that says the same of nearly everybody. Weights that the rule states count as stated. Pure arithmetic,
-- raises nothing.

CREATE OR REPLACE FUNCTION c360._match_weights(
    p_recipe       jsonb,
    p_level_counts integer[],
    p_u            double precision[],
    p_sums         double precision[],
    p_seen         double precision[]
)
    RETURNS TABLE (place integer, m double precision, weight double precision)
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        learnt.place,
        learnt.m,
        CASE
            WHEN learnt.m = 0 OR learnt.level = 0 THEN 0
            WHEN learnt.level <= cardinality(learnt.weights) THEN learnt.weights[learnt.level]
            WHEN learnt.seen = 0 AND learnt.level > 1 THEN 0
            WHEN learnt.level = learnt.last_level OR (learnt.level > 1 AND learnt.is_common) THEN greatest(-6, least(0, learnt.bits))
            ELSE greatest(-6, learnt.bits)
        END
    FROM (
        SELECT
            slot.*,
            CASE WHEN slot.m > 0 THEN ln(slot.m / slot.u) / ln(2) END AS bits,
            bool_or(slot.level = 1 AND slot.u > 0.5) OVER (PARTITION BY slot.number) AS is_common
        FROM (
            SELECT
                series.place,
                (series.place - 1) % 9 AS level,
                comparison.number,
                p_level_counts[comparison.number] AS last_level,
                comparison.weights,
                p_u[series.place] AS u,
                p_seen[comparison.number] AS seen,
                CASE
                    WHEN (series.place - 1) % 9 NOT BETWEEN 1 AND p_level_counts[comparison.number] THEN 0
                    WHEN p_seen[comparison.number] > 0
                        THEN (p_sums[series.place] + 1) / (p_seen[comparison.number] + p_level_counts[comparison.number])
                    WHEN (series.place - 1) % 9 = 1 THEN 0.9
                    ELSE 0.1 / (p_level_counts[comparison.number] - 1)
                END AS m
            FROM generate_series(1, cardinality(p_u)) AS series (place)
            JOIN c360._match_comparisons(p_recipe) AS comparison ON comparison.number = (series.place - 1) / 9 + 1
        ) AS slot
    ) AS learnt;
$$;

COMMENT ON FUNCTION c360._match_weights(jsonb, integer[], double precision[], double precision[], double precision[]) IS
    'm and weight of each level from what the training passes saw.';
