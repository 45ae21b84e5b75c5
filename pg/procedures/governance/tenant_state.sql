-- What is really there of a tenant, to compare with its metadata: columns of its tables and views, indexes, and which
-- text of which template ran, and whether it has the functions of this release for its people. Reads only; a tenant without schema has empty lists.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.tenant_state(p_tenant text)
    RETURNS jsonb
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schema oid;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    v_schema := to_regnamespace(quote_ident('tenant_' || p_tenant));

    RETURN jsonb_build_object(
        'schema_exists', v_schema IS NOT NULL,
        'columns', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'relation', relation.relname,
                'kind', relation.relkind,
                'name', attribute.attname,
                'type', replace(format_type(attribute.atttypid, attribute.atttypmod), 'timestamp with time zone', 'timestamptz'),
                'comment', col_description(relation.oid, attribute.attnum)
            ) ORDER BY relation.relname, attribute.attnum), '[]')
            FROM pg_class AS relation
            JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
            WHERE relation.relnamespace = v_schema
              AND relation.relkind IN ('r', 'p', 'v')
              AND NOT relation.relispartition
              AND attribute.attnum > 0
              AND NOT attribute.attisdropped
        ),
        'indexes', (
            SELECT coalesce(jsonb_agg(index_class.relname ORDER BY index_class.relname), '[]')
            FROM pg_class AS index_class
            JOIN pg_index AS made ON made.indexrelid = index_class.oid
            WHERE index_class.relnamespace = v_schema
              AND made.indisvalid
        ),
        'unfinished_indexes', (
            SELECT coalesce(jsonb_agg(index_class.relname ORDER BY index_class.relname), '[]')
            FROM pg_class AS index_class
            JOIN pg_index AS made ON made.indexrelid = index_class.oid
            WHERE index_class.relnamespace = v_schema
              AND NOT made.indisvalid
        ),
        'releases', (
            SELECT coalesce(jsonb_object_agg(release.template, release.checksum), '{}')
            FROM c360.tenant_releases AS release
            WHERE release.tenant = p_tenant
              AND release.template <> 'functions'
        ),
        'functions_are_current', EXISTS (
            SELECT
            FROM c360.tenant_releases AS release
            WHERE release.tenant = p_tenant
              AND release.template = 'functions'
              AND release.checksum = c360._tenant_functions_checksum()
        )
    );
END;
$$;

COMMENT ON FUNCTION c360.tenant_state(text) IS
    'Columns, indexes and template releases that exist for a tenant, as one document to compare with its metadata.';
