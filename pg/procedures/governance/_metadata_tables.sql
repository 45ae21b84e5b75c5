-- The tables of schema c360 that hold metadata of tenants and travel with a dump, in the order in which they can be filled:
-- c360.tenants and what refers to it. Left out: the ledger of templates, which the restore writes; webhooks, whose secrets
-- are bound to the master key and the subscription of the place they come from; consumers, whose positions are those of the log there; lakes, which are of one tenant alone; and what is only of the moment there: locks,
-- sessions of imports, how far retention has come, when jobs are due and what became of them, and syncs. Reads only.

CREATE OR REPLACE FUNCTION c360._metadata_tables()
    RETURNS TABLE (table_name text, columns text[])
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH listed AS (
        SELECT 'c360.tenants'::regclass::oid AS oid
        UNION
        SELECT fkey.conrelid
        FROM pg_constraint AS fkey
        WHERE fkey.contype = 'f'
          AND fkey.confrelid = 'c360.tenants'::regclass
          AND fkey.conrelid NOT IN (
              'c360.tenant_releases'::regclass,
              'c360.subscriptions'::regclass,
              'c360.topic_feeds'::regclass,
              'c360.topic_consumers'::regclass,
              'c360.locks'::regclass,
              'c360.import_sessions'::regclass,
              'c360.retention_states'::regclass,
              'c360.job_states'::regclass,
              'c360.job_runs'::regclass,
              'c360.sync_requests'::regclass,
              'c360.tenant_syncs'::regclass,
              'c360.lakes'::regclass
          )
    )
    SELECT
        relation.relname::text,
        (
            SELECT array_agg(attribute.attname::text ORDER BY attribute.attnum)
            FROM pg_attribute AS attribute
            WHERE attribute.attrelid = relation.oid
              AND attribute.attnum > 0
              AND attribute.attgenerated = ''
              AND attribute.attidentity = ''
              AND NOT attribute.attisdropped
        )
    FROM listed
    JOIN pg_class AS relation ON relation.oid = listed.oid
    JOIN c360._reference_ranks((SELECT array_agg(every.oid) FROM listed AS every)) AS ranked ON ranked.table_id = listed.oid
    ORDER BY
        ranked.rank,
        relation.relname;
$$;

COMMENT ON FUNCTION c360._metadata_tables() IS
    'Tables of tenant metadata that travel with a dump, with the columns that are copied, in the order in which they can be filled.';
