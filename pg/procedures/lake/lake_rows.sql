-- The rows of one partition as texts, as they stand in the lake, each with its number for the checksum as the last, in the order of its files: by day, person, time and key. p_days
-- NULL: all days. For the statement that lake_copy() gives, which leaves out the columns that the table has not. Reads only.
-- Raises: U4404 tenant_not_found, U4461 lake_invalid

CREATE OR REPLACE FUNCTION c360.lake_rows(
    p_tenant    text,
    p_table     text,
    p_partition text,
    p_days      date[] DEFAULT NULL
)
    RETURNS TABLE (
        c01 text, c02 text, c03 text, c04 text, c05 text, c06 text, c07 text, c08 text,
        c09 text, c10 text, c11 text, c12 text, c13 text, c14 text, c15 text, c16 text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET work_mem = '64MB'
    SET jit = off
AS $$
DECLARE
    v_table record;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    v_table := c360._lake_table(p_tenant, p_table);

    RETURN QUERY EXECUTE c360._lake_query(
        p_tenant, p_table, p_partition, p_days,
        (
            SELECT string_agg(coalesce((known.texts || format('(%s)::text', known.number))[place.number], 'NULL'), ', ' ORDER BY place.number)
            FROM c360._lake_texts(p_tenant, p_table) AS known
            CROSS JOIN generate_series(1, 16) AS place (number)
        ),
        format(
            'ORDER BY %s',
            (
                SELECT string_agg(wanted.expression, ', ' ORDER BY wanted.place)
                FROM (
                    SELECT '{day}' AS expression, 0::bigint AS place
                    UNION ALL
                    SELECT format('kept.%I%s', listed.name, CASE WHEN listed.name = 'key' THEN ' COLLATE "C"' END), listed.place
                    FROM unnest(ARRAY[v_table.person_column, v_table.time_column] || v_table.key_columns) WITH ORDINALITY AS listed (name, place)
                    WHERE listed.name IS NOT NULL
                ) AS wanted
            )
        )
    );
END;
$$;

COMMENT ON FUNCTION c360.lake_rows(text, text, text, date[]) IS
    'The rows of a partition as they stand in the lake.';
