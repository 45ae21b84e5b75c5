-- The COPY that gives the rows of one partition, or of some of its days, as CSV in the order of the lake's files, each with its number last. Reads only.
-- Raises: U4404 tenant_not_found, U4461 lake_invalid

CREATE OR REPLACE FUNCTION c360.lake_copy(
    p_tenant    text,
    p_table     text,
    p_partition text,
    p_days      date[] DEFAULT NULL
)
    RETURNS text
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._lake_table(p_tenant, p_table);

    RETURN format(
        'COPY (SELECT %s FROM c360.lake_rows(%L, %L, %L, %L) AS kept) TO STDOUT (FORMAT csv)',
        (
            SELECT string_agg('kept.c' || lpad(place.number::text, 2, '0'), ', ' ORDER BY place.number)
            FROM generate_series(1, cardinality((c360._lake_texts(p_tenant, p_table)).texts) + 1) AS place (number)
        ),
        p_tenant, p_table, p_partition, p_days
    );
END;
$$;

COMMENT ON FUNCTION c360.lake_copy(text, text, text, date[]) IS
    'The COPY that gives the rows of a partition to whoever writes the lake.';
