-- Runs a job of a tenant now, in the session of the caller, whether it is enabled or due or not; its times stay as they are. One call is
-- one step in one transaction: while the answer says has_more, call again with the job_run_id of the answer. Answers {job_run_id, job,
-- answer, has_more}. A failure is raised and undoes the step, also what the history would say of it.
-- Raises: U4404, U4423 of the tenant; U4441 job_not_found, U4442 job_running, U4443 job_run_over, and what the job raises

CREATE OR REPLACE FUNCTION c360.run_job(
    p_tenant     text,
    p_job        text,
    p_job_run_id bigint DEFAULT NULL
)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_job    record;
    v_run_id bigint;
    v_answer jsonb;
    v_more   boolean;
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'write');

    SELECT
        known.kind,
        known.arguments
    INTO v_job
    FROM c360._effective_jobs(p_tenant) AS known
    WHERE known.job = p_job;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant "%" has no job "%"', p_tenant, p_job
            USING ERRCODE = 'U4441',
                  HINT = format('List its jobs with: c360 job list %s', p_tenant);
    END IF;

    v_run_id := c360._begin_person_run(p_tenant, p_job, v_job.kind, p_job_run_id);
    v_answer := c360._perform_job(p_tenant, p_job, v_job.kind, v_job.arguments);
    v_more := coalesce((v_answer ->> 'has_more')::boolean, false);

    UPDATE c360.job_runs AS run
    SET status = CASE WHEN v_more THEN 'running' ELSE 'succeeded' END,
        finished_at = CASE WHEN NOT v_more THEN clock_timestamp() END,
        step_count = run.step_count + 1,
        answer = v_answer
    WHERE run.job_run_id = v_run_id;

    RETURN jsonb_build_object('job_run_id', v_run_id, 'job', p_job, 'answer', v_answer, 'has_more', v_more);
END;
$$;

COMMENT ON FUNCTION c360.run_job(text, text, bigint) IS
    'Runs a job now, one step a call; call again with the job_run_id of the answer while it says has_more.';
