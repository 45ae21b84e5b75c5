-- Writes down what a stored file holds. The checksum is that of the rows as they came from PostgreSQL; whether the file has it is for
-- verify_lake_partition() to say.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake, U4464 lake_differs

CREATE OR REPLACE FUNCTION c360.finish_lake_file(p_tenant text, p_epoch bigint, p_key text, p_file jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);

    UPDATE cdp_lake_files AS file
    SET state = 'written',
        row_count = (p_file ->> 'row_count')::bigint,
        byte_count = (p_file ->> 'byte_count')::bigint,
        sha256 = decode(p_file ->> 'sha256', 'hex'),
        checksum = (p_file ->> 'checksum')::numeric,
        lo = (p_file ->> 'lo')::timestamptz,
        hi = (p_file ->> 'hi')::timestamptz,
        min_person = p_file ->> 'min_person',
        max_person = p_file ->> 'max_person',
        written_at = clock_timestamp()
    WHERE file.key = p_key
      AND file.state = 'exporting';

    IF NOT FOUND THEN
        RAISE EXCEPTION 'the ledger does not wait for file %', p_key
            USING ERRCODE = 'U4464',
                  HINT = 'Repeat the command: it begins with what the ledger says.';
    END IF;
END;
$$;

COMMENT ON FUNCTION c360.finish_lake_file(text, bigint, text, jsonb) IS
    'Writes down what a stored file of the lake holds.';
