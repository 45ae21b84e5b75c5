-- The columns of a tenant's views that are read over HTTP, from the catalogue: what c360._hidden_columns() names is not among them.
-- Reads only.

CREATE OR REPLACE FUNCTION c360._readable_columns(p_tenant text)
    RETURNS TABLE (relation text, place integer, column_name text, data_type text, description text)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- Once, not once for each column.
    WITH hidden AS MATERIALIZED (
        SELECT
            kept.table_name,
            kept.column_name
        FROM c360._hidden_columns(p_tenant) AS kept
    )
    SELECT
        readable.relation,
        attribute.attnum::integer,
        attribute.attname::text,
        format_type(attribute.atttypid, NULL),
        col_description(attribute.attrelid, attribute.attnum)
    FROM c360._readable_relations() AS readable
    JOIN pg_class AS view
        ON view.relnamespace = to_regnamespace(quote_ident('tenant_' || p_tenant))
        AND view.relname = readable.relation
        AND view.relkind = 'v'
    JOIN pg_attribute AS attribute ON attribute.attrelid = view.oid
    WHERE attribute.attnum > 0
      AND NOT attribute.attisdropped
      AND NOT EXISTS (
          SELECT
          FROM hidden
          WHERE hidden.table_name = view.relname
            AND hidden.column_name = attribute.attname
      );
$$;

COMMENT ON FUNCTION c360._readable_columns(text) IS
    'Columns of the views that are read over HTTP, with type and description.';
