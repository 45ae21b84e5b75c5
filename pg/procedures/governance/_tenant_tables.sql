-- The tables a dump of a tenant carries, in the order in which they can be filled: what the owner of c360 owns in its schema,
-- partitioned tables whole. Left out are the staging tables of imports, which are UNLOGGED and empty between two chunks, and
-- tables somebody else made there. Computed columns are left out too: the database writes them by itself. Reads only.

CREATE OR REPLACE FUNCTION c360._tenant_tables(p_tenant text)
    RETURNS TABLE (table_name text, columns text[], partitions text[])
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH own AS (
        SELECT
            relation.oid,
            relation.relname
        FROM pg_class AS relation
        JOIN pg_namespace AS shared ON shared.nspname = 'c360'
        WHERE relation.relnamespace = to_regnamespace(quote_ident('tenant_' || p_tenant))
          AND relation.relkind IN ('r', 'p')
          AND relation.relpersistence = 'p'
          AND NOT relation.relispartition
          AND relation.relowner = shared.nspowner
    )
    SELECT
        own.relname::text,
        (
            SELECT array_agg(attribute.attname::text ORDER BY attribute.attnum)
            FROM pg_attribute AS attribute
            WHERE attribute.attrelid = own.oid
              AND attribute.attnum > 0
              AND attribute.attgenerated = ''
              AND NOT attribute.attisdropped
        ),
        (
            SELECT coalesce(array_agg(partition.relname::text ORDER BY partition.relname), '{}')
            FROM pg_inherits AS child
            JOIN pg_class AS partition ON partition.oid = child.inhrelid
            WHERE child.inhparent = own.oid
        )
    FROM own
    JOIN c360._reference_ranks((SELECT array_agg(listed.oid) FROM own AS listed)) AS ranked ON ranked.table_id = own.oid
    ORDER BY
        ranked.rank,
        own.relname;
$$;

COMMENT ON FUNCTION c360._tenant_tables(text) IS
    'Tables of a tenant with their columns and partitions, in the order in which they can be filled.';
