-- The sequences behind the numbered columns of a tenant's tables, with the last number each has given: NULL for none yet.
-- Reads only.

CREATE OR REPLACE FUNCTION c360._tenant_sequences(p_tenant text)
    RETURNS TABLE (table_name text, column_name text, sequence_id regclass, last_number bigint)
    LANGUAGE sql
    STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        numbered.table_name,
        attribute.attname::text,
        sequence.oid::regclass,
        pg_sequence_last_value(sequence.oid)
    FROM c360._tenant_tables(p_tenant) AS numbered
    JOIN pg_class AS relation
        ON relation.relnamespace = to_regnamespace(quote_ident('tenant_' || p_tenant))
        AND relation.relname = numbered.table_name
    JOIN pg_attribute AS attribute
        ON attribute.attrelid = relation.oid
        AND attribute.attidentity <> ''
        AND NOT attribute.attisdropped
    JOIN pg_depend AS dependency
        ON dependency.refobjid = relation.oid
        AND dependency.refobjsubid = attribute.attnum
        AND dependency.refclassid = 'pg_class'::regclass
        AND dependency.classid = 'pg_class'::regclass
        AND dependency.deptype = 'i'
    JOIN pg_class AS sequence
        ON sequence.oid = dependency.objid
        AND sequence.relkind = 'S'
    ORDER BY
        numbered.table_name,
        attribute.attnum;
$$;

COMMENT ON FUNCTION c360._tenant_sequences(text) IS
    'Sequences of a tenant''s numbered columns and the last number each has given.';
