-- The sum of answers {table: rows}, tables with nothing left out. Pure.

CREATE OR REPLACE FUNCTION c360._sum_tables(p_answers jsonb[])
    RETURNS jsonb
    LANGUAGE sql
    IMMUTABLE
    PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(summed.name, summed.row_count), '{}')
    FROM (
        SELECT
            entry.name,
            sum(entry.value::text::bigint) AS row_count
        FROM unnest(p_answers) AS answer (counts)
        CROSS JOIN LATERAL jsonb_each(answer.counts) AS entry (name, value)
        GROUP BY entry.name
        HAVING sum(entry.value::text::bigint) > 0
    ) AS summed;
$$;

COMMENT ON FUNCTION c360._sum_tables(jsonb[]) IS
    'Adds up rows of tables.';
