-- The planner's idea of how many rows a table has, partitions included; exact enough to show, free to ask.

CREATE OR REPLACE FUNCTION c360._row_estimate(
    p_schema text,
    p_table  text
)
    RETURNS bigint
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(sum(
        CASE
            -- Never analysed yet: take what is on disk, some 100 bytes a row.
            WHEN part.reltuples < 0 THEN pg_relation_size(part.oid) / 100
            ELSE part.reltuples
        END
    ), 0)::bigint
    FROM pg_partition_tree(format('%I.%I', p_schema, p_table)::regclass) AS tree
    JOIN pg_class AS part ON part.oid = tree.relid
    WHERE tree.isleaf;
$$;

COMMENT ON FUNCTION c360._row_estimate(text, text) IS
    'Estimated number of rows of a table with its partitions, from planner statistics.';
