-- Keeps a run with its worker for a further p_lease; the first time it also says that the run has begun. false: the run is not the
-- worker's any more. A lease of no time gives it back at once, for another worker to do again. Safe to repeat.

CREATE OR REPLACE FUNCTION c360.renew_job_run(
    p_job_run_id bigint,
    p_lease      interval,
    p_now        timestamptz DEFAULT clock_timestamp()
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE c360.job_runs AS run
    SET lease_until = p_now + p_lease,
        started_at = coalesce(run.started_at, p_now)
    WHERE run.job_run_id = p_job_run_id
      AND run.status = 'running';

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.renew_job_run(bigint, interval, timestamptz) IS
    'Keeps a run of a job with its worker for a further time.';
