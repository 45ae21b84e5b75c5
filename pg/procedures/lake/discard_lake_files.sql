-- Marks files that were never finished or verified as stale: to be deleted, whatever they hold. Answers their keys.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake

CREATE OR REPLACE FUNCTION c360.discard_lake_files(p_tenant text, p_epoch bigint)
    RETURNS text[]
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_keys text[];
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);

    WITH gone AS (
        UPDATE cdp_lake_files AS file
        SET state = 'stale',
            row_count = coalesce(file.row_count, 0),
            byte_count = coalesce(file.byte_count, 0),
            sha256 = coalesce(file.sha256, ''),
            checksum = coalesce(file.checksum, 0)
        WHERE file.state IN ('exporting', 'written')
        RETURNING file.key
    )
    SELECT coalesce(array_agg(gone.key ORDER BY gone.key), '{}')
    INTO v_keys
    FROM gone;

    UPDATE cdp_lake_files AS file
    SET is_leaving = false
    WHERE file.is_leaving
      AND file.state <> 'stale';

    RETURN v_keys;
END;
$$;

COMMENT ON FUNCTION c360.discard_lake_files(text, bigint) IS
    'Marks files of the lake that were never verified as to be deleted.';
