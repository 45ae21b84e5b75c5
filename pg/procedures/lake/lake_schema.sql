-- The columns of a tenant's tables in the lake, in their order: the one source for who writes, verifies and reads. Types are fixed:
--   int64, int32, bool, date32, decimal128(p,s)   as in SQL
--   timestamp(us, UTC)                            timestamptz
--   string                                        everything else as PostgreSQL writes it: text, uuid, jsonb, xid8; lists as JSON, bytea in hex
-- profile_links has no months: it is one snapshot, replaced whole, under dt=1970-01-01. The tenant of a message is in its path and not among
-- the columns. Columns are only ever added at the end. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.lake_schema(p_tenant text)
    RETURNS TABLE (
        table_name   text,
        "position"   integer,
        column_name  text,
        lake_type    text,
        sql_type     text,
        is_person    boolean,
        is_time      boolean,
        is_key       boolean
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM c360._use_tenant(p_tenant);

    RETURN QUERY
    SELECT
        known.table_name,
        row_number() OVER (PARTITION BY known.table_name ORDER BY attribute.attnum)::integer,
        attribute.attname::text,
        CASE
            WHEN attribute.atttypid = 'bigint'::regtype THEN 'int64'
            WHEN attribute.atttypid IN ('integer'::regtype, 'smallint'::regtype) THEN 'int32'
            WHEN attribute.atttypid = 'boolean'::regtype THEN 'bool'
            WHEN attribute.atttypid = 'date'::regtype THEN 'date32'
            WHEN attribute.atttypid = 'timestamptz'::regtype THEN 'timestamp(us, UTC)'
            WHEN attribute.atttypid = 'numeric'::regtype AND attribute.atttypmod > 0 THEN
                format('decimal128(%s,%s)', (attribute.atttypmod - 4) >> 16, (attribute.atttypmod - 4) & 65535)
            ELSE 'string'
        END,
        format_type(attribute.atttypid, attribute.atttypmod),
        attribute.attname = known.person_column,
        attribute.attname IS NOT DISTINCT FROM known.time_column,
        attribute.attname = ANY (known.key_columns)
    FROM c360._lake_tables() AS known
    JOIN pg_attribute AS attribute
        ON attribute.attrelid = CASE known.table_name
            WHEN 'messages' THEN 'c360.messages'::regclass
            ELSE format('%I.%I', 'tenant_' || p_tenant, known.relation)::regclass
        END
    WHERE attribute.attnum > 0
      AND NOT attribute.attisdropped
      AND NOT (known.table_name = 'messages' AND attribute.attname = 'tenant')
      -- Who is who; why stays with PostgreSQL.
      AND (known.table_name <> 'profile_links' OR attribute.attname IN ('raw_profile_id', 'master_profile_id', 'linked_at'))
    ORDER BY
        known.table_name,
        attribute.attnum;
END;
$$;

COMMENT ON FUNCTION c360.lake_schema(text) IS
    'The columns of a tenant''s tables in the lake, with their fixed types.';
