-- u of a model: how likely each level is among pairs of two persons. From pairs taken at random; how likely two of them say
-- the same is counted from the values, because it is rarer than a sample shows; never nothing and never certain, so that a
-- column where all say the same still has weights. Nine places for each comparison; places without a level are 0. Trusts the search_path. Reads only, raises nothing.

CREATE OR REPLACE FUNCTION c360._match_chances(
    p_match_model_id bigint,
    p_level_counts   integer[],
    p_agreeing       double precision[]
)
    RETURNS double precision[]
    LANGUAGE plpgsql
    STABLE
    SET jit = off
AS $$
BEGIN
    RETURN (
    WITH counted AS (
        SELECT
            slot.number,
            slot.level,
            coalesce(seen.pairs, 0) + 0.5 AS pairs
        FROM (
            SELECT
                number,
                level
            FROM generate_subscripts(p_level_counts, 1) AS number
            CROSS JOIN LATERAL generate_series(1, p_level_counts[number]) AS level
        ) AS slot
        LEFT JOIN (
            SELECT
                single.number,
                single.level,
                sum(pattern.pair_count) AS pairs
            FROM cdp_match_patterns AS pattern
            CROSS JOIN LATERAL unnest(pattern.levels) WITH ORDINALITY AS single (level, number)
            WHERE pattern.match_model_id = p_match_model_id
              AND pattern.pass = 'random'
            GROUP BY
                single.number,
                single.level
        ) AS seen USING (number, level)
    ),
    chance AS (
        SELECT
            counted.number,
            counted.level,
            CASE
                WHEN p_agreeing[counted.number] IS NULL THEN counted.pairs / sum(counted.pairs) OVER (PARTITION BY counted.number)
                WHEN counted.level = 1 THEN greatest(1e-8, least(1 - 1e-6, p_agreeing[counted.number]))
                ELSE (1 - greatest(1e-8, least(1 - 1e-6, p_agreeing[counted.number]))) * counted.pairs
                    / sum(counted.pairs) FILTER (WHERE counted.level > 1) OVER (PARTITION BY counted.number)
            END AS u
        FROM counted
    )
    SELECT array_agg(coalesce(chance.u, 0)::double precision ORDER BY place)
    FROM generate_series(1, 9 * cardinality(p_level_counts)) AS place
    LEFT JOIN chance ON chance.number = (place - 1) / 9 + 1 AND chance.level = (place - 1) % 9
    );
END;
$$;

COMMENT ON FUNCTION c360._match_chances(bigint, integer[], double precision[]) IS
    'Probability of each level among pairs of two persons.';
