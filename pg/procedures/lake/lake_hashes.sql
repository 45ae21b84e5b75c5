-- Key and number of each row that PostgreSQL has of one day: to tell which rows differ from those of the lake. Reads only.
-- Raises: U4404 tenant_not_found, U4461 lake_invalid

CREATE OR REPLACE FUNCTION c360.lake_hashes(p_tenant text, p_table text, p_partition text, p_day date)
    RETURNS TABLE (key text, number bigint)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY EXECUTE c360._lake_query(
        p_tenant, p_table, p_partition, ARRAY[p_day],
        (
            SELECT format(
                '%s, %s',
                (SELECT string_agg(format('kept.%I::text', listed.name), ' || '':'' || ') FROM unnest(known.key_columns) AS listed (name)),
                (c360._lake_texts(p_tenant, p_table)).number
            )
            FROM c360._lake_table(p_tenant, p_table) AS known
        ),
        ''
    );
END;
$$;

COMMENT ON FUNCTION c360.lake_hashes(text, text, text, date) IS
    'Key and number of each row of a day that a lake keeps.';
