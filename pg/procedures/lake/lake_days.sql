-- What PostgreSQL has of one partition of a table of the lake, day by day: rows, their checksum, first and last time. Under a snapshot
-- of the caller it is what lake_rows() gives. Without p_checked rows are only counted. Reads only.
-- Raises: U4404 tenant_not_found, U4461 lake_invalid

CREATE OR REPLACE FUNCTION c360.lake_days(
    p_tenant    text,
    p_table     text,
    p_partition text,
    p_checked   boolean DEFAULT true
)
    RETURNS TABLE (dt date, row_count bigint, checksum numeric, lo timestamptz, hi timestamptz)
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    v_time text;
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    SELECT known.time_column INTO v_time FROM c360._lake_table(p_tenant, p_table) AS known;
    v_time := format('kept.%I', coalesce(v_time, 'linked_at'));

    RETURN QUERY EXECUTE c360._lake_query(
        p_tenant, p_table, p_partition, NULL,
        format(
            '{day}, count(*), %s, min(%s), max(%s)',
            CASE WHEN p_checked THEN format('sum(%s)', (c360._lake_texts(p_tenant, p_table)).number) ELSE 'NULL::numeric' END,
            v_time, v_time
        ),
        'GROUP BY 1 ORDER BY 1'
    );
END;
$$;

COMMENT ON FUNCTION c360.lake_days(text, text, text, boolean) IS
    'Rows and checksum of each day of a partition that a lake keeps.';
