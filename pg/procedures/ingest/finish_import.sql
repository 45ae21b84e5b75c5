-- Ends an import; after a full extract, records of the source that were not in it are marked gone. Not when rows had no
-- readable key: one of them may be the record that seems to be missing. Answers {import_id, source, status, rows, ...counts,
-- first_rejects}. Safe to repeat: the second call only answers.
-- Raises: U1423 import_not_found, U4404, U4423, U4424

CREATE OR REPLACE FUNCTION c360.finish_import(
    p_tenant     text,
    p_import_id  bigint,
    p_at         timestamptz DEFAULT now()
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_is_full  boolean;
    v_source   text;
    v_gone     bigint;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    UPDATE cdp_imports AS import
    SET status = 'finished',
        finished_at = greatest(
            c360._checked_time('p_at', p_at, p_until => now() + interval '1 day'),
            import.started_at
        )
    WHERE import.import_id = p_import_id
      AND import.status = 'running'
    RETURNING
        import.source,
        import.options ? 'full_extract'
    INTO
        v_source,
        v_is_full;

    IF v_is_full AND NOT EXISTS (
        SELECT
        FROM cdp_import_rejects AS reject
        WHERE reject.import_id = p_import_id
          AND reject.code IN ('U1431', 'U1432', 'U1437')
    ) THEN
        UPDATE cdp_import_records AS record
        SET gone_at = p_at
        WHERE record.source = v_source
          AND record.seen_import_id <> p_import_id
          AND record.gone_at IS NULL;
        GET DIAGNOSTICS v_gone = ROW_COUNT;

        UPDATE cdp_imports AS import
        SET counts = import.counts || jsonb_build_object('gone', v_gone)
        WHERE import.import_id = p_import_id;
    END IF;

    -- Imports of a table have none; IF EXISTS would say so to whoever imports.
    IF to_regclass(c360._import_staging(p_tenant, p_import_id)) IS NOT NULL THEN
        EXECUTE format('DROP TABLE %s', c360._import_staging(p_tenant, p_import_id));
    END IF;
    PERFORM c360._release_import(p_tenant, p_import_id);
    RETURN c360._import_summary(p_import_id);
END;
$$;

COMMENT ON FUNCTION c360.finish_import(text, bigint, timestamptz) IS
    'Ends an import and marks what a full extract came without; answers the counts.';
