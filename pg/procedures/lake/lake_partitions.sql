-- The partitions of a tenant that are in the lake, with rows and bytes of their files. Reads only.
-- Raises: U4404 tenant_not_found, U4465 lake_not_ready

CREATE OR REPLACE FUNCTION c360.lake_partitions(p_tenant text)
    RETURNS TABLE (
        table_name   text,
        partition    text,
        state        text,
        file_count   bigint,
        row_count    bigint,
        byte_count   bigint,
        checksum     numeric,
        exported_at  timestamptz,
        verified_at  timestamptz,
        verified_by  text,
        dropped_at   timestamptz,
        restored_at  timestamptz
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    IF to_regclass('cdp_lake_files') IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT
        known.table_name,
        known.partition,
        known.state,
        count(file.file_id),
        coalesce(sum(file.row_count), 0)::bigint,
        coalesce(sum(file.byte_count), 0)::bigint,
        coalesce(sum(file.checksum), 0),
        known.exported_at,
        known.verified_at,
        known.verified_by,
        known.dropped_at,
        known.restored_at
    FROM cdp_lake_partitions AS known
    LEFT JOIN cdp_lake_files AS file
        ON file.table_name = known.table_name
        AND file.partition = known.partition
        AND file.state IN ('verified', 'dropped')
    GROUP BY
        known.table_name,
        known.partition
    ORDER BY
        known.table_name,
        known.partition;
END;
$$;

COMMENT ON FUNCTION c360.lake_partitions(text) IS
    'The partitions of a tenant that are in the lake.';
