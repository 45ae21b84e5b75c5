-- What the manifest of a partition says: the files that readers may read, and that only they make up the partition. The same
-- ledger gives the same text: it has no times of its own. Reads only.
-- Raises: U4404 tenant_not_found, U4465 lake_not_ready

CREATE OR REPLACE FUNCTION c360.lake_manifest(p_tenant text, p_table text, p_partition text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    PERFORM c360._check_lake(p_tenant);

    RETURN (
        SELECT jsonb_build_object(
            'key', format('v1/_manifest/%s/%s/%s.json', known.table_name, p_tenant, known.partition),
            'sha256', encode(known.manifest_sha256, 'hex'),
            'content', jsonb_build_object(
                'version', 1,
                'table', known.table_name,
                'tenant', p_tenant,
                'partition', known.partition,
                'state', known.state,
                'schema', (
                    SELECT jsonb_agg(jsonb_build_object('name', listed.column_name, 'type', listed.lake_type) ORDER BY listed."position")
                    FROM c360.lake_schema(p_tenant) AS listed
                    WHERE listed.table_name = p_table
                ),
                'files', (
                    SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'key', file.key,
                        'dt', file.dt,
                        'state', file.state,
                        'rows', file.row_count,
                        'bytes', file.byte_count,
                        'sha256', encode(file.sha256, 'hex'),
                        'checksum', file.checksum::text,
                        'lo', to_char(file.lo AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                        'hi', to_char(file.hi AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                        'min_person', file.min_person,
                        'max_person', file.max_person,
                        'schema', file.schema_hash
                    ) ORDER BY file.key), '[]')
                    FROM cdp_lake_files AS file
                    WHERE file.table_name = p_table
                      AND file.partition = p_partition
                      AND file.state IN ('verified', 'dropped')
                )
            )
        )
        FROM cdp_lake_partitions AS known
        WHERE known.table_name = p_table
          AND known.partition = p_partition
    );
END;
$$;

COMMENT ON FUNCTION c360.lake_manifest(text, text, text) IS
    'What the manifest of a partition of the lake says.';
