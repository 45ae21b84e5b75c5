-- Does one step of a claimed run, in one transaction, and answers what the function behind the job does: while it says has_more, the
-- worker calls again. Locks the job meanwhile: even a worker that was given up for lost does not run beside another.
-- Raises: U4404, U4423 of the tenant; U4441 job_not_found, U4443 job_run_over, and what the function raises

CREATE OR REPLACE FUNCTION c360.run_job_step(p_job_run_id bigint)
    RETURNS jsonb
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_run record;
    v_job record;
BEGIN
    SELECT
        run.tenant,
        run.job
    INTO v_run
    FROM c360.job_runs AS run
    WHERE run.job_run_id = p_job_run_id;

    IF v_run.tenant IS NULL
        OR NOT c360._hold_job(v_run.tenant, v_run.job)
        -- Only now, because it may have been given up while the lock was taken.
        OR NOT EXISTS (SELECT FROM c360.job_runs AS run WHERE run.job_run_id = p_job_run_id AND run.status = 'running')
    THEN
        RAISE EXCEPTION 'run % of a job is over', p_job_run_id
            USING ERRCODE = 'U4443',
                  HINT = 'It was given up because its worker did not renew it in time; another worker does it again.';
    END IF;

    PERFORM c360._use_tenant(v_run.tenant, 'write');

    SELECT
        known.kind,
        known.arguments
    INTO v_job
    FROM c360._effective_jobs(v_run.tenant) AS known
    WHERE known.job = v_run.job;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'tenant "%" has no job "%"', v_run.tenant, v_run.job
            USING ERRCODE = 'U4441',
                  HINT = 'It was removed after it had been due.';
    END IF;

    RETURN c360._perform_job(v_run.tenant, v_run.job, v_job.kind, v_job.arguments);
END;
$$;

COMMENT ON FUNCTION c360.run_job_step(bigint) IS
    'Does one step of a claimed run of a job; the answer says whether there is more.';
