-- Where the lake of a tenant is and how it stands: {url, format, visited_at, problem, tables: {table: {partitions, rows, bytes, states}}, erasures_waiting}. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.lake_status(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_waiting bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant);
    IF to_regclass('cdp_lake_files') IS NULL THEN
        RETURN jsonb_build_object('url', NULL, 'tables', '{}'::jsonb);
    END IF;

    SELECT count(*)
    INTO v_waiting
    FROM cdp_lake_erasures AS erasure
    WHERE erasure.done_at IS NULL;

    RETURN jsonb_build_object(
        'url', (SELECT lake.url FROM c360.lakes AS lake WHERE lake.tenant = p_tenant),
        'format', (SELECT lake.format FROM c360.lakes AS lake WHERE lake.tenant = p_tenant),
        'visited_at', (SELECT lake.visited_at FROM c360.lakes AS lake WHERE lake.tenant = p_tenant),
        'problem', (SELECT lake.problem FROM c360.lakes AS lake WHERE lake.tenant = p_tenant),
        'erasures_waiting', v_waiting,
        'tables', (
            SELECT coalesce(jsonb_object_agg(listed.table_name, to_jsonb(listed.*) - 'table_name'), '{}')
            FROM (
                SELECT
                    known.table_name,
                    count(*) AS partitions,
                    sum(known.row_count) AS rows,
                    sum(known.byte_count) AS bytes,
                    (
                        SELECT jsonb_object_agg(counted.state, counted.many)
                        FROM (
                            SELECT other.state, count(*) AS many
                            FROM cdp_lake_partitions AS other
                            WHERE other.table_name = known.table_name
                            GROUP BY other.state
                        ) AS counted
                    ) AS states
                FROM c360.lake_partitions(p_tenant) AS known
                GROUP BY known.table_name
            ) AS listed
        )
    );
END;
$$;

COMMENT ON FUNCTION c360.lake_status(text) IS
    'Where the lake of a tenant is and how it stands.';
