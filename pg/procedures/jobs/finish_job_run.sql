-- Ends a run: done, or failed with a code. false: it was over already, given up for lost. Safe to repeat.

CREATE OR REPLACE FUNCTION c360.finish_job_run(
    p_job_run_id bigint,
    p_step_count integer,
    p_answer     jsonb,
    p_error_code text DEFAULT NULL,
    p_error_hint text DEFAULT NULL,
    p_now        timestamptz DEFAULT clock_timestamp()
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE c360.job_runs AS run
    SET status = CASE WHEN p_error_code IS NULL THEN 'succeeded' ELSE 'failed' END,
        finished_at = p_now,
        step_count = p_step_count,
        answer = p_answer,
        error_code = p_error_code,
        error_hint = p_error_hint
    WHERE run.job_run_id = p_job_run_id
      AND run.status = 'running';

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.finish_job_run(bigint, integer, jsonb, text, text, timestamptz) IS
    'Ends a run of a job: done, or failed with a code.';
