-- Begins a run of a job for a person, or goes on with the one that p_job_run_id names, and holds the job until the transaction ends.
-- Between two steps the run is the person's for two minutes. Answers its number. Not safe to repeat.
-- Raises: U4442 job_running, U4443 job_run_over

CREATE OR REPLACE FUNCTION c360._begin_person_run(
    p_tenant     text,
    p_job        text,
    p_kind       text,
    p_job_run_id bigint
)
    RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now   timestamptz := clock_timestamp();
    v_lease interval := '2 minutes';
    v_id    bigint;
BEGIN
    IF NOT c360._hold_job(p_tenant, p_job)
        OR EXISTS (
            SELECT
            FROM c360.job_runs AS run
            WHERE run.tenant = p_tenant
              AND run.job = p_job
              AND run.status = 'running'
              AND run.lease_until > v_now
              AND run.job_run_id IS DISTINCT FROM p_job_run_id
        )
    THEN
        RAISE EXCEPTION 'job "%" is running just now', p_job
            USING ERRCODE = 'U4442',
                  HINT = format('See how far it is with: c360 job history %s %s', p_tenant, p_job);
    END IF;

    IF p_job_run_id IS NOT NULL THEN
        UPDATE c360.job_runs AS run
        SET lease_until = v_now + v_lease
        WHERE run.job_run_id = p_job_run_id
          AND run.tenant = p_tenant
          AND run.job = p_job
          AND run.cause = 'person'
          AND run.status = 'running'
        RETURNING run.job_run_id INTO v_id;

        IF v_id IS NULL THEN
            RAISE EXCEPTION 'run % of job "%" is over', p_job_run_id, p_job
                USING ERRCODE = 'U4443',
                      HINT = 'Begin again without a job_run_id.';
        END IF;

        RETURN v_id;
    END IF;

    UPDATE c360.job_runs AS run
    SET status = 'lost',
        finished_at = v_now
    WHERE run.tenant = p_tenant
      AND run.job = p_job
      AND run.status = 'running';

    INSERT INTO c360.job_runs AS run (tenant, job, kind, cause, due_at, claimed_at, lease_until, started_at, run_by)
    VALUES (p_tenant, p_job, p_kind, 'person', v_now, v_now, v_now + v_lease, v_now, c360._actor())
    RETURNING run.job_run_id INTO v_id;

    RETURN v_id;
END;
$$;

COMMENT ON FUNCTION c360._begin_person_run(text, text, text, bigint) IS
    'Begins a run of a job for a person, or goes on with one.';
