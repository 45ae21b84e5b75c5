-- Raises u of near e-mail addresses to how often they meet among pairs of two persons with the same name: addresses are
-- made of names, and taken at random hardly two are near. The rest goes to the level of difference. Pure arithmetic.

CREATE OR REPLACE FUNCTION c360._chances_among_namesakes(
    p_recipe jsonb,
    p_u      double precision[],
    p_counts double precision[]
)
    RETURNS double precision[]
    LANGUAGE sql
    IMMUTABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH slot AS (
        SELECT
            series.place,
            (series.place - 1) % 9 AS level,
            comparison.number,
            cardinality(comparison.labels) AS last_level,
            comparison.form,
            p_u[series.place] AS u,
            p_counts[series.place] AS pairs,
            sum(p_counts[series.place]) FILTER (WHERE (series.place - 1) % 9 > 0) OVER (PARTITION BY comparison.number) AS total
        FROM generate_series(1, cardinality(p_u)) AS series (place)
        JOIN c360._match_comparisons(p_recipe) AS comparison ON comparison.number = (series.place - 1) / 9 + 1
    ),
    raised AS (
        SELECT
            slot.*,
            CASE
                WHEN slot.form = 'email' AND slot.total > 50 AND slot.level > 1 AND slot.level < slot.last_level
                    THEN greatest(slot.u, (slot.pairs + 0.5) / (slot.total + 0.5 * slot.last_level))
                ELSE slot.u
            END AS raised_u
        FROM slot
    )
    SELECT array_agg(
        CASE
            WHEN raised.form = 'email' AND raised.level = raised.last_level
                THEN greatest(0.01, 1 - (
                    SELECT sum(near.raised_u)
                    FROM raised AS near
                    WHERE near.number = raised.number
                      AND near.level BETWEEN 1 AND raised.last_level - 1
                ))
            ELSE raised.raised_u
        END
        ORDER BY raised.place
    )
    FROM raised;
$$;

COMMENT ON FUNCTION c360._chances_among_namesakes(jsonb, double precision[], double precision[]) IS
    'u of near e-mail addresses, counted among namesakes.';
