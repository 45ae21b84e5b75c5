-- Ends imports of a source that were interrupted and are not continued: what they had committed stays, their staging
-- tables go. An import that another living session has claimed is left alone.

CREATE OR REPLACE FUNCTION c360._abandon_imports(p_tenant text, p_source text, p_but bigint, p_at timestamptz)
    RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    v_import_id bigint;
BEGIN
    FOR v_import_id IN
        SELECT import.import_id
        FROM cdp_imports AS import
        WHERE import.source = p_source
          AND import.status = 'running'
          AND import.import_id IS DISTINCT FROM p_but
          AND NOT EXISTS (
              SELECT
              FROM c360.import_sessions AS holder
              WHERE holder.tenant = p_tenant
                AND holder.import_id = import.import_id
                AND holder.pid <> pg_backend_pid()
                AND c360._session_lives(holder.pid, holder.life_sign)
          )
        ORDER BY import.import_id
    LOOP
        UPDATE cdp_imports AS import
        SET status = 'abandoned',
            finished_at = p_at
        WHERE import.import_id = v_import_id
          AND import.status = 'running';

        EXECUTE format('DROP TABLE IF EXISTS %s', c360._import_staging(p_tenant, v_import_id));
        PERFORM c360._release_import(p_tenant, v_import_id);
    END LOOP;
END;
$$;

COMMENT ON FUNCTION c360._abandon_imports(text, text, bigint, timestamptz) IS
    'Ends interrupted imports of a source that nobody continues.';
