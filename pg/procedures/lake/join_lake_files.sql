-- Puts one file in the place of several of the same day, if it has their rows and checksums, as a second reader found them in the stored
-- object. The old ones are stale then: to be deleted.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake, U4464 lake_differs

CREATE OR REPLACE FUNCTION c360.join_lake_files(p_tenant text, p_epoch bigint, p_old text[], p_new text, p_found jsonb)
    RETURNS void
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_old record;
    v_new record;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');
    PERFORM c360._check_lake(p_tenant, p_epoch);

    SELECT file.* INTO v_new FROM cdp_lake_files AS file WHERE file.key = p_new AND file.state = 'written' FOR UPDATE;
    SELECT
        count(*) AS many,
        min(file.state) AS state,
        max(file.state) AS other_state,
        sum(file.row_count) AS row_count,
        sum(file.checksum) AS checksum
    INTO v_old
    FROM cdp_lake_files AS file
    WHERE file.key = ANY (p_old)
      AND (file.table_name, file.partition, file.dt) = (v_new.table_name, v_new.partition, v_new.dt)
      AND file.state IN ('verified', 'dropped');

    IF v_old.many <> cardinality(p_old)
        OR v_old.state <> v_old.other_state
        OR (v_new.row_count, v_new.checksum) IS DISTINCT FROM (v_old.row_count, v_old.checksum)
        OR (v_new.row_count, v_new.checksum, encode(v_new.sha256, 'hex'))
            IS DISTINCT FROM ((p_found ->> 'row_count')::bigint, (p_found ->> 'checksum')::numeric, p_found ->> 'sha256')
    THEN
        RAISE EXCEPTION 'file % does not hold what the files hold that it stands for', p_new
            USING ERRCODE = 'U4464',
                  HINT = 'They stay. Look for damage with c360 lake verify, then repeat the command.';
    END IF;

    UPDATE cdp_lake_files AS file
    SET state = v_old.state,
        verified_at = clock_timestamp()
    WHERE file.key = p_new;

    UPDATE cdp_lake_files AS file
    SET state = 'stale',
        is_leaving = false
    WHERE file.key = ANY (p_old);
END;
$$;

COMMENT ON FUNCTION c360.join_lake_files(text, bigint, text[], text, jsonb) IS
    'Puts one file of the lake in the place of several.';
