-- How many rows a table has, partitions included: counted while it is small, estimated by the planner's statistics when
-- counting would cost something. Reads only.

CREATE OR REPLACE FUNCTION c360._row_estimate(
    p_schema text,
    p_table  text
)
    RETURNS bigint
    LANGUAGE plpgsql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table    regclass := format('%I.%I', p_schema, p_table)::regclass;
    v_bytes    bigint;
    v_estimate bigint;
BEGIN
    SELECT
        sum(pg_relation_size(part.oid)),
        sum(CASE
            -- Never analysed yet: some 200 bytes a row.
            WHEN part.reltuples < 0 THEN pg_relation_size(part.oid) / 200
            ELSE part.reltuples
        END)
    INTO
        v_bytes,
        v_estimate
    FROM pg_class AS part
    WHERE part.relkind = 'r'
      -- A table without partitions is in no tree, not even its own.
      AND (part.oid = v_table OR part.oid IN (SELECT tree.relid FROM pg_partition_tree(v_table) AS tree));

    IF v_bytes < 8 * 1024 * 1024 THEN
        EXECUTE format('SELECT count(*) FROM %I.%I', p_schema, p_table) INTO v_estimate;
    END IF;

    RETURN v_estimate;
END;
$$;

COMMENT ON FUNCTION c360._row_estimate(text, text) IS
    'Number of rows of a table with its partitions: exact below 8 MB, otherwise from planner statistics.';
