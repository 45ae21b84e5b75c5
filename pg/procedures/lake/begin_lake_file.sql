-- Writes down a file before it is stored, so that whatever comes of it is found again; answers its key. p_replacing marks what the ledger has
-- of the day as leaving: it goes when the new files are verified. A number that was written down before and not finished is taken again.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake

CREATE OR REPLACE FUNCTION c360.begin_lake_file(
    p_tenant      text,
    p_epoch       bigint,
    p_table       text,
    p_partition   text,
    p_day         date,
    p_seq         integer,
    p_schema_hash text,
    p_replacing   boolean DEFAULT false
)
    RETURNS text
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key text := format(
        'v1/%s/tenant=%s/dt=%s/%s-%s-%s.parquet',
        p_table, p_tenant, to_char(p_day, 'YYYY-MM-DD'), p_partition, lpad(p_seq::text, 4, '0'), left(p_schema_hash, 8)
    );
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);

    IF p_replacing THEN
        UPDATE cdp_lake_files AS file
        SET is_leaving = true
        WHERE file.table_name = p_table
          AND file.partition = p_partition
          AND file.dt = p_day
          AND file.state = 'verified';
    END IF;

    INSERT INTO cdp_lake_files AS file (table_name, partition, dt, seq, key, schema_hash)
    VALUES (p_table, p_partition, p_day, p_seq, v_key, p_schema_hash)
    ON CONFLICT (key) DO UPDATE
    SET state = 'exporting'
    WHERE file.state = 'exporting';

    RETURN v_key;
END;
$$;

COMMENT ON FUNCTION c360.begin_lake_file(text, bigint, text, text, date, integer, text, boolean) IS
    'Writes down a file of the lake before it is stored.';
