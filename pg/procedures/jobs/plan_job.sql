-- Writes down when a job is due next, or why its schedule cannot be read. Answers whether it did: not when the job has a time already
-- that follows from the same schedule, and not when it was taken after that time, by a worker that was quicker. Safe to repeat.
-- Raises: 55P03 while somebody runs the job: try again later

CREATE OR REPLACE FUNCTION c360.plan_job(
    p_tenant      text,
    p_job         text,
    p_schedule    text,
    p_time_zone   text,
    p_next_run_at timestamptz,
    p_problem     text
)
    RETURNS boolean
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '200ms'
AS $$
BEGIN
    PERFORM c360._use_tenant(p_tenant, 'metadata');

    INSERT INTO c360.job_states AS state (tenant, job, schedule, time_zone, next_run_at, problem)
    VALUES (p_tenant, p_job, p_schedule, p_time_zone, p_next_run_at, p_problem)
    ON CONFLICT (tenant, job) DO UPDATE
    SET schedule = excluded.schedule,
        time_zone = excluded.time_zone,
        next_run_at = excluded.next_run_at,
        problem = excluded.problem
    WHERE (
          (state.schedule, state.time_zone) IS DISTINCT FROM (excluded.schedule, excluded.time_zone)
          OR (state.next_run_at IS NULL AND state.problem IS NULL)
      )
      AND (excluded.next_run_at IS NULL OR excluded.next_run_at > coalesce(state.claimed_at, '-infinity'));

    RETURN FOUND;
END;
$$;

COMMENT ON FUNCTION c360.plan_job(text, text, text, text, timestamptz, text) IS
    'Writes down when a job is due next, or why its schedule cannot be read.';
