-- Notes which manifest of a partition was stored last. Safe to repeat.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake

CREATE OR REPLACE FUNCTION c360.note_lake_manifest(p_tenant text, p_epoch bigint, p_table text, p_partition text, p_sha256 text)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);

    UPDATE cdp_lake_partitions AS known
    SET manifest_sha256 = decode(p_sha256, 'hex')
    WHERE known.table_name = p_table
      AND known.partition = p_partition;
END;
$$;

COMMENT ON FUNCTION c360.note_lake_manifest(text, bigint, text, text, text) IS
    'Notes which manifest of a partition was stored last.';
