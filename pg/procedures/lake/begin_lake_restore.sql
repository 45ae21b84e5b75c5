-- Begins to bring a dropped month of events back: makes the table its rows are copied into, beside the others. Safe to repeat: what an
-- interrupted restore left is thrown away. Answers {copy, files: [keys], row_count}; no files: there is nothing to bring back.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake, U4461 lake_invalid, U4464 lake_differs

CREATE OR REPLACE FUNCTION c360.begin_lake_restore(p_tenant text, p_epoch bigint, p_partition text)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);
    PERFORM c360._check_lake_erasures(p_tenant);
    PERFORM c360._lake_bounds(p_partition);

    EXECUTE format('DROP TABLE IF EXISTS %I.cdp_lake_restoring', 'tenant_' || p_tenant);
    -- No dump of the tenant carries a table that is not logged.
    EXECUTE format(
        'CREATE UNLOGGED TABLE %1$I.cdp_lake_restoring
         (LIKE %1$I.cdp_behavioral_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)',
        'tenant_' || p_tenant
    );

    RETURN (
        SELECT jsonb_build_object(
            'copy', format(
                'COPY %I.cdp_lake_restoring (%s) FROM STDIN (FORMAT csv)',
                'tenant_' || p_tenant,
                (
                    SELECT string_agg(quote_ident(listed.column_name), ', ' ORDER BY listed."position")
                    FROM c360.lake_schema(p_tenant) AS listed
                    WHERE listed.table_name = 'events'
                )
            ),
            'files', coalesce(jsonb_agg(file.key ORDER BY file.key), '[]'),
            'row_count', coalesce(sum(file.row_count), 0)
        )
        FROM cdp_lake_files AS file
        WHERE file.table_name = 'events'
          AND file.partition = p_partition
          AND file.state = 'dropped'
    );
END;
$$;

COMMENT ON FUNCTION c360.begin_lake_restore(text, bigint, text) IS
    'Begins to bring a dropped month of events back.';
