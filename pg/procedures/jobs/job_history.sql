-- Lists the last runs of a tenant's jobs, of one job or of all, newest first: when each was due, taken, begun and ended, what it
-- answered, and the code of a failure. Kept as long as retention kind job_runs says. Reads only.
-- Raises: U4404 tenant_not_found; U4426 limit_out_of_bounds

CREATE OR REPLACE FUNCTION c360.job_history(
    p_tenant text,
    p_job    text DEFAULT NULL,
    p_limit  integer DEFAULT 50
)
    RETURNS TABLE (
        job_run_id       bigint,
        job              text,
        kind             text,
        cause            text,
        attempt          integer,
        status           text,
        due_at           timestamptz,
        claimed_at       timestamptz,
        started_at       timestamptz,
        finished_at      timestamptz,
        duration_seconds numeric,
        step_count       integer,
        answer           jsonb,
        error_code       text,
        error_hint       text,
        run_by           text
    )
    LANGUAGE plpgsql
    STABLE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'read');

    RETURN QUERY
    SELECT
        run.job_run_id,
        run.job,
        run.kind,
        run.cause,
        run.attempt,
        run.status,
        run.due_at,
        run.claimed_at,
        run.started_at,
        run.finished_at,
        round(extract(epoch FROM run.finished_at - run.started_at), 3),
        run.step_count,
        run.answer,
        run.error_code,
        run.error_hint,
        run.run_by
    FROM c360.job_runs AS run
    WHERE run.tenant = p_tenant
      AND (p_job IS NULL OR run.job = p_job)
    ORDER BY run.job_run_id DESC
    LIMIT c360._checked_limit(p_limit);
END;
$$;

COMMENT ON FUNCTION c360.job_history(text, text, integer) IS
    'The last runs of a tenant''s jobs, newest first, with what each answered or why it failed.';
