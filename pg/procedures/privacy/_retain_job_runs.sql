-- Removes runs of a tenant's jobs that were taken before a time and have ended, at most p_limit; a dry run counts them all. Safe to
-- repeat.

CREATE OR REPLACE FUNCTION c360._retain_job_runs(
    p_tenant  text,
    p_before  timestamptz,
    p_dry_run boolean,
    p_limit   integer
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_removed bigint;
BEGIN
    IF p_dry_run THEN
        SELECT count(*)
        INTO v_removed
        FROM c360.job_runs AS run
        WHERE run.tenant = p_tenant
          AND run.claimed_at < p_before
          AND run.status <> 'running';

        RETURN jsonb_build_object('removed', v_removed);
    END IF;

    DELETE FROM c360.job_runs AS run
    WHERE run.job_run_id IN (
        SELECT old.job_run_id
        FROM c360.job_runs AS old
        WHERE old.tenant = p_tenant
          AND old.claimed_at < p_before
          AND old.status <> 'running'
        ORDER BY old.claimed_at
        LIMIT p_limit
    );
    GET DIAGNOSTICS v_removed = ROW_COUNT;

    RETURN jsonb_build_object('removed', v_removed, 'has_more', v_removed = p_limit);
END;
$$;

COMMENT ON FUNCTION c360._retain_job_runs(text, timestamptz, boolean, integer) IS
    'Removes runs of a tenant''s jobs of before a time.';
