-- Puts a rewritten file in the place of an old one, if the old without what was taken out is the new: rows and checksum, as a second reader
-- found both in the stored objects. p_new NULL: nothing was left. The old one is stale then: to be deleted.
-- Raises: U4404 tenant_not_found, U4423 tenant_suspended, U4460, U4463, U4465 of the lake, U4464 lake_differs

CREATE OR REPLACE FUNCTION c360.replace_lake_file(
    p_tenant   text,
    p_epoch    bigint,
    p_old      text,
    p_new      text,
    p_removed  jsonb,
    p_found    jsonb
)
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

    SELECT file.* INTO v_old FROM cdp_lake_files AS file WHERE file.key = p_old AND file.state IN ('verified', 'dropped') FOR UPDATE;
    SELECT file.* INTO v_new FROM cdp_lake_files AS file WHERE file.key = p_new AND file.state = 'written' FOR UPDATE;

    IF v_old.file_id IS NULL
        OR (p_new IS NOT NULL AND v_new.file_id IS NULL)
        OR v_old.row_count - (p_removed ->> 'row_count')::bigint IS DISTINCT FROM coalesce(v_new.row_count, 0)
        OR v_old.checksum - (p_removed ->> 'checksum')::numeric IS DISTINCT FROM coalesce(v_new.checksum, 0)
        OR (
            p_new IS NOT NULL
            AND (v_new.row_count, v_new.checksum, encode(v_new.sha256, 'hex'))
                IS DISTINCT FROM ((p_found ->> 'row_count')::bigint, (p_found ->> 'checksum')::numeric, p_found ->> 'sha256')
        )
    THEN
        RAISE EXCEPTION 'file % without what was taken out is not file %', p_old, coalesce(p_new, 'none')
            USING ERRCODE = 'U4464',
                  HINT = 'The old one stays. Look for damage with c360 lake verify, then repeat the command.';
    END IF;

    UPDATE cdp_lake_files AS file
    SET state = v_old.state,
        verified_at = clock_timestamp()
    WHERE file.file_id = v_new.file_id;

    UPDATE cdp_lake_files AS file
    SET state = 'stale',
        is_leaving = false
    WHERE file.file_id = v_old.file_id;
END;
$$;

COMMENT ON FUNCTION c360.replace_lake_file(text, bigint, text, text, jsonb, jsonb) IS
    'Puts a rewritten file in the place of an old one, if it is that without what was taken out.';
