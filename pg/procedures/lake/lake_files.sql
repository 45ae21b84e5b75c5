-- Every file of a tenant in the lake, as the ledger has it. Reads only.
-- Raises: U4404 tenant_not_found

CREATE OR REPLACE FUNCTION c360.lake_files(p_tenant text, p_table text DEFAULT NULL, p_partition text DEFAULT NULL)
    RETURNS TABLE (
        table_name   text,
        partition    text,
        dt           date,
        seq          integer,
        key          text,
        state        text,
        is_leaving   boolean,
        schema_hash  text,
        row_count    bigint,
        byte_count   bigint,
        sha256       text,
        checksum     numeric,
        lo           timestamptz,
        hi           timestamptz,
        min_person   text,
        max_person   text,
        written_at   timestamptz,
        verified_at  timestamptz
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
        file.table_name,
        file.partition,
        file.dt,
        file.seq,
        file.key,
        file.state,
        file.is_leaving,
        file.schema_hash,
        file.row_count,
        file.byte_count,
        encode(file.sha256, 'hex'),
        file.checksum,
        file.lo,
        file.hi,
        file.min_person,
        file.max_person,
        file.written_at,
        file.verified_at
    FROM cdp_lake_files AS file
    WHERE (p_table IS NULL OR file.table_name = p_table)
      AND (p_partition IS NULL OR file.partition = p_partition)
    ORDER BY file.key;
END;
$$;

COMMENT ON FUNCTION c360.lake_files(text, text, text) IS
    'Every file of a tenant in the lake.';
